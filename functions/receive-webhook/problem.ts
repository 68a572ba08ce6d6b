import {
  ConfigurationError,
  ConflictError,
  DroverError,
  InvalidInputError,
  messageOf,
  NotFoundError,
  PermanentError,
  RetryableError,
  UnauthorizedError,
} from "../../lib/contracts/errors.ts";
import type { Log } from "../../lib/contracts/ports.ts";

/** RFC 9457, with a stable `code` and one entry in `problems` for each thing to mend. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly problems?: readonly string[];
  /** Whose answer is behind it, with the status and the request id that its support desk asks for. */
  readonly provider?: ProviderProblem;
}

export interface ProviderProblem {
  readonly name: string;
  readonly operation?: string;
  readonly status?: number;
  readonly requestId?: string;
}

const titles: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Content too large",
  415: "Unsupported media type",
  422: "Request refused",
  429: "Too many requests",
  431: "Too many headers",
  500: "Defect",
  502: "Provider refused",
  503: "Unavailable",
};

/** Codes of unacceptable input that are not answered with 422. */
const inputStatuses: Readonly<Record<string, number>> = {
  "too-large": 413,
  "not-json": 400,
  "cut-off": 400,
  "not-an-object": 400,
  "too-deep": 400,
  "forbidden-key": 400,
  "invalid-cursor": 400,
  "invalid-parameter": 400,
  "media-type": 415,
  "key-conflict": 409,
  "not-allowed": 403,
};

/** Of what a provider refuses, by the code of the refusal; every other is 502. */
const refusalStatuses: Readonly<Record<string, number>> = {
  "not-found": 404,
  "service-not-found": 404,
  "policy-not-found": 404,
  "certificate-not-found": 404,
  conflict: 409,
  "config-in-use": 409,
};

function statusOf(error: DroverError): number {
  if (error instanceof InvalidInputError) return inputStatuses[error.code] ?? 422;
  if (error instanceof NotFoundError) return 404;
  if (error instanceof ConflictError) return 409;
  if (error instanceof RetryableError) return 503;
  if (error instanceof PermanentError) return refusalStatuses[error.code] ?? 502;
  if (error instanceof UnauthorizedError) return 502;
  if (error instanceof ConfigurationError) return error.code.startsWith("data-") ? 503 : 422;
  return 500;
}

export function problemResponse(
  status: number,
  code: string,
  detail: string,
  more: Pick<Problem, "problems" | "provider"> & { readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const problem: Problem = {
    type: `urn:drover:problem:${code}`,
    title: titles[status] ?? "Error",
    status,
    detail,
    code,
    ...(more.problems && more.problems.length > 0 ? { problems: more.problems } : {}),
    ...(more.provider === undefined ? {} : { provider: more.provider }),
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { "content-type": "application/problem+json", "x-content-type-options": "nosniff", ...more.headers },
  });
}

/** What a thrown error is answered with. A defect says no more than that it is one: its text may hold anything. */
export function problemOf(error: unknown, log: Log): Response {
  if (!(error instanceof DroverError) || statusOf(error) === 500) {
    log.error("a request to the application met a defect", { error: messageOf(error) });
    return problemResponse(500, "defect", "Expected to answer, got a defect: the log of this Drover says more");
  }
  const problems = error instanceof InvalidInputError || error instanceof ConfigurationError ? error.problems : [];
  const status = statusOf(error);
  return problemResponse(status, error.code, error.message, {
    problems,
    ...providerIn(error),
    ...(status === 503 ? { headers: { "retry-after": String(retryAfterSeconds(error)) } } : {}),
  });
}

function providerIn({ provider: name, operation, status, requestId }: DroverError): Pick<Problem, "provider"> {
  if (name === undefined) return {};
  return {
    provider: {
      name,
      ...(operation === undefined ? {} : { operation }),
      ...(status === undefined ? {} : { status }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  };
}

const defaultRetryMs = 5_000;

function retryAfterSeconds(error: DroverError): number {
  const asked = error instanceof RetryableError ? error.retryAfterMs : undefined;
  return Math.ceil((asked ?? defaultRetryMs) / 1000);
}
