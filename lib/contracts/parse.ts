import type * as z from "zod/mini";
import { InvalidInputError } from "./errors.ts";
import { limits } from "./limits.ts";

/** A key from outside, fit for one line of a message: short and without control characters. */
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

/** Every problem as `path: message`, without the offending value: it may be a secret in the wrong place. */
export function problemsOf(error: { readonly issues: readonly z.core.$ZodIssue[] }, max = 32): string[] {
  return error.issues.slice(0, max).map((issue) => {
    const path = issue.path.map(shownKey).join(".") || "(root)";
    return `${path}: ${expectationOf(issue)}`;
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
  const problems = problemsOf(parsed.error);
  throw new InvalidInputError(`Expected ${what}, got one with ${problems.length} problem(s): ${problems.join("; ")}`, {
    problems,
  });
}

function depthExceeds(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) {
    if (depthExceeds((value as Record<string, unknown>)[key], levels - 1)) return true;
  }
  return false;
}

/** `JSON.parse` makes it an own key, and schemas skip it: it would be ignored silently. */
function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasPrototypeKey);
}

/**
 * JSON from outside, bounded in bytes and depth.
 * @throws InvalidInputError
 */
export function parseBoundedJson(text: string, what: string, maxBytes: number = limits.requestBytes): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new InvalidInputError(`Expected ${what} of at most ${maxBytes} bytes, got ${bytes}`, { code: "too-large" });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidInputError(`Expected ${what} as JSON, got ${bytes} bytes that are not JSON`, { code: "not-json" });
  }
  if (depthExceeds(value, limits.requestDepth)) {
    throw new InvalidInputError(`Expected ${what} nested at most ${limits.requestDepth} deep, got a deeper one`, {
      code: "too-deep",
    });
  }
  // The key can hide behind an escape; text without either cannot hold it.
  if ((text.includes("__proto__") || text.includes("\\u")) && hasPrototypeKey(value)) {
    throw new InvalidInputError(`Expected ${what} without the key __proto__, got one that has it`, {
      code: "forbidden-key",
    });
  }
  return value;
}
