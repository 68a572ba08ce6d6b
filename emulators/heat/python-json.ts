import { firstMistake } from "./python-decoder.ts";

/** JSON as Python's `json.dumps` writes it: a space after each comma and colon, and nothing but ASCII. */
export function pythonJson(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => pythonJson(item)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const pairs = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${pairs.map(([name, item]) => `${quoted(name)}: ${pythonJson(item)}`).join(", ")}}`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What `str()` makes of a value that came as JSON. */
export function pythonText(value: unknown): string {
  return typeof value === "string" ? value : representation(value);
}

function representation(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map((item: unknown) => representation(item)).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  const pairs = Object.entries(value).map(([name, item]) => `${representation(name)}: ${representation(item)}`);
  return `{${pairs.join(", ")}}`;
}

/** Null, an empty string, list or object, zero and false: what a change in Heat takes for "not given". */
export function isFalsy(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return !value;
  return Object.keys(value).length === 0;
}

export type Parsed = { readonly value: unknown } | { readonly problem: string };

/** Problems are worded as Python's decoder words them. */
export function parsePythonJson(text: string): Parsed {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: firstMistake(text) };
  }
}
