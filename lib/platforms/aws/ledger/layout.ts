import { InvalidInputError } from "../../../contracts/errors.ts";
import type { Outcome } from "../../../contracts/event.ts";
import { hashFraction } from "../../../contracts/identifiers.ts";
import { dueAtOf, type LedgerRecord, type OperationRecord } from "../../../contracts/operation.ts";
import type { OperationFilter } from "../../../contracts/ports.ts";

/**
 * Where a record stands in the table and its indexes. All of it follows from the record alone, so that a write needs no read before it,
 * and a write that moves nothing costs no index write. The numbers of shards are part of what is stored: changing one hides old items.
 * One partition key takes 1,000 write units a second; the shards are for about a thousand new operations a second.
 */

/** First characters of operation ids, which are hashes: 32 shards that are in the order of their keys. */
const idAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
const otherIds = "-";
const kindShards = 8;
const dueShards = 8;
const listShards = 4;

const shardOf = (key: string, shards: number) => String(Math.floor(hashFraction(key) * shards));
const numbered = (shards: number) => Array.from({ length: shards }, (_, shard) => String(shard));

export function partOf(key: string): string {
  const slash = key.indexOf("/");
  const kind = key.slice(0, Math.max(0, slash));
  if (kind !== "operation") return `${kind}/${shardOf(key, kindShards)}`;
  const first = key.charAt(slash + 1);
  return `operation/${first !== "" && idAlphabet.includes(first) ? first : otherIds}`;
}

/**
 * Parts in which keys with this prefix are found.
 * @throws InvalidInputError for a prefix that leaves the kind of record open: the table would have to be scanned
 */
export function partsOf(prefix: string): readonly string[] {
  const slash = prefix.indexOf("/");
  if (slash < 0) {
    throw new InvalidInputError(
      `Expected a prefix that names the kind of record, such as dead-letter/, got ${JSON.stringify(prefix)}`,
      { code: "invalid-prefix" },
    );
  }
  const kind = prefix.slice(0, slash);
  if (kind !== "operation") return numbered(kindShards).map((shard) => `${kind}/${shard}`);
  if (prefix.length > slash + 1) return [partOf(prefix)];
  return [...idAlphabet, otherIds].map((first) => `operation/${first}`);
}

/**
 * Times to wake up are indexed by the quarter of an hour in which they are: most writes of an operation stay in the same one and cost
 * no index write. What is in a quarter that has begun is looked at itself, so nothing is due early, and nothing later than the sweep
 * that comes first after its time.
 */
export const dueSlotMs = 15 * 60_000;

export interface DuePlace {
  readonly at: number;
  readonly shard: string;
  /** On the grid of slots: the item knows the time. Off it: the time itself. */
  readonly slot: number;
}

export function duePlaceOf(key: string, record: LedgerRecord): DuePlace | undefined {
  const at = dueAtOf(record);
  if (at === undefined) return undefined;
  const wakes = record.kind === "operation" && record.wakeAt !== undefined;
  // The end of a retention is written once: exact costs no more than coarse, and saves the look.
  return { at, shard: shardOf(key, dueShards), slot: wakes ? slotOf(at) : at };
}

export const slotOf = (ms: number) => Math.floor(ms / dueSlotMs) * dueSlotMs;
export const isCoarse = (slot: number) => slot % dueSlotMs === 0;
export const dueParts = numbered(dueShards);

export interface ListPlace {
  readonly shard: string;
  readonly at: string;
  /** Absent for what succeeded: nearly all of what has ended. */
  readonly statusShard?: string;
  readonly parent?: string;
}

const createdDigits = 15;
/** 80 bits of an operation's id, enough to tell apart what was created in the same millisecond. */
const tailLength = 16;
const sieveDigits = 3;

const sieveOf = (name: string) =>
  Math.floor(hashFraction(name) * 16 ** sieveDigits)
    .toString(16)
    .padStart(sieveDigits, "0");

/** An operation's place in the lists never changes: creation, the end of its id, and a hash each of its type and connection. */
export function listPlaceOf(key: string, record: LedgerRecord): ListPlace | undefined {
  if (record.kind !== "operation") return undefined;
  const { id, createdAt, parent, request } = record;
  const created = String(Math.max(0, Math.floor(createdAt))).padStart(createdDigits, "0");
  const at = `${created}.${id.slice(-tailLength)}.${sieveOf(request.type)}${sieveOf(request.connection)}`;
  const shard = shardOf(key, listShards);
  const status = statusOf(record);
  return {
    shard,
    at,
    ...(status === undefined ? {} : { statusShard: `${status}/${shard}` }),
    ...(parent === undefined || parent === "" ? {} : { parent }),
  };
}

export const isListPlace = (text: string) => /^\d{15}\..{0,16}\.[0-9a-f]{6}$/s.test(text);

const succeeded: Outcome = "succeeded";
function statusOf({ state, outcome }: OperationRecord): string | undefined {
  if (state === "active") return "active";
  return outcome === succeeded ? undefined : outcome;
}

/** The list that has everything a filter lets through, and as little else as possible. */
export function listFor({ parent, state, outcome }: OperationFilter): {
  readonly index: "parent" | "status" | "created";
  readonly parts: readonly string[];
} {
  if (parent !== undefined && parent !== "") return { index: "parent", parts: [parent] };
  const status = outcome ?? (state === "active" ? "active" : undefined);
  if (status === undefined || status === succeeded) return { index: "created", parts: numbered(listShards) };
  return { index: "status", parts: numbered(listShards).map((shard) => `${status}/${shard}`) };
}

/** Tells by its place alone that an operation is none of those asked for; whether it is one, only the record tells. */
export function sieveFor({ type, connection }: OperationFilter): (at: string) => boolean {
  const wanted = [type, connection].map((name) => (name === undefined ? undefined : sieveOf(name)));
  return (at) => {
    const sieve = at.slice(-2 * sieveDigits);
    const found = [sieve.slice(0, sieveDigits), sieve.slice(sieveDigits)];
    return wanted.every((one, index) => one === undefined || one === found[index]);
  };
}
