import { type DroverError, PermanentError } from "../../contracts/errors.ts";
import { accessRemedyOf } from "../aws/access-remedies.ts";
import { awsRefusal, withStatusOfThrottling } from "../aws/refusals.ts";
import type { Answered } from "../aws/service.ts";

export const provider = "aws-iot";

export interface Subject {
  /** Of the connection, for messages. */
  readonly name: string;
  /** What its identity has to be allowed: `iot:CreateProvisioningClaim`. */
  readonly action: string;
}

/** The error of an answer with another status than 200, with the service's own code and text. */
export function iotRefusal({ answer, call }: Answered, { name, action: needs }: Subject, nowMs: number): DroverError {
  const refusal = awsRefusal(answer, call, (type) => {
    if (type === "ResourceNotFoundException") {
      return { code: "template-not-found", advice: "check templateName in the request, and the connection's region" };
    }
    return accessRemedyOf(type, answer, { holder: `connection ${name}`, needs }, nowMs) ?? {};
  });
  return withStatusOfThrottling(refusal);
}

export function refused(message: string, code: string, operation?: string): PermanentError {
  return new PermanentError(message, { code, provider, ...(operation === undefined ? {} : { operation }) });
}
