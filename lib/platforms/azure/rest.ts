import type { TokenSource } from "../../providers/entra/tokens.ts";
import type { Fetch } from "../../providers/exchange.ts";
import { boundedBody, maxAnswerBytes } from "../bounded-body.ts";
import { type Asked, failureOf, type Refused } from "./failures.ts";
import { type AzureSettings, requestTimeoutMsOf } from "./settings.ts";

export interface RestCall {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Beyond the usual limit, for what is large. */
  readonly moreTimeMs?: number;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** What makes a request one of ours. */
export interface Authority {
  /** Headers for this very request, which has all others already. */
  headersFor(call: RestCall): Promise<Readonly<Record<string, string>>>;
  /** Those of the last request were refused. True when asking again may help. */
  refused?(headers: Readonly<Record<string, string>>): boolean;
}

export interface RestParts {
  readonly settings: Pick<AzureSettings, "requestTimeoutMs">;
  readonly authority: Authority;
  /** Where requests, and so tokens, may go. */
  readonly origin: string;
  readonly fetch?: Fetch | undefined;
}

/** Sends a call once, and once more after a new login when its token was refused. @throws the typed error of what has no answer */
export function restSender({ settings, authority, origin, fetch = globalThis.fetch }: RestParts) {
  async function sendOnce(call: RestCall, headers: Readonly<Record<string, string>>): Promise<Answered> {
    const response = await fetch(
      new Request(call.url, {
        method: call.method,
        headers: { ...call.headers, ...headers },
        // A redirect would take the token somewhere else.
        redirect: "manual",
        signal: AbortSignal.timeout(Math.ceil(requestTimeoutMsOf(settings) + (call.moreTimeMs ?? 0))),
        ...(call.body === undefined ? {} : { body: call.body }),
      }),
    );
    if (Number(response.headers.get("content-length")) > maxAnswerBytes) throw new TypeError("The answer is too long");
    return { status: response.status, headers: response.headers, body: await boundedBody(response) };
  }

  return async (call: RestCall, asked: Asked): Promise<Answered> => {
    if (call.url.origin !== origin) throw failureOf({ name: "ForeignOrigin", statusCode: 421 }, asked);
    const headers = await authority.headersFor(call);
    try {
      const answer = await sendOnce(call, headers);
      if (answer.status !== 401 || authority.refused?.(headers) !== true) return answer;
      return await sendOnce(call, await authority.headersFor(call));
    } catch (error) {
      throw failureOf(error, asked);
    }
  };
}

export type Send = ReturnType<typeof restSender>;

/** Sends tokens of Entra. */
export function bearer(source: TokenSource): Authority {
  const given = new WeakMap<object, Awaited<ReturnType<TokenSource["get"]>>>();
  return {
    async headersFor() {
      const token = await source.get(new AbortController().signal);
      const headers = { authorization: `Bearer ${token.reveal()}` };
      given.set(headers, token);
      return headers;
    },
    refused(headers) {
      const token = given.get(headers);
      if (token) source.refused(token);
      return token !== undefined;
    },
  };
}

/** What an answer says of itself. Codes stand in a header (storage) or in the body (vault, topic). */
export function refusedIn({ status, headers, body }: Answered): Refused {
  const retryAfter = Number(headers.get("retry-after"));
  const code = headers.get("x-ms-error-code") ?? codeIn(body);
  return {
    type: code !== undefined && /^[A-Za-z]\w{0,63}$/.test(code) ? code : "UnknownError",
    status,
    requestId: headers.get("x-ms-request-id") ?? undefined,
    retryAfterMs: retryAfter > 0 ? retryAfter * 1_000 : undefined,
  };
}

/** The finer code where there is one: the outer one only repeats the status. */
function codeIn(body: Buffer): string | undefined {
  let error: unknown;
  try {
    error = JSON.parse(body.toString("utf8", 0, 16_384))?.error;
  } catch {
    return undefined;
  }
  const { code, innererror } = (error ?? {}) as { readonly code?: unknown; readonly innererror?: { code?: unknown } };
  return [innererror?.code, code].find((one) => typeof one === "string");
}
