import type { Answer } from "../../providers/answer.ts";
import { accessRemedyOf } from "../../providers/aws/access-remedies.ts";
import type { Remedy } from "../../providers/aws/refusals.ts";

export interface Names {
  readonly target: string;
  readonly secret: string;
  readonly region: string;
}

/** What a person can do about a refusal. */
export function remedyOf(type: string, answer: Answer, { target, secret, region }: Names, nowMs: number): Remedy {
  switch (type.replace(/Exception$/, "")) {
    case "ResourceNotFound":
      return {
        code: "secret-missing-at-target",
        advice: `create ${secret} in ${region} first, as its policy and its key are yours to choose`,
      };
    case "InvalidRequest":
      return {
        code: "secret-unusable",
        advice: "if it is marked for deletion, bring it back with `aws secretsmanager restore-secret`",
      };
    case "ResourceExists":
      return { code: "version-taken", advice: "this operation has published another value there before" };
    case "DecryptionFailure":
    case "EncryptionFailure":
      return { advice: "check that the KMS key of the secret is enabled" };
  }
  const holder = `publish target ${target}`;
  const needs = `secretsmanager:GetSecretValue and secretsmanager:PutSecretValue on ${secret}, and kms:Decrypt and kms:GenerateDataKey on its key,`;
  return accessRemedyOf(type, answer, { holder, needs }, nowMs) ?? {};
}
