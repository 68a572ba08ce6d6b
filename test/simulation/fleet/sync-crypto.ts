import { createHash, createHmac } from "node:crypto";

/**
 * Web Crypto ends on other threads, in real time and in any order: under virtual time the same results come at once, so that a seed
 * gives the same run on every machine. Only what requests are signed with; everything else stays as it is.
 */

const { subtle } = globalThis.crypto;
const raw = new WeakMap<object, Buffer>();

type Call = (...of: readonly unknown[]) => Promise<unknown>;

const bytesOf = (value: unknown): Buffer => {
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError("Expected bytes");
};

const bufferOf = (bytes: Buffer): ArrayBuffer => Uint8Array.from(bytes).buffer;

function replace(name: "importKey" | "sign" | "digest", instead: (usual: Call) => Call): void {
  const method: unknown = Reflect.get(subtle, name);
  if (typeof method !== "function") return;
  Reflect.set(
    subtle,
    name,
    instead((...of) => Reflect.apply(method, subtle, of)),
  );
}

const nameOf = (algorithm: unknown): string =>
  typeof algorithm === "string" ? algorithm : String((algorithm as { readonly name?: unknown } | null)?.name);
const isSha256 = (algorithm: unknown) => nameOf(algorithm).toUpperCase() === "SHA-256";

replace("importKey", (usual) => async (format, data, algorithm, ...rest) => {
  const { hash } = algorithm as { readonly hash?: unknown };
  if (format !== "raw" || nameOf(algorithm) !== "HMAC" || !isSha256(hash)) {
    return usual(format, data, algorithm, ...rest);
  }
  const key = {};
  raw.set(key, Buffer.from(bytesOf(data)));
  return key;
});

replace("sign", (usual) => async (algorithm, key, data) => {
  const bytes = raw.get(key as object);
  if (!bytes) return usual(algorithm, key, data);
  return bufferOf(createHmac("sha256", bytes).update(bytesOf(data)).digest());
});

replace("digest", (usual) => async (algorithm, data) => {
  if (!isSha256(algorithm)) return usual(algorithm, data);
  return bufferOf(createHash("sha256").update(bytesOf(data)).digest());
});

/** Whether it is in place: imported for what it does. */
export const cryptoIsSynchronous = true;
