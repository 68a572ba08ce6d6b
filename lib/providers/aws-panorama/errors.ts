import type { DroverError } from "../../contracts/errors.ts";
import { accessRemedyOf } from "../aws/access-remedies.ts";
import { awsRefusal, type Remedy, withStatusOfThrottling } from "../aws/refusals.ts";
import type { Answered } from "../aws/service.ts";
import { objectIn } from "../said.ts";

export const provider = "aws-panorama";

export interface Subject {
  /** Of the connection, for messages. */
  readonly name: string;
  /** What its identity has to be allowed: `panorama:ListDevices`. */
  readonly action: string;
  /** What a 409 means to this call. */
  readonly conflict?: Remedy;
}

/** The error of an answer with another status than 200, with the service's own code and text. */
export function panoramaRefusal({ answer, call }: Answered, subject: Subject, nowMs: number): DroverError {
  const refusal = awsRefusal(answer, call, (type) => {
    if (answer.status === 402) return { code: "quota", advice: quotaAdvice(objectIn(answer)["QuotaCode"]) };
    if (answer.status === 409) return subject.conflict ?? {};
    const { name, action: needs } = subject;
    return accessRemedyOf(type, answer, { holder: `connection ${name}`, needs }, nowMs) ?? {};
  });
  return withStatusOfThrottling(refusal);
}

function quotaAdvice(code: unknown): string {
  const quota = typeof code === "string" && /^[A-Z0-9-]{1,20}$/.test(code) ? `quota ${code}` : "a quota";
  return `${quota} of the account and region is used up, so delete devices that nobody uses any more`;
}
