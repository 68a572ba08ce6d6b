import { type DroverError, RetryableError, UnauthorizedError } from "../../contracts/errors.ts";
import { type Answer, detailsOf } from "../answer.ts";
import { type Call, effectWithoutProof } from "../call.ts";
import { type Refusal, refusalOf } from "../refusal.ts";
import { objectIn, said } from "../said.ts";
import { errorTypeHeader } from "./sign.ts";

const codes = {
  unauthorized:
    /^(?:AccessDenied|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|ExpiredToken|RequestExpired|MissingAuthenticationToken|NotAuthorized|OptInRequired)(?:Exception)?$/,
  throttled: /^(?:Throttling|ThrottledRequest|RequestThrottled|TooManyRequests|RequestLimitExceeded)(?:Exception)?$/,
  /** Trouble of the service, whatever the status: it may have done what was asked. */
  trouble: /^(?:InternalService|InternalServer|InternalFailure|ServiceUnavailable)(?:Error|Failure)?(?:Exception)?$/,
} as const;

/** What the service calls the problem: `ResourceNotFoundException`. */
export function typeIn(answer: Answer): string | undefined {
  const { __type } = objectIn(answer);
  const type = answer.shownHeaders?.[errorTypeHeader] ?? __type;
  return typeof type === "string" ? type.replace(/^.*#/, "").replace(/:.*$/, "") : undefined;
}

/** What a person can do about a refusal, and how we call it. */
export type Remedy = Pick<Refusal, "advice" | "code">;

/** The error of an answer with another status than 200: the status is 400 for nearly everything, the type says what it is. */
export function awsRefusal(answer: Answer, call: Call, remedyOf: (type: string) => Remedy): DroverError {
  const type = typeIn(answer) ?? "";
  const body = objectIn(answer);
  const refusal = refusalOf(answer, call, {
    said: said(answer, type, body["Message"] ?? body["message"]),
    ...remedyOf(type),
    passing: codes.throttled.test(type) || codes.trouble.test(type),
    ...(codes.throttled.test(type) ? { code: "throttled" } : {}),
  });
  const details = detailsOf(answer, call);
  if (answer.status < 500 && codes.unauthorized.test(type)) {
    return new UnauthorizedError(refusal.message, { ...details, code: codeOf(type) });
  }
  if (codes.trouble.test(type)) {
    const code = "provider-unavailable";
    return new RetryableError(refusal.message, { ...details, code, effect: effectWithoutProof(call) });
  }
  return refusal;
}

/** The error as if the service had used the status that says what it means: some of them throttle with 400. */
export function withStatusOfThrottling(error: DroverError): DroverError {
  if (!(error instanceof RetryableError) || error.code !== "throttled" || error.status === 429) return error;
  const { message, code, provider, operation, requestId, effect, retryAfterMs } = error;
  const details = { code, effect, retryAfterMs, status: 429 };
  return new RetryableError(message, {
    ...details,
    ...(provider === undefined ? {} : { provider }),
    ...(operation === undefined ? {} : { operation }),
    ...(requestId === undefined ? {} : { requestId }),
  });
}

/** `AccessDeniedException` → `access-denied`. */
function codeOf(type: string): string {
  return type
    .replace(/Exception$/, "")
    .replace(/(?<=[a-z])(?=[A-Z])/g, "-")
    .toLowerCase();
}
