import { InvalidInputError } from "../../../contracts/errors.ts";
import { limits } from "../../../contracts/limits.ts";
import { dueAtOf, type LedgerRecord } from "../../../contracts/operation.ts";
import type { Stored, Version } from "../../../contracts/ports.ts";
import { checkKey, encoded, partitionOf } from "./keys.ts";
import { duePlaceAt, dueRowOf, type ListPlace, listPlaceOf, listPlacesAt, type Place } from "./places.ts";
import { type Entity, type Held, textIn } from "./table.ts";

/** What a write has to know of the row that it replaces. It travels in the version, so that no write needs a read before it. */
export interface Standing {
  readonly etag: string;
  readonly due?: string;
  readonly list?: ListPlace;
}

/** Names of properties. */
export const named = {
  key: "key",
  nonce: "nonce",
  /** Schema version of the record. */
  v: "v",
  /** The record's JSON … */
  record: "record",
  /** … or its UTF-8 bytes, where that many characters do not fit into a property of text. */
  bytes: "bytes",
  /** When the sweep looks, to the last digit. */
  dueAt: "dueAt",
  /** Row of its entry in the `due` index. */
  due: "due",
  status: "status",
  list: "list",
  parent: "parent",
} as const;

/** A property has 64 KiB: as text in UTF-16, as bytes as they are. So every record fits into one of the two (`limits.itemBytes`). */
const textCharacters = 32_000;
/** Not in XML, which some of what reads a table speaks; JSON says the same with an escape. */
const escapedMarks = /[\ufffe\uffff]/g;

export const rowPlaceOf = (key: string): Place => ({ partition: partitionOf(key), row: encoded(key) });

/**
 * The row of a record.
 * @throws InvalidInputError for what a ledger does not take; TypeError for what cannot be serialized, such as a Secret
 */
export function rowOf(key: string, record: LedgerRecord, standing?: Standing): Entity {
  checkKey(key);
  const text = JSON.stringify(record).replace(
    escapedMarks,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  checkSize(key, text);
  const at = dueAtOf(record);
  const due = dueRowOf(key, record, standing?.due);
  const list = listPlaceOf(record);
  const { partition, row } = rowPlaceOf(key);
  return {
    partitionKey: partition,
    rowKey: row,
    [named.key]: key,
    [named.nonce]: record.nonce,
    [named.v]: String(record.v),
    ...(at === undefined || due === undefined ? {} : { [named.dueAt]: String(at), [named.due]: due }),
    ...(list === undefined ? {} : { [named.status]: list.status, [named.list]: list.row }),
    ...(list?.parent === undefined ? {} : { [named.parent]: list.parent }),
    ...(text.length <= textCharacters ? { [named.record]: text } : { [named.bytes]: Buffer.from(text) }),
  };
}

/** Where the row is listed, as it says itself. */
export function standingOf(entity: Entity, etag: string): Standing {
  const [due, status, row, parent] = [named.due, named.status, named.list, named.parent].map((name) =>
    textIn(entity, name),
  );
  const list = status === undefined || row === undefined ? undefined : { status, row };
  return {
    etag,
    ...(due === undefined ? {} : { due }),
    ...(list === undefined ? {} : { list: { ...list, ...(parent === undefined ? {} : { parent }) } }),
  };
}

/** Entries that stand behind a row. */
export function placesOf(key: string, { due, list }: Standing): Place[] {
  return [...(due === undefined ? [] : [duePlaceAt(key, due)]), ...(list === undefined ? [] : listPlacesAt(list))];
}

export function storedOf({ entity, etag }: Held): Stored {
  const { key, record, bytes } = {
    key: textIn(entity, named.key),
    record: textIn(entity, named.record),
    bytes: entity[named.bytes],
  };
  const text = bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : record;
  if (key === undefined || text === undefined) {
    throw new Error(`Expected a row of the ledger with key and record, got one with ${Object.keys(entity)}`);
  }
  return { key, record: JSON.parse(text) as LedgerRecord, version: versionOf(standingOf(entity, etag)) };
}

export function versionOf({ etag, due, list }: Standing): Version {
  return JSON.stringify([etag, due ?? null, list?.status ?? null, list?.row ?? null, list?.parent ?? null]);
}

/** Undefined for a version that was never given here: it matches nothing. */
export function standingIn(version: Version): Standing | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(version);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 5) return undefined;
  const [etag, due, status, row, parent] = parts.map((part) => (typeof part === "string" ? part : undefined));
  if (etag === undefined) return undefined;
  const list = status === undefined || row === undefined ? undefined : { status, row };
  return {
    etag,
    ...(due === undefined ? {} : { due }),
    ...(list === undefined ? {} : { list: { ...list, ...(parent === undefined ? {} : { parent }) } }),
  };
}

function checkSize(key: string, text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= limits.itemBytes) return;
  throw new InvalidInputError(
    `Expected a record of at most ${limits.itemBytes} bytes under ${key}, got ${bytes}: put what is large into the handoff store`,
    { code: "too-large" },
  );
}
