import { describeDuration } from "../../contracts/duration.ts";

export interface Names {
  readonly target: string;
  readonly secret: string;
  readonly region: string;
}

interface Remedy {
  readonly advice?: string;
  readonly code?: string;
}

/** Signatures are refused from 5 minutes on; what is nearer is the way of the answer. */
const skewMinMs = 60_000;

/** What a person can do about a refusal. @param skewMs how far our clock is ahead of the service's, where it said so */
export function remedyOf(type: string, status: number, names: Names, skewMs: number | undefined): Remedy {
  const { target, secret, region } = names;
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
    case "ExpiredToken":
      return { advice: `the session token of publish target ${target} has expired, so store a new one` };
    case "UnrecognizedClient":
    case "InvalidClientTokenId":
    case "InvalidAccessKeyId":
    case "MissingAuthenticationToken":
      return { advice: `check the access key of publish target ${target}, and its session token if it has one` };
    case "InvalidSignature":
    case "SignatureDoesNotMatch":
    case "IncompleteSignature":
    case "RequestExpired":
      return {
        advice: clockAdvice(skewMs) ?? `check the secret access key and the region of publish target ${target}`,
      };
  }
  if (type.startsWith("AccessDenied") || status === 401 || status === 403) {
    return {
      advice: `allow secretsmanager:GetSecretValue and secretsmanager:PutSecretValue on ${secret}, and kms:Decrypt and kms:GenerateDataKey on its key, to the identity of publish target ${target}`,
    };
  }
  return {};
}

/** Said and not corrected: whoever decides by a wrong clock what was published when is wrong about more than signatures. */
function clockAdvice(skewMs: number | undefined): string | undefined {
  if (skewMs === undefined || Math.abs(skewMs) < skewMinMs) return undefined;
  const side = skewMs > 0 ? "ahead of" : "behind";
  return `the clock of this host is ${describeDuration(Math.abs(skewMs))} ${side} the service's, so set it right`;
}
