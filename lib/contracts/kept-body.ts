import { deflateRawSync, inflateRawSync } from "node:zlib";

/** A message as it is kept within a bound: whole where that can be, packed where it has to be, cut where nothing else helps. */
export interface KeptBody {
  readonly body: string;
  /** Deflated, in base64. */
  readonly packed?: true | undefined;
  /** What is kept is a beginning of it. */
  readonly cut?: true | undefined;
}

const escapedBytes = (text: string) => Buffer.byteLength(JSON.stringify(text));

/** @param maxBytes of the body as it stands in JSON, where quotation marks and the like cost two bytes and more */
export function keptBody(body: string, maxBytes: number): KeptBody {
  if (escapedBytes(body) <= maxBytes) return { body };
  const packed = deflateRawSync(body).toString("base64");
  if (escapedBytes(packed) <= maxBytes) return { body: packed, packed: true };
  let length = Math.min(body.length, maxBytes);
  while (escapedBytes(body.slice(0, length)) > maxBytes) length = Math.floor(length * 0.9);
  return { body: body.slice(0, length), cut: true };
}

/** No queue carries a quarter of it. */
const maxOutputLength = 1024 * 1024;

/** Of text that `keptBody` has packed. @throws Error for what somebody else has packed, and that unpacks to more than a queue carries */
export const bodyOf = ({ body, packed }: KeptBody): string =>
  packed ? inflateRawSync(Buffer.from(body, "base64"), { maxOutputLength }).toString() : body;
