import * as z from "zod/mini";
import type { Secret } from "../lib/contracts/secret.ts";
import { retryAfterMsOf } from "../lib/sinks/retry-after.ts";
import { exitCodes } from "./exit-codes.ts";
import { CommandError, exitCodeOfStatus } from "./failure.ts";

export interface TransportRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Secret;
}

export interface TransportAnswer {
  readonly status: number;
  readonly text: string;
  /** The header of that name. */
  readonly retryAfter?: string | undefined;
}

/** An answer whose body is read piece by piece, once. Whoever does not read it to its end destroys it. */
export interface OpenAnswer {
  readonly status: number;
  /** By their names in small letters. */
  header(name: string): string | undefined;
  /** Throws when the connection breaks before the end. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** How commands reach the application: over a socket, in this process, over a network. */
export interface Transport {
  /** @throws CommandError with the exit code `unavailable` when nobody answers */
  open(request: TransportRequest, signal?: AbortSignal): Promise<OpenAnswer>;
}

/** Longer answers than any that is expected are not read. */
const maxTextBytes = 64 * 1024 * 1024;

/** The answer as a whole. */
export async function textOf(answer: OpenAnswer): Promise<TransportAnswer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.byteLength;
    if (bytes > maxTextBytes) throw tooLong();
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  return { status: answer.status, text, retryAfter: answer.header("retry-after") };
}

function tooLong(): CommandError {
  const message = `Expected an answer of at most ${maxTextBytes} bytes, got a longer one: look at what stands in front of Drover`;
  return new CommandError(message, exitCodes.unavailable, "no-answer");
}

const problemSchema = z.object({
  detail: z.string(),
  code: z.string(),
  problems: z.optional(z.array(z.string())),
  provider: z.optional(z.object({ requestId: z.optional(z.string()) })),
});

type Query = Readonly<Record<string, string | number | undefined>>;
type Parsable<Schema> = Schema & { safeParse(value: unknown): z.core.util.SafeParseResult<z.output<Schema>> };

/** Typed calls. What the application answers is checked, since it may be of another release. */
export class Client {
  readonly #transport: Transport;
  readonly #caller: string;

  constructor(transport: Transport, caller: string) {
    this.#transport = transport;
    this.#caller = caller;
  }

  async get<Schema extends z.core.$ZodType>(
    path: string,
    schema: Parsable<Schema>,
    query: Query = {},
    signal?: AbortSignal,
  ): Promise<z.output<Schema>> {
    return this.#call({ method: "GET", path: withQuery(path, query), headers: {} }, schema, signal);
  }

  async post<Schema extends z.core.$ZodType>(
    path: string,
    body: string | Readonly<Record<string, unknown>>,
    schema: Parsable<Schema>,
  ): Promise<z.output<Schema>> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return this.#call({ method: "POST", path, headers: { "content-type": "application/json" }, body: text }, schema);
  }

  async replace<Schema extends z.core.$ZodType>(
    path: string,
    body: Readonly<Record<string, unknown>>,
    schema: Parsable<Schema>,
  ): Promise<z.output<Schema>> {
    const headers = { "content-type": "application/json" };
    return this.#call({ method: "PUT", path, headers, body: JSON.stringify(body) }, schema);
  }

  async put<Schema extends z.core.$ZodType>(path: string, secret: Secret, schema: Parsable<Schema>) {
    return this.#call({ method: "PUT", path, headers: { "content-type": "text/plain" }, body: secret }, schema);
  }

  async remove<Schema extends z.core.$ZodType>(path: string, schema: Parsable<Schema>) {
    return this.#call({ method: "DELETE", path, headers: {} }, schema);
  }

  /** For what is no JSON. @throws CommandError for a problem that is answered instead */
  async open(path: string, body: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<OpenAnswer> {
    const headers = { "content-type": "application/json", "drover-caller": this.#caller };
    const answer = await this.#transport.open({ method: "POST", path, headers, body: JSON.stringify(body) }, signal);
    if (answer.status < 400) return answer;
    const problem = await textOf(answer);
    throw problemError(problem, jsonIn(problem.text));
  }

  async #call<Schema extends z.core.$ZodType>(
    request: TransportRequest,
    schema: Parsable<Schema>,
    signal?: AbortSignal,
  ): Promise<z.output<Schema>> {
    const headers = { ...request.headers, "drover-caller": this.#caller };
    const answer = await textOf(await this.#transport.open({ ...request, headers }, signal));
    const value = jsonIn(answer.text);
    if (answer.status >= 400) throw problemError(answer, value);
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new CommandError(
      `Expected an answer of this release to ${request.method} ${request.path}, got another shape: use the same version of Drover on both sides`,
      exitCodes.defect,
      "unexpected-answer",
    );
  }
}

function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const seconds = (ms: number) => Math.ceil(ms / 1000);

function problemError({ status, retryAfter }: TransportAnswer, value: unknown): CommandError {
  const problem = problemSchema.safeParse(value);
  const waitMs = retryAfterMsOf(retryAfter, Date.now());
  const again = waitMs === undefined ? "" : waitMs === 0 ? " (try again now)" : ` (try again in ${seconds(waitMs)} s)`;
  if (!problem.success) {
    // Drover's own answers all say what is wrong: this one is of a proxy, or of something else altogether.
    const why = "look at what stands in front of it, then try again";
    const message = `Expected an answer of Drover, got status ${status} that is none: ${why}${again}`;
    return new CommandError(message, status === 500 ? exitCodes.unavailable : exitCodeOfStatus(status), "no-answer");
  }
  const { code, problems = [], provider } = problem.data;
  const requestId = provider?.requestId;
  const detail = requestId === undefined ? problem.data.detail : `${problem.data.detail} (request ${requestId})`;
  const all = `: ${problems.join("; ")}`;
  // Each problem gets a line of its own below.
  const message = problems.length > 1 && detail.endsWith(all) ? detail.slice(0, -all.length) : detail;
  return new CommandError(`${message}${again}`, exitCodeOfStatus(status), code, problems.length > 1 ? problems : []);
}
