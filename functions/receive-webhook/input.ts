import type * as z from "zod/mini";
import { InvalidInputError, RetryableError } from "../../lib/contracts/errors.ts";
import { limits } from "../../lib/contracts/limits.ts";
import { parseAs, parseBoundedJson } from "../../lib/contracts/parse.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

/** Bodies that a guard has read: a stream can be read once. */
const kept = new WeakMap<Request, Promise<Uint8Array>>();

/** The body as text, without the byte order mark that some editors begin files with. */
export async function boundedText(request: Request, maxBytes?: number): Promise<string> {
  const bytes = await (kept.get(request) ?? wholeBody(request, maxBytes));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidInputError("Expected a body in UTF-8, got other bytes", { code: "not-json" });
  }
}

/** Read no further than the bound: a sender that lies about its length gains nothing. */
async function wholeBody(request: Request, maxBytes: number = limits.requestBytes): Promise<Uint8Array> {
  const tooLarge = () =>
    new InvalidInputError(`Expected a body of at most ${maxBytes} bytes, got a longer one`, { code: "too-large" });
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of wholly(request.body)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A sender that goes away, or is too slow, is no defect of ours. */
async function* wholly(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch {
    throw new InvalidInputError("Expected a whole body, got one that breaks off", { code: "cut-off" });
  }
}

/** For a guard that checks a signature, which covers every byte as it came: whoever reads the body afterwards gets the same one. */
export function keptBody(request: Request, maxBytes?: number): Promise<Uint8Array> {
  const body = kept.get(request) ?? wholeBody(request, maxBytes);
  kept.set(request, body);
  return body;
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
  const unknown = Object.keys(query).filter((name) => !known.includes(name)).length;
  if (unknown === 0) return;
  // Not said back: what was meant for another place may be a secret.
  throw new InvalidInputError(
    `Expected ${known.length === 0 ? "no parameters" : `parameters out of ${known.join(", ")}`}, got ${unknown} other(s)`,
    { code: "invalid-parameter" },
  );
}

export function parameterError(name: string, expected: string): InvalidInputError {
  return new InvalidInputError(`Expected ${name} as ${expected}, got another value`, { code: "invalid-parameter" });
}

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
