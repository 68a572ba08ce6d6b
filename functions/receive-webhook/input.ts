import * as z from "zod/mini";
import { InvalidInputError, RetryableError } from "../../lib/contracts/errors.ts";
import { limits } from "../../lib/contracts/limits.ts";
import { parseAs, parseBoundedJson } from "../../lib/contracts/parse.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

/** Bodies that a guard has read: a stream can be read once. */
const kept = new WeakMap<Request, Promise<string>>();

/** The body as text, read no further than the bound: a sender that lies about its length gains nothing. */
export async function boundedText(request: Request, maxBytes: number = limits.requestBytes): Promise<string> {
  const known = kept.get(request);
  if (known) return known;
  const tooLarge = () =>
    new InvalidInputError(`Expected a body of at most ${maxBytes} bytes, got a longer one`, { code: "too-large" });
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new InvalidInputError("Expected a body in UTF-8, got other bytes", { code: "not-json" });
  }
}

/** For a guard that checks a signature: whoever reads the body afterwards gets the same text. */
export function keptText(request: Request, maxBytes?: number): Promise<string> {
  const text = kept.get(request) ?? boundedText(request, maxBytes);
  kept.set(request, text);
  return text;
}

/** A JSON body by its schema; no body at all counts as an empty object. @throws InvalidInputError */
export async function bodyAs<Schema extends z.core.$ZodType>(
  request: Request,
  schema: Schema & { safeParse(value: unknown): z.core.util.SafeParseResult<z.output<Schema>> },
  what: string,
  maxBytes?: number,
): Promise<z.output<Schema>> {
  const text = await boundedText(request, maxBytes);
  return parseAs(schema, text === "" ? {} : parseBoundedJson(text, what, maxBytes), what);
}

/** A whole number in the query, within bounds. @throws InvalidInputError */
export function countIn(
  query: Readonly<Record<string, string>>,
  name: string,
  bounds: { readonly default: number; readonly min: number; readonly max: number },
): number {
  const text = query[name];
  if (text === undefined) return bounds.default;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw parameterError(name, `a whole number from ${bounds.min} to ${bounds.max}`);
}

/** @throws InvalidInputError for a parameter that would be ignored silently */
export function refuseUnknown(query: Readonly<Record<string, string>>, known: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InvalidInputError(
    `Expected parameters out of ${known.join(", ")}, got ${JSON.stringify(unknown.slice(0, limits.nameLength))}`,
    { code: "invalid-parameter" },
  );
}

export function parameterError(name: string, expected: string): InvalidInputError {
  return new InvalidInputError(`Expected ${name} as ${expected}, got another value`, { code: "invalid-parameter" });
}

const note = z.optional(z.string().check(z.maxLength(limits.reasonLength)));
export const noteSchema = z.strictObject({ note });
export const resolveSchema = z.strictObject({
  as: z.enum(["succeeded", "failed", "not-done"]),
  note: z.string().check(z.minLength(1, "expected a note that says how you know"), z.maxLength(limits.reasonLength)),
});
export const reportSchema = z.strictObject({
  status: z.enum(["COMPLETE", "FAILED"]),
  reason: z.optional(z.string().check(z.minLength(1), z.maxLength(limits.reasonLength))),
});

/**
 * Waits until everything written so far survives a crash: what 2xx promises. It does not wait for a disk that refuses.
 * @throws RetryableError then; the same request again is safe
 */
export async function durably({ ports, storage }: Pick<ApplicationDependencies, "ports" | "storage">): Promise<void> {
  refuseWhileUnhealthy(storage.health());
  const { promise: unhealthy, reject } = Promise.withResolvers<never>();
  const end = storage.onHealth(() => {
    try {
      refuseWhileUnhealthy(storage.health());
    } catch (error) {
      reject(error);
    }
  });
  const durable = ports.ledger.durable();
  try {
    await Promise.race([durable, unhealthy]);
  } finally {
    end();
    // Whichever lost the race may still fail later, and nobody waits for it then.
    for (const late of [durable, unhealthy]) late.catch(() => undefined);
  }
}

export function refuseWhileUnhealthy(health: ReturnType<ApplicationDependencies["storage"]["health"]>): void {
  if (health.ok) return;
  throw new RetryableError(
    `Expected storage that takes changes, got one that refuses since ${new Date(health.since).toISOString()} (${health.reason}): free space or mend it, then send the same request again`,
    { code: "storage-unavailable", effect: "none" },
  );
}
