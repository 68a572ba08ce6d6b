import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";

const ivLength = 12;
const tagLength = 16;

/** AES-256-GCM: IV, tag, content. @param about authenticated beside the content: opened with another one it is refused */
export function sealed(key: KeyObject, about: string, content: Uint8Array): Buffer<ArrayBuffer> {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(about));
  const body = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** Undefined when these are not the bytes that were sealed with this key about this. */
export function opened(key: KeyObject, about: string, bytes: Buffer): Buffer | undefined {
  if (bytes.length < ivLength + tagLength) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivLength), { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(about));
  decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(ivLength + tagLength)), decipher.final()]);
  } catch {
    return undefined;
  }
}
