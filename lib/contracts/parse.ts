import type * as z from "zod/mini";
import { InvalidInputError } from "./errors.ts";
import { limits } from "./limits.ts";

/** Every problem as `path: message`, without the offending value: it may be a secret in the wrong place. */
export function problemsOf(error: { readonly issues: readonly z.core.$ZodIssue[] }): string[] {
  return error.issues.slice(0, 32).map((issue) => {
    const path = issue.path.map(String).join(".") || "(root)";
    return `${path}: ${issue.code === "unrecognized_keys" ? `unknown key ${issue.keys.slice(0, 8).join(", ")}` : issue.message}`;
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
  return Object.values(value).some((entry) => depthExceeds(entry, levels - 1));
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
  return value;
}
