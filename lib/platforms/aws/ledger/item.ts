import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { InvalidInputError } from "../../../contracts/errors.ts";
import { limits } from "../../../contracts/limits.ts";
import type { LedgerRecord } from "../../../contracts/operation.ts";
import type { Stored } from "../../../contracts/ports.ts";
import { duePlaceOf, listPlaceOf, partOf } from "./layout.ts";
import { pack, unpack } from "./packing.ts";

export type Item = Record<string, AttributeValue>;

/** DynamoDB's bound on a sort key is 1,024; lists ask for what comes up to four bytes behind a key. */
const keyBytes = 1020;
/** What one write unit carries. */
export const unitBytes = 1024;
/** TTL may only ever remove what the sweep should have removed long ago. */
export const expiryMarginMs = 30 * 86_400_000;

const number = (value: number): AttributeValue => ({ N: String(value) });

export const primaryKeyOf = (key: string): Item => ({ part: { S: partOf(key) }, key: { S: key } });

/**
 * The item of a record.
 * @throws InvalidInputError for what a ledger does not take; TypeError for what cannot be serialized, such as a Secret
 */
export function itemOf(key: string, record: LedgerRecord, nowMs: number): Item {
  checkKey(key);
  const text = JSON.stringify(record);
  checkSize(key, text);
  const about: Item = {
    ...primaryKeyOf(key),
    nonce: { S: record.nonce },
    v: number(record.v),
    ...placesOf(key, record),
  };
  const expiresAt = expiryOf(record, nowMs);
  if (expiresAt !== undefined) about["expiresAt"] = number(expiresAt);
  const plain: Item = { ...about, record: { S: text } };
  if (itemBytes(plain) <= unitBytes) return plain;
  return { ...about, record: { B: pack(text) } };
}

function placesOf(key: string, record: LedgerRecord): Item {
  const item: Item = {};
  const due = duePlaceOf(key, record);
  if (due) Object.assign(item, { dueAt: number(due.at), dueShard: { S: due.shard }, dueSlot: number(due.slot) });
  const list = listPlaceOf(key, record);
  if (!list) return item;
  Object.assign(item, { listShard: { S: list.shard }, listAt: { S: list.at } });
  if (list.statusShard !== undefined) item["statusShard"] = { S: list.statusShard };
  if (list.parent !== undefined) item["parent"] = { S: list.parent };
  return item;
}

/**
 * In seconds since 1970, for what the sweep removes; never for operations, which become tombstones first. Counted from this write when
 * that is later, so that a sweep that was away for long, or a restored backup, finds all that it has to look at.
 */
function expiryOf(record: LedgerRecord, nowMs: number): number | undefined {
  if (record.kind !== "tombstone" && record.kind !== "dead-letter") return undefined;
  return Math.ceil((Math.max(record.retainUntil, nowMs) + expiryMarginMs) / 1000);
}

export function storedOf(item: Item): Stored {
  const { key, nonce, record } = item;
  const text = record?.B ? unpack(record.B) : record?.S;
  if (key?.S === undefined || nonce?.S === undefined || text === undefined) {
    throw new Error(`Expected an item of the ledger with key, nonce and record, got one with ${Object.keys(item)}`);
  }
  return { key: key.S, record: JSON.parse(text) as LedgerRecord, version: nonce.S };
}

/** Whether anything may be stored under it. */
export const isKey = (key: string) => key.isWellFormed() && key !== "" && Buffer.byteLength(key) <= keyBytes;

function checkKey(key: string): void {
  if (isKey(key)) return;
  throw new InvalidInputError(
    `Expected a key of whole characters and at most ${keyBytes} bytes, got ${JSON.stringify(key.slice(0, 100))}`,
    { code: "invalid-key" },
  );
}

function checkSize(key: string, text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= limits.itemBytes) return;
  throw new InvalidInputError(
    `Expected a record of at most ${limits.itemBytes} bytes under ${key}, got ${bytes}: put what is large into the handoff store`,
    { code: "too-large" },
  );
}

/** What DynamoDB counts: names and values of all attributes; two digits of a number in a byte, and one more. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) {
    bytes += Buffer.byteLength(name);
    if (value.S !== undefined) bytes += Buffer.byteLength(value.S);
    else if (value.B !== undefined) bytes += value.B.length;
    else bytes += Math.ceil(String(value.N).length / 2) + 1;
  }
  return bytes;
}
