export interface Row {
  readonly etag: string;
  /** As they came, types beside them (`name@odata.type`), with Timestamp. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a write or a removal is answered: an ETag, or the code of a refusal. */
export type Refusal =
  | "EntityAlreadyExists"
  | "ResourceNotFound"
  | "UpdateConditionNotSatisfied"
  | "PropertyValueTooLarge"
  | "EntityTooLarge"
  | "TooManyProperties"
  | "KeyValueTooLarge"
  | "OutOfRangeInput"
  | "InvalidInput";

export const STATUS: Readonly<Record<Refusal, number>> = {
  EntityAlreadyExists: 409,
  ResourceNotFound: 404,
  UpdateConditionNotSatisfied: 412,
  PropertyValueTooLarge: 400,
  EntityTooLarge: 400,
  TooManyProperties: 400,
  KeyValueTooLarge: 400,
  OutOfRangeInput: 400,
  InvalidInput: 400,
};

/** @see https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
const MAX_KEY_CHARACTERS = 512;
const MAX_TEXT_CHARACTERS = 32 * 1024;
const MAX_BYTES = 64 * 1024;
const MAX_ENTITY_BYTES = 1024 * 1024;
const MAX_PROPERTIES = 252;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the service refuses
const REFUSED_IN_KEYS = /[/\\#?\u0000-\u001f\u007f-\u009f]/;

/** Entities in the order of their keys. */
export class Table {
  readonly #rows = new Map<string, Row>();
  readonly #now: () => number;
  #writes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  insert(properties: Row["properties"]): string | Refusal {
    const [key, refusal] = checked(properties);
    if (refusal !== undefined) return refusal;
    return this.#rows.has(key) ? "EntityAlreadyExists" : this.#write(key, properties);
  }

  /** @param match an ETag or `*`; null: whatever stands there, also nothing */
  replace(properties: Row["properties"], match: string | null): string | Refusal {
    const [key, refusal] = checked(properties);
    if (refusal !== undefined) return refusal;
    return this.#otherwise(key, match) ?? this.#write(key, properties);
  }

  remove(partition: string, row: string, match: string | null): Refusal | undefined {
    const key = keyOf(partition, row);
    const otherwise = match === null ? "InvalidInput" : this.#otherwise(key, match);
    if (otherwise === undefined) this.#rows.delete(key);
    return otherwise;
  }

  get(partition: string, row: string): Row | undefined {
    return this.#rows.get(keyOf(partition, row));
  }

  rows(): readonly Row[] {
    return [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #otherwise(key: string, match: string | null): Refusal | undefined {
    if (match === null) return undefined;
    const row = this.#rows.get(key);
    if (row === undefined) return "ResourceNotFound";
    return match === "*" || match === row.etag ? undefined : "UpdateConditionNotSatisfied";
  }

  #write(key: string, properties: Row["properties"]): string {
    // Ticks of 100 ns: two writes of one millisecond differ.
    this.#writes = (this.#writes + 1) % 10_000;
    const time = `${new Date(this.#now()).toISOString().slice(0, -1)}${String(this.#writes).padStart(4, "0")}Z`;
    const etag = `W/"datetime'${encodeURIComponent(time)}'"`;
    this.#rows.set(key, { etag, properties: { ...properties, Timestamp: time } });
    return etag;
  }
}

const keyOf = (partition: string, row: string) => `${partition}\u0000${row}`;

function checked(properties: Row["properties"]): [string, Refusal?] {
  const { PartitionKey: partition, RowKey: row } = properties;
  if (typeof partition !== "string" || typeof row !== "string") return ["", "InvalidInput"];
  const keys = [partition, row];
  if (keys.some((key) => REFUSED_IN_KEYS.test(key))) return ["", "OutOfRangeInput"];
  if (keys.some((key) => key.length > MAX_KEY_CHARACTERS)) return ["", "KeyValueTooLarge"];
  let bytes = 0;
  let count = 0;
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("@") || name === "PartitionKey" || name === "RowKey") continue;
    count += 1;
    if (typeof value !== "string") return ["", "InvalidInput"];
    const isBinary = properties[`${name}@odata.type`] === "Edm.Binary";
    const size = isBinary ? Buffer.from(value, "base64").length : 2 * value.length;
    if (size > (isBinary ? MAX_BYTES : 2 * MAX_TEXT_CHARACTERS)) return ["", "PropertyValueTooLarge"];
    bytes += 8 + 2 * name.length + size;
  }
  if (count > MAX_PROPERTIES) return ["", "TooManyProperties"];
  return bytes > MAX_ENTITY_BYTES ? ["", "EntityTooLarge"] : [keyOf(partition, row)];
}
