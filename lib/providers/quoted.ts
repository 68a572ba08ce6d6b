import { scrub } from "./scrub.ts";

/** A value as it came, for a message: bounded, and with text in quotation marks. */
export function quoted(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return "an object";
  return JSON.stringify(typeof value === "string" ? scrub(value, [], 40) : value);
}
