import { type DroverError, RetryableError, UnauthorizedError } from "../../contracts/errors.ts";
import { type Answer, detailsOf } from "../../providers/answer.ts";
import { type Call, effectWithoutProof } from "../../providers/call.ts";
import { refusalOf } from "../../providers/refusal.ts";
import { objectIn, said } from "../said.ts";
import { type Names, remedyOf } from "./remedies.ts";

export const provider = "secrets-manager";

const codes = {
  unauthorized:
    /^(?:AccessDenied|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|ExpiredToken|RequestExpired|MissingAuthenticationToken|NotAuthorized|OptInRequired)(?:Exception)?$/,
  throttled: /^(?:Throttling|ThrottledRequest|RequestThrottled|TooManyRequests|RequestLimitExceeded)(?:Exception)?$/,
  /** Trouble of the service, whatever the status: it may have done what was asked. */
  trouble: /^(?:InternalService|InternalServer|InternalFailure|ServiceUnavailable)(?:Error|Failure)?(?:Exception)?$/,
} as const;

/** What the service calls the problem: `ResourceNotFoundException`. */
export function typeIn(answer: Answer): string | undefined {
  const { __type: type } = objectIn(answer);
  return typeof type === "string" ? type.replace(/^.*#/, "").replace(/:.*$/, "") : undefined;
}

/** The error of an answer with another status than 200: the status is 400 for nearly everything, the type says what it is. */
export function secretsManagerRefusal(answer: Answer, call: Call, names: Names, nowMs: number): DroverError {
  const type = typeIn(answer) ?? "";
  const body = objectIn(answer);
  const skewMs = answer.dateMs === undefined ? undefined : nowMs - answer.dateMs;
  const refusal = refusalOf(answer, call, {
    said: said(answer, type, body["Message"] ?? body["message"]),
    ...remedyOf(type, answer.status, names, skewMs),
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

/** `AccessDeniedException` → `access-denied`. */
function codeOf(type: string): string {
  return type
    .replace(/Exception$/, "")
    .replace(/(?<=[a-z])(?=[A-Z])/g, "-")
    .toLowerCase();
}
