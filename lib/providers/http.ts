import { ConfigurationError, PermanentError, RetryableError } from "../contracts/errors.ts";
import type { Clock } from "../contracts/ports.ts";
import type { Answer } from "./answer.ts";
import { type Attempt, startAttempt } from "./attempt.ts";
import { discard, readBody } from "./body.ts";
import { type Call, effectWithoutProof, secretsOf } from "./call.ts";
import { networkFailure } from "./network-failure.ts";
import { requestIdOf } from "./request-id.ts";
import { retryAfterMsOf } from "./retry-after.ts";
import { scrub } from "./scrub.ts";
import { type StartTimer, systemTimer } from "./timer.ts";

/** The platform's `fetch`, or the handler of an emulator in this process. */
export type Fetch = (request: Request) => Promise<Response>;

export interface HttpOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly startTimer?: StartTimer | undefined;
  /** Origins that may be asked at all. */
  readonly origins: ReadonlySet<string>;
  /** The one origin among them that may be sent a secret. */
  readonly secretsTo: string;
  /** Longest time of one exchange, body included, for calls that name none; default 30 s. */
  readonly timeoutMs?: number | undefined;
  /** Longest body, decompressed; default 1 MiB. */
  readonly maxBytes?: number | undefined;
}

/**
 * Sends one call as exactly one HTTP request, and answers whatever status comes, except a redirect.
 * @throws RetryableError for the network, a time-out, a redirect; ConfigurationError for a refused origin, before anything is sent
 */
export type Send = (call: Call, signal?: AbortSignal) => Promise<Answer>;

export function createSend(options: HttpOptions): Send {
  return async (call, signal) => {
    const url = permitted(call, options);
    if (signal?.aborted) throw notSent(call, url);
    const attempt = startAttempt(
      signal,
      call.timeoutMs ?? options.timeoutMs ?? 30_000,
      options.startTimer ?? systemTimer,
    );
    try {
      const response = await attempt.until(options.fetch(requestOf(call, url, attempt.signal)));
      refuseRedirect(response, call, url);
      return await answerOf(response, call, url, attempt, options);
    } catch (error) {
      if (error instanceof RetryableError || error instanceof PermanentError) throw error;
      throw networkFailure(error, attempt.ended(), call, url.host);
    } finally {
      attempt.close();
    }
  };
}

/** The URL, if a call may go there: a token or a request that leaves the connection's origins is worse than none. */
function permitted(call: Call, { origins, secretsTo }: HttpOptions): URL {
  const url = URL.parse(call.url);
  const refuse = (why: string) =>
    new ConfigurationError(`Expected a URL of the connection for ${call.about}, got ${why}`, {
      code: "origin-refused",
      provider: call.provider,
      operation: call.operation,
    });
  if (url === null) throw refuse("text that is no URL");
  if (url.username !== "" || url.password !== "") throw refuse("one with a user in it");
  if (!origins.has(url.origin)) throw refuse(`the foreign origin ${url.origin}`);
  if (secretsOf(call).length > 0 && url.origin !== secretsTo) {
    throw refuse(`${url.origin}, which may not be sent a secret`);
  }
  return url;
}

function requestOf({ method, headers, secretHeader, body }: Call, url: URL, signal: AbortSignal): Request {
  const all = new Headers({ accept: "application/json", "user-agent": "drover", ...headers });
  if (secretHeader) all.set(secretHeader.name, `${secretHeader.prefix ?? ""}${secretHeader.value.reveal()}`);
  const init: RequestInit = { method, headers: all, signal, redirect: "manual" };
  if (body === undefined) return new Request(url, init);
  const bytes = new TextEncoder().encode(typeof body.text === "string" ? body.text : body.text.reveal());
  all.set("content-type", body.contentType);
  all.set("content-length", String(bytes.byteLength));
  // Given text, fetch sends the request a second time after a 421. A stream can be sent only once.
  return new Request(url, { ...init, body: streamOf(bytes), duplex: "half" });
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

/** A redirect is never followed: it would take the token, or repeat a creating call, somewhere else. */
function refuseRedirect(response: Response, call: Call, url: URL): void {
  const { status, type, headers } = response;
  if (type !== "opaqueredirect" && (status < 300 || status > 399)) return;
  discard(response);
  const target = URL.parse(headers.get("location") ?? "", url.href)?.host;
  const place = target ? scrub(target, secretsOf(call)) : "nowhere";
  const message = `Expected an answer about ${call.about} from ${url.host}, got a redirect (${status}) to ${place}, which is not followed`;
  const { provider, operation } = call;
  const details = { code: "redirect-refused", provider, operation, status, effect: effectWithoutProof(call) };
  // Only a redirect that calls itself permanent is a wrong address; the others are what gateways do in trouble.
  if ((status === 301 || status === 308) && call.changes !== true) throw new PermanentError(message, details);
  throw new RetryableError(message, details);
}

async function answerOf(
  response: Response,
  call: Call,
  url: URL,
  attempt: Attempt,
  { maxBytes = 1024 * 1024, clock }: HttpOptions,
): Promise<Answer> {
  const secrets = secretsOf(call);
  const retryAfterMs = retryAfterMsOf(response.headers.get("retry-after"), clock.now());
  const requestId = requestIdOf(response.headers, secrets);
  const body = await readBody(response, maxBytes, attempt.until, () => attempt.ended() ?? "cut-off");
  return {
    status: response.status,
    host: url.host,
    ...body,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requestId === undefined ? {} : { requestId }),
    show: (text, maxLength) => scrub(text, secrets, maxLength),
  };
}

function notSent(call: Call, url: URL): RetryableError {
  return new RetryableError(
    `Expected time to ask ${url.host} about ${call.about}, got an interruption before sending`,
    {
      code: "interrupted",
      provider: call.provider,
      operation: call.operation,
      effect: "none",
    },
  );
}
