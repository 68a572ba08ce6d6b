import * as z from "zod/mini";
import type { Secret } from "../lib/contracts/secret.ts";
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
}

/** How commands reach the application: over a socket, in this process, later over a network. */
export interface Transport {
  /** @throws CommandError with the exit code `unavailable` when nobody answers */
  send(request: TransportRequest, signal?: AbortSignal): Promise<TransportAnswer>;
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

  async #call<Schema extends z.core.$ZodType>(
    request: TransportRequest,
    schema: Parsable<Schema>,
    signal?: AbortSignal,
  ): Promise<z.output<Schema>> {
    const headers = { ...request.headers, "drover-caller": this.#caller };
    const { status, text } = await this.#transport.send({ ...request, headers }, signal);
    const value = jsonIn(text);
    if (status >= 400) throw problemError(status, value);
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new CommandError(
      `Expected an answer of this release to ${request.method} ${request.path}, got another shape: use the same version of Drover on both sides`,
      exitCodeOfStatus(500),
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

function problemError(status: number, value: unknown): CommandError {
  const problem = problemSchema.safeParse(value);
  if (!problem.success) {
    return new CommandError(`Expected an answer, got status ${status}`, exitCodeOfStatus(status), "unexpected-answer");
  }
  const { code, problems = [], provider } = problem.data;
  const requestId = provider?.requestId;
  const detail = requestId === undefined ? problem.data.detail : `${problem.data.detail} (request ${requestId})`;
  const all = `: ${problems.join("; ")}`;
  // Each problem gets a line of its own below.
  const message = problems.length > 1 && detail.endsWith(all) ? detail.slice(0, -all.length) : detail;
  return new CommandError(message, exitCodeOfStatus(status), code, problems.length > 1 ? problems : []);
}
