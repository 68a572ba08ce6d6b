import type { DroverError } from "../../contracts/errors.ts";
import type { Answer } from "../../providers/answer.ts";
import { awsRefusal } from "../../providers/aws/refusals.ts";
import type { Call } from "../../providers/call.ts";
import { type Names, remedyOf } from "./remedies.ts";

export const provider = "secrets-manager";

/** The error of an answer with another status than 200. */
export function secretsManagerRefusal(answer: Answer, call: Call, names: Names, nowMs: number): DroverError {
  return awsRefusal(answer, call, (type) => remedyOf(type, answer, names, nowMs));
}
