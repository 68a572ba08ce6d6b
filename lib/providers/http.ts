import { ConfigurationError, PermanentError, RetryableError } from "../contracts/errors.ts";
import type { Clock } from "../contracts/ports.ts";
import { Secret } from "../contracts/secret.ts";
import type { Answer } from "./answer.ts";
import { startAttempt } from "./attempt.ts";
import { type Call, effectWithoutProof, secretsOf } from "./call.ts";
import { type Exchanged, exchangeWith, type Fetch, type Outgoing } from "./exchange.ts";
import { exchangeOverNetwork } from "./network.ts";
import { networkFailure } from "./network-failure.ts";
import { requestIdOf } from "./request-id.ts";
import { httpDateMs, retryAfterMsOf } from "./retry-after.ts";
import { scrub } from "./scrub.ts";
import { type StartTimer, systemTimer } from "./timer.ts";

export interface HttpOptions {
  /** Default: the network. */
  readonly fetch?: Fetch | undefined;
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
  const exchange = options.fetch ? exchangeWith(options.fetch) : exchangeOverNetwork;
  const { maxBytes = 1024 * 1024 } = options;
  return async (call, signal) => {
    const url = permitted(call, options);
    if (signal?.aborted) throw notSent(call, url);
    const attempt = startAttempt(
      signal,
      call.timeoutMs ?? options.timeoutMs ?? 30_000,
      options.startTimer ?? systemTimer,
    );
    try {
      const exchanged = await exchange(url, outgoingOf(call), attempt, call.maxBytes ?? maxBytes);
      refuseRedirect(exchanged, call, url);
      return answerOf(exchanged, call, url, options.clock);
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

function outgoingOf({ method, headers, secretHeader, body, changes = false }: Call): Outgoing {
  const all: Record<string, string> = {
    accept: "application/json",
    // Unpacking would need bounds of its own; these answers are small.
    "accept-encoding": "identity",
    "user-agent": "drover",
    ...headers,
  };
  if (secretHeader) all[secretHeader.name] = `${secretHeader.prefix ?? ""}${secretHeader.value.reveal()}`;
  if (body === undefined) return { method, headers: all, changes };
  const bytes = new TextEncoder().encode(typeof body.text === "string" ? body.text : body.text.reveal());
  all["content-type"] = body.contentType;
  all["content-length"] = String(bytes.byteLength);
  return { method, headers: all, body: bytes, changes };
}

/** A redirect is never followed: it would take the token, or repeat a creating call, somewhere else. */
function refuseRedirect({ status, headers }: Exchanged, call: Call, url: URL): void {
  if (status < 300 || status > 399) return;
  const target = URL.parse(headers.get("location") ?? "", url.href)?.host;
  const place = target ? scrub(target, secretsOf(call)) : "nowhere";
  const message = `Expected an answer about ${call.about} from ${url.host}, got a redirect (${status}) to ${place}, which is not followed`;
  const { provider, operation } = call;
  const details = { code: "redirect-refused", provider, operation, status, effect: effectWithoutProof(call) };
  // Only a redirect that calls itself permanent is a wrong address; the others are what gateways do in trouble.
  if ((status === 301 || status === 308) && call.changes !== true) throw new PermanentError(message, details);
  throw new RetryableError(message, details);
}

function answerOf({ status, headers, text, problem }: Exchanged, call: Call, url: URL, clock: Clock): Answer {
  const token = tokenIn(headers, call);
  const secretHeaders = secretHeadersIn(headers, call);
  const secrets = [...secretsOf(call), ...(token === undefined ? [] : [token]), ...Object.values(secretHeaders)];
  const retryAfterMs = retryAfterMsOf(headers.get("retry-after"), clock.wallMs());
  const requestId = requestIdOf(headers, secrets);
  const dateMs = httpDateMs(headers.get("date") ?? "");
  return {
    status,
    host: url.host,
    text,
    ...(problem === undefined ? {} : { problem }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(dateMs === undefined ? {} : { dateMs }),
    ...(token === undefined ? {} : { token }),
    ...(call.secretHeaders === undefined ? {} : { secretHeaders }),
    ...(call.shownHeaders === undefined ? {} : { shownHeaders: shownHeadersIn(headers, call.shownHeaders) }),
    show: (shown, maxLength) => scrub(shown, secrets, maxLength),
  };
}

function tokenIn(headers: Exchanged["headers"], { tokenHeader }: Call): Secret | undefined {
  const value = tokenHeader === undefined ? null : headers.get(tokenHeader);
  // Visible ASCII only: anything else is refused when it is sent, with a message that quotes the whole header.
  return value !== null && isToken(value) ? new Secret(value) : undefined;
}

function secretHeadersIn(
  headers: Exchanged["headers"],
  { secretHeaders = [] }: Call,
): Readonly<Record<string, Secret>> {
  const found = secretHeaders.flatMap((name): [string, Secret][] => {
    const value = headers.get(name);
    return value !== null && isToken(value) ? [[name, new Secret(value)]] : [];
  });
  return Object.fromEntries(found);
}

function shownHeadersIn(headers: Exchanged["headers"], names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{1,32768}$/.test(text);
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
