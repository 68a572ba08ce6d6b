import { describeDuration } from "../../contracts/duration.ts";
import type { Answer } from "../answer.ts";
import type { Remedy } from "./refusals.ts";

/** Signatures are refused from 5 minutes on; what is nearer is the way of the answer. */
const skewMinMs = 60_000;

export interface Holder {
  /** Whose access key it is: `publish target cloud`. */
  readonly holder: string;
  /** What its identity has to be allowed, as a half sentence after "allow". */
  readonly needs: string;
}

/** What a person can do about a refusal of whoever signed; undefined for any other one. */
export function accessRemedyOf(
  type: string,
  { status, dateMs }: Pick<Answer, "status" | "dateMs">,
  { holder, needs }: Holder,
  nowMs: number,
): Remedy | undefined {
  switch (type.replace(/Exception$/, "")) {
    case "ExpiredToken":
      return { advice: `the session token of ${holder} has expired, so store a new one` };
    case "UnrecognizedClient":
    case "InvalidClientTokenId":
    case "InvalidAccessKeyId":
    case "MissingAuthenticationToken":
      return { advice: `check the access key of ${holder}, and its session token if it has one` };
    case "InvalidSignature":
    case "SignatureDoesNotMatch":
    case "IncompleteSignature":
    case "RequestExpired": {
      const skewMs = dateMs === undefined ? undefined : nowMs - dateMs;
      return { advice: clockAdvice(skewMs) ?? `check the secret access key and the region of ${holder}` };
    }
  }
  if (type.startsWith("AccessDenied") || status === 401 || status === 403) {
    return { advice: `allow ${needs} to the identity of ${holder}` };
  }
  return undefined;
}

/** Said and not corrected: whoever decides by a wrong clock what was published when is wrong about more than signatures. */
function clockAdvice(skewMs: number | undefined): string | undefined {
  if (skewMs === undefined || Math.abs(skewMs) < skewMinMs) return undefined;
  const side = skewMs > 0 ? "ahead of" : "behind";
  return `the clock of this host is ${describeDuration(Math.abs(skewMs))} ${side} the service's, so set it right`;
}
