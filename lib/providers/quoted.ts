import { scrub } from "./scrub.ts";

/** A value as it came, for a message: bounded, and with text in quotation marks. */
export function quoted(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return "an object";
  return JSON.stringify(typeof value === "string" ? scrub(value, [], 40) : value);
}

/** Names as a provider has them, for a message. */
export function listed(names: readonly string[], most = 12): string {
  const shown = names.slice(0, most).map((name) => scrub(name, [], 64));
  return names.length === 0 ? "none" : `${shown.join(", ")}${names.length > most ? ", …" : ""}`;
}
