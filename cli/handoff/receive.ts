import { createHash } from "node:crypto";
import type { OpenAnswer } from "../transport.ts";

/** What came is not what was sent. */
export class Damaged extends Error {}

export interface Expected {
  readonly bytes?: number | undefined;
  /** In hex. */
  readonly sha256?: string | undefined;
}

export interface Received {
  readonly bytes: number;
  readonly sha256: string;
}

/** Passes every piece on as it comes, and tells at the end whether all of them are the whole. @throws Damaged */
export async function receive(
  { header, body }: OpenAnswer,
  known: Expected,
  take: (piece: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<Received> {
  const length = header("content-length");
  const bytesExpected = length === undefined ? known.bytes : Number(length);
  const sha256Expected = digestIn(header("content-digest")) ?? known.sha256;
  if (bytesExpected === undefined || sha256Expected === undefined) {
    throw new Damaged("an answer that does not say what it holds");
  }
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of body) {
    signal.throwIfAborted();
    bytes += piece.byteLength;
    if (bytes > bytesExpected) break;
    hash.update(piece);
    await take(piece);
  }
  signal.throwIfAborted();
  if (bytes !== bytesExpected) {
    throw new Damaged(
      bytes > bytesExpected ? `more than ${bytesExpected} bytes` : `${bytes} of ${bytesExpected} bytes`,
    );
  }
  const sha256 = hash.digest("hex");
  if (sha256 !== sha256Expected) throw new Damaged("bytes with another SHA-256 than they were sent with");
  return { bytes, sha256 };
}

/** Of RFC 9530, in hex. */
function digestIn(header: string | undefined): string | undefined {
  const [, base64] = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header ?? "") ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, "base64").toString("hex");
}
