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
  readonly provider: "sqs" | "eventbridge" | "secrets-manager" | "s3" | "ssm";
  /** What was expected: `the messages to be taken by the queue inbox`. */
  readonly about: string;
  /** What the caller's role must allow: `sqs:SendMessage`. */
  readonly permission: string;
  /** What to do when the place itself is missing: `create the queue, or correct DROVER_QUEUE_URL_PREFIX`. */
  readonly whenMissing: string;
}

/** What is known of a refusal, however it arrived: as an SDK's exception, as an entry of a batch, as an answer of our own client. */
export interface Refused {
  readonly type: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
}

const throttled =
  /^(?:Throttl(?:ing|ed)|ThrottledRequest|RequestThrottled|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|SlowDown|KmsThrottled)/;
/** Trouble of the service or of the way to it, whatever the status. */
const trouble =
  /^(?:Internal(?:Service|Server)?(?:Error|Failure|Exception)?$|InternalFailure|ServiceUnavailable|OperationAborted|ConditionalRequestConflict|Timeout|RequestTimeout|Abort|ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|UND_ERR|TypeError|Networking|Incomplete)/;
const unauthorized =
  /^(?:AccessDenied|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|ExpiredToken|RequestExpired|RequestTimeTooSkewed|MissingAuthenticationToken|NotAuthorized|OptInRequired|KmsAccessDenied|InvalidSecurity|Credentials)/;
const missing =
  /^(?:QueueDoesNotExist|NonExistentQueue|ResourceNotFound|NoSuchBucket|PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocation|ParameterNotFound)/;
const malformed =
  /^(?:Malformed|InvalidMessageContents|InvalidArgument|InvalidParameter|Validation|EntityTooLarge|.*TooLong)/;

/** A kind of error as names go: nothing that a service or a network could have put content into. */
const kind = /^[A-Za-z][\w.]{0,63}$/;

/** The typed error of anything thrown by a client. Neither the service's text nor the thrown object goes on: both may quote content. */
export function failureOf(thrown: unknown, asked: Asked): DroverError {
  return thrown instanceof DroverError ? thrown : refusalOf(refusedBy(thrown), asked);
}

export function refusalOf({ type, status, requestId }: Refused, asked: Asked): DroverError {
  const { provider, about, permission, whenMissing } = asked;
  const got = status === undefined ? type : `${status} ${type}`;
  const expected = `Expected ${about}, got ${got}`;
  const details = { provider, status, requestId } as const;
  const known = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
  if (throttled.test(type) || status === 429) return new RetryableError(expected, { ...known, code: "throttled" });
  if (unauthorized.test(type) || status === 401 || status === 403) {
    return new UnauthorizedError(`${expected}: allow ${permission} to the function's role`, { ...known });
  }
  if (missing.test(type))
    return new ConfigurationError(`${expected}: ${whenMissing}`, { ...known, code: "place-missing" });
  if (malformed.test(type)) return new InvalidInputError(expected, { ...known, code: "refused-by-service" });
  // Without a status nobody answered.
  if (trouble.test(type) || (status ?? 500) >= 500 || status === 408 || status === 409) {
    return new RetryableError(expected, { ...known });
  }
  return new PermanentError(expected, { ...known, code: "refused-by-service" });
}

/** Reads what SDK exceptions, Node's network errors and `fetch` failures say about themselves. */
export function refusedBy(thrown: unknown): Refused {
  const { name, code, cause, $metadata: metadata } = membersOf(thrown);
  const about = membersOf(metadata);
  const inner = membersOf(cause);
  // SDKs name the kind in `name`; a plain Error of the network says it in `code`, and `fetch` wraps that one.
  const names = [name === "Error" || name === "TypeError" ? undefined : name, code, inner["code"], inner["name"], name];
  const type = names.find((one): one is string => typeof one === "string" && kind.test(one)) ?? "an unknown error";
  return {
    // SQS goes on telling older names beside the present ones.
    type: type.replace(/^AWS\.SimpleQueueService\./, ""),
    status: typeof about["httpStatusCode"] === "number" ? about["httpStatusCode"] : undefined,
    requestId: typeof about["requestId"] === "string" ? about["requestId"] : undefined,
  };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
