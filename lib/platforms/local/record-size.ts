import { InvalidInputError } from "../../contracts/errors.ts";
import { limits } from "../../contracts/limits.ts";
import type { LedgerRecord } from "../../contracts/operation.ts";

/** Longest JSON of one UTF-16 unit: `\u0000`. */
const bytesPerUnit = 6;
/** Covers any number, literal, comma, colon or bracket. */
const bytesPerValue = 26;

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: object) => value as Fields;

/**
 * At least as many bytes as the JSON of a plain value has: a look at the lengths of its strings.
 * Infinity for what is no plain JSON, and for what is nested deeper than any record.
 */
function boundOf(value: unknown, levels: number): number {
  if (typeof value === "string") return value.length * bytesPerUnit + bytesPerValue;
  if (typeof value !== "object" || value === null) {
    return typeof value === "function" || typeof value === "bigint" ? Number.POSITIVE_INFINITY : bytesPerValue;
  }
  if (levels === 0) return Number.POSITIVE_INFINITY;
  let bound = bytesPerValue;
  if (Array.isArray(value)) {
    for (const entry of value) bound += boundOf(entry, levels - 1);
    return bound;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return Number.POSITIVE_INFINITY;
  const fields = fieldsOf(value);
  for (const name in fields) bound += name.length * bytesPerUnit + boundOf(fields[name], levels - 1);
  return bound;
}

/**
 * Refuses a record that is too large, or that is no JSON, before anything of it is stored.
 * Returns a number of bytes that its JSON does not exceed.
 * @throws InvalidInputError; TypeError for what cannot be serialized, such as a Secret
 */
export function checkRecord(key: string, record: LedgerRecord): number {
  if (!key.isWellFormed()) {
    throw new InvalidInputError(`Expected a key of whole characters, got ${JSON.stringify(key)}`, {
      code: "invalid-key",
    });
  }
  const bound = boundOf(record, limits.requestDepth);
  return bound <= limits.itemBytes ? bound : measure(key, record);
}

/**
 * The same for a record that replaces another: only what differs is looked at.
 * @param boundBefore what was returned for the other one
 */
export function checkChange(key: string, record: LedgerRecord, before: LedgerRecord, boundBefore: number): number {
  const fields = fieldsOf(record);
  const known = fieldsOf(before);
  let bound = boundBefore;
  for (const name in fields) {
    const value = fields[name];
    if (value !== known[name]) bound += name.length * bytesPerUnit + boundOf(value, limits.requestDepth);
  }
  return bound <= limits.itemBytes ? bound : measure(key, record);
}

function measure(key: string, record: LedgerRecord): number {
  const bytes = Buffer.byteLength(JSON.stringify(record));
  if (bytes <= limits.itemBytes) return bytes;
  throw new InvalidInputError(
    `Expected a record of at most ${limits.itemBytes} bytes under ${key}, got ${bytes}: put what is large into the handoff store`,
    { code: "too-large" },
  );
}
