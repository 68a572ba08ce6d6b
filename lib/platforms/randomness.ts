import { randomBytes } from "node:crypto";
import type { Randomness } from "../contracts/ports.ts";

/** 128 bits: unguessable, and short in every record. */
const idBytes = 16;
/** Bytes fetched at a time: asking the system for each identifier costs more than everything else about it. */
const poolBytes = 4096;

/** @param source gives that many unguessable bytes */
export function createRandomness(source: (size: number) => Buffer = randomBytes): Randomness {
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;

  function take(bytes: number): Buffer {
    if (bytes > poolBytes) return source(bytes);
    if (used + bytes > pool.length) {
      pool = source(poolBytes);
      used = 0;
    }
    used += bytes;
    return pool.subarray(used - bytes, used);
  }

  return {
    id: () => take(idBytes).toString("base64url"),
    hex: (digits) =>
      take(Math.ceil(digits / 2))
        .toString("hex")
        .slice(0, digits),
  };
}
