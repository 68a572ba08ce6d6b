import { InvalidInputError } from "../../../contracts/errors.ts";
import { hashFraction } from "../../../contracts/identifiers.ts";

/**
 * Keys as Tables take them: / \ # ? and control characters are refused there, and no two sources agree on how other than ASCII is
 * ordered. The encoding keeps the order of UTF-8, and what one key begins with, its encoding begins with, too.
 */
export function encoded(key: string): string {
  return [...Buffer.from(key)].map((byte) => spellings[byte]).join("");
}

const spellings = Array.from({ length: 256 }, (_, byte) => spellingOf(byte));

function spellingOf(byte: number): string {
  const hex = byte.toString(16).padStart(2, "0");
  const mark = String.fromCharCode(byte);
  if (byte < 0x2d) return `!${hex}`;
  if (byte >= 0x7e) return `~${hex}`;
  // What is refused follows a mark that is not: the two share that mark, in their order.
  if (mark === "." || mark === ">" || mark === "[") return `${mark}0`;
  if (mark === "/" || mark === "?" || mark === "\\") return `${String.fromCharCode(byte - 1)}1`;
  return mark;
}

/** Behind every encoding that begins with this one. */
export const endOf = (encodedPrefix: string) => `${encodedPrefix}~~`;

/** Tables take 1 KiB of UTF-16 in a row key, which is 512 characters; a place in the index has 72 of its own. */
const keyCharacters = 440;

/** Whether anything may be stored under it. */
export const isKey = (key: string) => key !== "" && key.isWellFormed() && encoded(key).length <= keyCharacters;

export function checkKey(key: string): void {
  if (isKey(key)) return;
  throw new InvalidInputError(
    `Expected a key of whole characters and at most ${keyCharacters} as Tables spell them, got ${JSON.stringify(key.slice(0, 100))}`,
    { code: "invalid-key" },
  );
}

/** First characters of operation ids, which are hashes: 32 partitions that are in the order of their keys. */
const idAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
const otherIds = "-";
/** One partition takes 2,000 requests a second, and an account 20,000. The numbers are part of what is stored. */
const kindShards = 4;
/** Kinds with few records, which are listed often. */
const single: ReadonlySet<string> = new Set(["connection", "schedule", "sink", "promise"]);

export const shardOf = (key: string, shards: number) => String(Math.floor(hashFraction(key) * shards));
export const numbered = (shards: number) => Array.from({ length: shards }, (_, shard) => String(shard));

const partition = (kind: string, shard: string) => `row.${encoded(kind)}.${shard}`;

export function partitionOf(key: string): string {
  const slash = key.indexOf("/");
  const kind = key.slice(0, Math.max(0, slash));
  if (kind !== "operation") return partition(kind, single.has(kind) ? "0" : shardOf(key, kindShards));
  const first = key.charAt(slash + 1);
  return partition(kind, first !== "" && idAlphabet.includes(first) ? first : otherIds);
}

/**
 * Partitions in which keys with this prefix are found.
 * @throws InvalidInputError for a prefix that leaves the kind of record open: the table would have to be scanned
 */
export function partitionsOf(prefix: string): readonly string[] {
  const slash = prefix.indexOf("/");
  if (slash < 0) {
    throw new InvalidInputError(
      `Expected a prefix that names the kind of record, such as dead-letter/, got ${JSON.stringify(prefix.slice(0, 100))}`,
      { code: "invalid-prefix" },
    );
  }
  const kind = prefix.slice(0, slash);
  if (kind === "operation") {
    if (prefix.length > slash + 1) return [partitionOf(prefix)];
    return [...idAlphabet, otherIds].map((first) => partition(kind, first));
  }
  return single.has(kind) ? [partition(kind, "0")] : numbered(kindShards).map((shard) => partition(kind, shard));
}
