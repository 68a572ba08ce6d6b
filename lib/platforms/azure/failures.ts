import {
  ConfigurationError,
  DroverError,
  InvalidInputError,
  PermanentError,
  RetryableError,
  UnauthorizedError,
} from "../../contracts/errors.ts";

/** What was asked, for messages. */
export interface Asked {
  readonly provider: "storage-queues" | "storage-tables" | "storage-blobs" | "event-grid" | "key-vault";
  /** What was expected: `the queue inbox to take a message`. */
  readonly about: string;
  /** The role that allows it: `Storage Queue Data Contributor`. */
  readonly role: string;
  /** What to do when the place itself is missing: `create the queue, or correct DROVER_QUEUE_PREFIX`. */
  readonly whenMissing: string;
}

/** What is known of a refusal, however it arrived: as an SDK's exception or as an answer of our own client. */
export interface Refused {
  readonly type: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

const throttled = /^(?:ServerBusy|TooManyRequests|Throttled|AccountIOPSLimitExceeded|IngressLimit|EgressLimit)/;
const missing = /^(?:QueueNotFound|TableNotFound|ContainerNotFound|VaultNotFound|TopicNotFound|TopicEndpointNotFound)/;
const beingMade = /^(?:QueueBeingDeleted|TableBeingDeleted|ContainerBeingDeleted|QueueDisabled|OperationTimedOut)/;
const unauthorized =
  /^(?:Authentication|Authorization|InsufficientAccountPermissions|AccountIsDisabled|InvalidAuthenticationInfo|NoAuthenticationInformation|Unauthorized|Forbidden|PublicAccessNotPermitted|KeyBasedAuthenticationNotPermitted)/;
/** Without a status: the way to the service, or our patience with it. */
const timedOut = /^(?:AbortError|TimeoutError|ETIMEDOUT|UND_ERR_(?:HEADERS|BODY|CONNECT)_TIMEOUT)/;
/** Nothing has left this machine. */
const notSent = /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)/;

const defect = /^ERR_|^(?:Range|Reference|Syntax)Error$/;

/** A kind of error as names go: nothing that a service or a network could have put content into. */
const kind = /^[A-Za-z][\w.]{0,63}$/;

/** The typed error of anything thrown by a client. Neither the service's text nor the thrown object goes on: both may quote content. */
export function failureOf(thrown: unknown, asked: Asked): Error {
  if (thrown instanceof DroverError) return thrown;
  const refused = refusedBy(thrown);
  // Of Node itself: a defect of ours, and settled as such.
  if (defect.test(refused.type)) return new Error(`Expected ${asked.about}, got ${refused.type}`);
  return refusalOf(refused, asked);
}

export function refusalOf({ type, status, requestId, retryAfterMs }: Refused, asked: Asked): DroverError {
  const { provider, about, role, whenMissing } = asked;
  const got = status === undefined ? type : `${status} ${type}`;
  const expected = `Expected ${about}, got ${got}`;
  const known = {
    provider,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  const retryable = (code: string, effect: "none" | "possible") =>
    new RetryableError(expected, { ...known, code, effect, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  if (throttled.test(type) || status === 429) return retryable("throttled", "none");
  if (missing.test(type)) {
    return new ConfigurationError(`${expected}: ${whenMissing}`, { ...known, code: "place-missing" });
  }
  if (unauthorized.test(type) || status === 401 || status === 403) {
    return new UnauthorizedError(`${expected}: give the function's identity the role ${role}`, known);
  }
  // Without a status nobody answered.
  if (status === undefined) {
    const code = timedOut.test(type) ? "timeout" : "connection-lost";
    return retryable(code, notSent.test(type) ? "none" : "possible");
  }
  if (beingMade.test(type) || status >= 500 || status === 408) return retryable("provider-unavailable", "possible");
  // Another write at the same moment, and this one was not carried out.
  if (status === 409) return retryable("conflict", "none");
  // An answer that ended half-way, or is none.
  if (status < 300) return retryable("answer-unreadable", "possible");
  if (status === 400 || status === 413) {
    return new InvalidInputError(expected, { ...known, code: status === 413 ? "too-large" : "refused-by-service" });
  }
  return new PermanentError(expected, { ...known, code: "refused-by-service" });
}

/** Reads what the SDKs' RestError, Node's network errors and `fetch` failures say about themselves. */
export function refusedBy(thrown: unknown): Refused {
  const members = membersOf(thrown);
  const { name, code, statusCode, details, response, cause } = members;
  const answered = membersOf(details);
  const odata = membersOf(answered["odataError"]);
  const inner = membersOf(cause);
  const headers = membersOf(membersOf(response)["headers"]);
  const names = [
    answered["errorCode"],
    odata["code"],
    headerIn(headers, "x-ms-error-code"),
    name === "AbortError" || name === "TimeoutError" ? name : undefined,
    code === "REQUEST_SEND_ERROR" || code === "PARSE_ERROR" ? undefined : code,
    inner["code"],
    inner["name"] === "Error" ? undefined : inner["name"],
    code,
    name,
  ];
  const type = names.find((one): one is string => typeof one === "string" && kind.test(one)) ?? "an unknown error";
  const requestId = answered["requestId"] ?? headerIn(headers, "x-ms-request-id");
  const retryAfter = Number(headerIn(headers, "retry-after"));
  return {
    type,
    status: typeof statusCode === "number" ? statusCode : undefined,
    requestId: typeof requestId === "string" && kind.test(`r${requestId.replaceAll("-", "")}`) ? requestId : undefined,
    retryAfterMs: retryAfter > 0 ? retryAfter * 1_000 : undefined,
  };
}

function headerIn(headers: Readonly<Record<string, unknown>>, name: string): unknown {
  const { get } = headers;
  return typeof get === "function" ? get.call(headers, name) : undefined;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
