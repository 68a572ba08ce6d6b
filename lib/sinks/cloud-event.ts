import { InvalidInputError } from "../contracts/errors.ts";
import type { CarriedEvent, SinkConfiguration } from "../contracts/sink.ts";

export interface Content {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The event in one of the content modes of the CloudEvents HTTP binding. @throws InvalidInputError for an attribute no header can hold */
export function contentOf(event: CarriedEvent, mode: SinkConfiguration["contentMode"]): Content {
  if (mode === "structured") {
    return {
      headers: { "content-type": "application/cloudevents+json; charset=utf-8" },
      body: JSON.stringify(event),
    };
  }
  const { data, datacontenttype, ...attributes } = event;
  const headers: Record<string, string> = { "content-type": String(datacontenttype ?? "application/json") };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) headers[`ce-${attributeName(name)}`] = attributeValue(name, value);
  }
  return { headers, body: JSON.stringify(data) };
}

function attributeName(name: string): string {
  if (/^[a-z0-9]{1,64}$/.test(name)) return name;
  throw new InvalidInputError(
    `Expected attributes of lower-case letters and digits, got ${JSON.stringify(name.slice(0, 64))}`,
  );
}

function attributeValue(name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    // Whole characters, so that a surrogate pair becomes one UTF-8 sequence.
    return String(value)
      .toWellFormed()
      .replace(/[^\x21\x23\x24\x26-\x7e]/gu, percentEncoded);
  }
  throw new InvalidInputError(`Expected text, a number or a boolean as attribute ${name}, got something else`);
}

function percentEncoded(character: string): string {
  const bytes = [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}
