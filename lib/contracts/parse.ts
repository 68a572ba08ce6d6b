import type * as z from "zod/mini";
import { InvalidInputError } from "./errors.ts";
import { namedBy } from "./known-names.ts";
import { limits } from "./limits.ts";

/** A key of our own configuration, fit for one line of a message: short and without control characters. */
function shownKey(key: PropertyKey): string {
  const text = String(key);
  return /^[\w$.@-]{1,64}$/.test(text) ? text : JSON.stringify(text.slice(0, 64));
}

const unitOf = (origin: string) => (origin === "string" ? " characters" : origin === "array" ? " entries" : "");

/** `zod/mini` says "Invalid input" wherever the schema has no message of its own; what was expected is said here. */
function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return `unknown key ${issue.keys.slice(0, 8).map(shownKey).join(", ")}`;
    case "invalid_key":
      return `key: ${issue.issues[0] ? expectationOf(issue.issues[0]) : issue.message}`;
    case "invalid_union":
      return "options" in issue && issue.options
        ? `expected ${issue.options.map(String).join(" or ")}`
        : "expected one of the documented forms";
  }
  if (issue.message !== "Invalid input") return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}`;
    case "invalid_value":
      return `expected ${issue.values.map(String).join(" or ")}`;
    case "too_small":
      return `expected at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `expected at most ${issue.maximum}${unitOf(issue.origin)}`;
    case "invalid_format":
      return `expected the format ${issue.format}`;
    default:
      return issue.message;
  }
}

/** Known keys that a message names: enough to find a misspelt one by. */
const namedKeys = 24;

function unknownKeys(count: number, known: readonly string[]): string {
  const names = known.slice(0, namedKeys).join(", ") + (known.length > namedKeys ? ", …" : "");
  return `${count} unknown ${count === 1 ? "key" : "keys"}${names === "" ? "" : `: expected ${names}`}`;
}

/**
 * Every problem as `path: message`, without the offending value: it may be a secret in the wrong place.
 * @param schema of what comes from outside, of which then no key is said that the schema does not name: that may be one, too
 */
export function problemsOf(
  error: { readonly issues: readonly z.core.$ZodIssue[] },
  max = 32,
  schema?: z.core.$ZodType,
): string[] {
  return error.issues.slice(0, max).map((issue) => {
    const named = schema && namedBy(schema, issue.path);
    const path = (named?.path ?? issue.path.map(shownKey)).join(".") || "(root)";
    const isUnknown = named && issue.code === "unrecognized_keys";
    return `${path}: ${isUnknown ? unknownKeys(issue.keys.length, named.keys) : expectationOf(issue)}`;
  });
}

/** The value as the schema's type. @throws InvalidInputError with all problems, naming `what` was expected. */
export function parseAs<Schema extends z.core.$ZodType>(
  schema: Schema & { safeParse(value: unknown): z.core.util.SafeParseResult<z.output<Schema>> },
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 32, schema);
  throw new InvalidInputError(`Expected ${what}, got one with ${problems.length} problem(s): ${problems.join("; ")}`, {
    problems,
  });
}

/** A number beyond all numbers is read as infinity, and would be written on as null: something else than was asked for. */
function flawIn(value: unknown, levels: number): "too-deep" | "number-range" | undefined {
  if (typeof value !== "object" || value === null) {
    return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? "number-range" : undefined;
  }
  if (levels === 0) return "too-deep";
  for (const key in value) {
    const flaw = flawIn((value as Record<string, unknown>)[key], levels - 1);
    if (flaw) return flaw;
  }
  return undefined;
}

/** `JSON.parse` makes it an own key, and schemas skip it: it would be ignored silently. */
function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeKey);
}

/**
 * JSON from outside, bounded in bytes and no further: of a list each entry is judged for itself.
 * @throws InvalidInputError
 */
export function parseJsonOf(text: string, what: string, maxBytes: number): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new InvalidInputError(`Expected ${what} of at most ${maxBytes} bytes, got ${bytes}`, { code: "too-large" });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInputError(`Expected ${what} as JSON, got ${bytes} bytes that are not JSON`, { code: "not-json" });
  }
}

/** @throws InvalidInputError for what is too deep to be walked through, or cannot be written on as it came */
export function checkJson(value: unknown, what: string): void {
  const flaw = flawIn(value, limits.requestDepth);
  if (flaw === undefined) return;
  const expected =
    flaw === "too-deep"
      ? `nested at most ${limits.requestDepth} deep, got a deeper one`
      : "with numbers up to 1.7e308, got a greater one";
  throw new InvalidInputError(`Expected ${what} ${expected}`, { code: flaw });
}

/**
 * JSON from outside, bounded in bytes and depth.
 * @throws InvalidInputError
 */
export function parseBoundedJson(text: string, what: string, maxBytes: number = limits.requestBytes): unknown {
  const value = parseJsonOf(text, what, maxBytes);
  checkJson(value, what);
  // The key can hide behind an escape; text without either cannot hold it.
  if ((text.includes("__proto__") || text.includes("\\u")) && hasPrototypeKey(value)) {
    throw new InvalidInputError(`Expected ${what} without the key __proto__, got one that has it`, {
      code: "forbidden-key",
    });
  }
  return value;
}
