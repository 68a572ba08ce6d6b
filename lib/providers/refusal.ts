import { type DroverError, PermanentError, RetryableError, UnauthorizedError } from "../contracts/errors.ts";
import { type Answer, detailsOf } from "./answer.ts";
import type { Call } from "./call.ts";

/** What a provider said with a status that is not the expected one. */
export interface Refusal {
  /** The provider's own code and text, shown (see `Answer.show`). */
  readonly said?: string | undefined;
  /** What a person can do, as the end of a sentence. */
  readonly advice?: string | undefined;
  /** The provider's own request id, when its body names one and no header does. */
  readonly requestId?: string | undefined;
  /** Instead of the code that the status stands for. */
  readonly code?: string | undefined;
  /** About the moment and not about the request, though the status does not say so. */
  readonly passing?: boolean | undefined;
  /** The answer proves that nothing happened, though the status does not. */
  readonly proof?: boolean | undefined;
}

/** Statuses below 500 that are about the moment and not about the request. */
const passing: ReadonlySet<number> = new Set([408, 423, 425, 429]);

/** The error that a status means. The class decides what happens next; `effect` whether a creating call may be repeated. */
export function refusalOf(answer: Answer, call: Call, refusal: Refusal): DroverError {
  const { status } = answer;
  const said = refusal.said ? ` ${refusal.said}` : "";
  const advice = refusal.advice ? `: ${refusal.advice}` : "";
  const message = `Expected ${call.about} from ${answer.host}, got ${status}${said}${advice}`;
  const requestId = answer.requestId ?? refusal.requestId;
  const details = {
    ...detailsOf(answer, call),
    ...(requestId === undefined ? {} : { requestId }),
    effect: refusal.proof === true ? ("none" as const) : effectOf(status, call),
  };
  const code = refusal.code ?? codeOf(status);
  if (status === 401) return new UnauthorizedError(message, details);
  if (status === 403) return new UnauthorizedError(message, { ...details, code: "forbidden" });
  if (status < 400 || status >= 500 || passing.has(status) || refusal.passing === true) {
    return new RetryableError(message, {
      ...details,
      code,
      retryAfterMs: answer.retryAfterMs,
    });
  }
  return new PermanentError(message, { ...details, code });
}

/** A refusal is proof that nothing happened, except 408: it speaks of time, and a gateway may have passed the request on. */
function effectOf(status: number, call: Call): "none" | "possible" {
  const proof = status >= 400 && status < 500 && status !== 408;
  return proof || call.changes !== true ? "none" : "possible";
}

function codeOf(status: number): string {
  if (status < 400) return "unexpected-status";
  if (status === 404) return "not-found";
  if (status === 409) return "conflict";
  if (status === 413) return "too-large";
  if (status === 429) return "throttled";
  return status >= 500 || passing.has(status) ? "provider-unavailable" : "refused-by-provider";
}
