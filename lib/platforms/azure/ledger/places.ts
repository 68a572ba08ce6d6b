import { outcomes } from "../../../contracts/event.ts";
import { sha256Hex } from "../../../contracts/identifiers.ts";
import { dueAtOf, type LedgerRecord } from "../../../contracts/operation.ts";
import type { OperationFilter } from "../../../contracts/ports.ts";
import { encoded, numbered, shardOf } from "./keys.ts";

/**
 * Where a record stands in the indexes. Tables have none of their own, so an index is rows, each in a request of its own: written before
 * the record that needs it, removed after the record has left it. A crash in between leaves an entry that no record stands behind, and
 * never a record without its entry.
 */
export interface Place {
  readonly partition: string;
  readonly row: string;
}

const dueShards = 4;
export const duePartitions = numbered(dueShards).map((shard) => `due.${shard}`);

const timeDigits = 16;
const padded = (time: number) => String(Math.max(0, Math.floor(time))).padStart(timeDigits, "0");

/**
 * An entry promises that nobody has to look before its time. It stays while the record moves to a later time, up to this much: most
 * writes of an operation move its time a little, and cost no index write. The sweep finds the exact time in the record.
 */
export const keptForMs = 15 * 60_000;

/** All entries that a sweep may look at come before it. */
export const dueBefore = (nowMs: number) => padded(nowMs + 1);
export const dueTimeIn = (row: string) => Number(row.slice(0, timeDigits));

export const duePlaceAt = (key: string, row: string): Place => ({
  partition: `due.${shardOf(key, dueShards)}`,
  row,
});

/**
 * The row of the entry for a record: the one that it has, where that still serves, or a new one. Each belongs to one write, by its nonce,
 * so that whoever removes an entry never removes one that another write has just made.
 */
export function dueRowOf(key: string, record: LedgerRecord, standing: string | undefined): string | undefined {
  const at = dueAtOf(record);
  if (at === undefined) return undefined;
  if (standing !== undefined && dueTimeIn(standing) <= at && at < dueTimeIn(standing) + keptForMs) return standing;
  return `${padded(at)}.${encoded(key)}.${sha256Hex(record.nonce).slice(0, 24)}`;
}

/** The largest time that a Date holds: what is counted down from it comes in the order of newest first. */
const endOfTime = 8_640_000_000_000_000;
/** Of an operation's id: 80 bits, enough to tell apart what was created in the same millisecond. */
const tailLength = 16;

export interface ListPlace {
  /** `active`, or the outcome. */
  readonly status: string;
  /** By creation, newest first: an operation stays at it from its creation to its end. */
  readonly row: string;
  readonly parent?: string;
}

export function listPlaceOf(record: LedgerRecord): ListPlace | undefined {
  if (record.kind !== "operation") return undefined;
  const { id, createdAt, parent, state, outcome } = record;
  const status = state === "active" ? "active" : (outcome ?? "unknown");
  const row = `${padded(endOfTime - createdAt)}.${encoded(id.slice(-tailLength))}`;
  return { status, row, ...(parent === undefined || parent === "" ? {} : { parent }) };
}

export const isListRow = (text: string) => /^\d{16}\.[!-~]{1,64}$/.test(text);

const listPartition = (status: string) => `list.${status}`;
const childrenPartition = (parent: string) => `children.${encoded(parent)}`;

export function listPlacesAt({ status, row, parent }: ListPlace): Place[] {
  const own = { partition: listPartition(status), row };
  return parent === undefined ? [own] : [own, { partition: childrenPartition(parent), row }];
}

/** Lists that together have everything a filter lets through, and as little else as possible. */
export function listsFor({ parent, state, outcome }: OperationFilter): readonly string[] {
  if (parent !== undefined && parent !== "") return [childrenPartition(parent)];
  if (outcome !== undefined) return [listPartition(outcome)];
  if (state === "active") return [listPartition("active")];
  const ended = outcomes.map(listPartition);
  return state === "ended" ? ended : [listPartition("active"), ...ended];
}

/** Whether a record at this place still stands behind an entry of that list. */
export function isListed(partition: string, place: ListPlace | undefined): boolean {
  return place !== undefined && listPlacesAt(place).some((one) => one.partition === partition);
}
