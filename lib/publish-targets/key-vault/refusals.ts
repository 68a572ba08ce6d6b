import { type DroverError, PermanentError } from "../../contracts/errors.ts";
import { type Answer, detailsOf } from "../../providers/answer.ts";
import type { Call } from "../../providers/call.ts";
import { refusalOf } from "../../providers/refusal.ts";
import { objectIn, said } from "../../providers/said.ts";

export const provider = "key-vault";

interface Problem {
  readonly code: unknown;
  readonly message: unknown;
  /** Says more than the code, which is that of the status. */
  readonly inner: unknown;
}

export function problemIn(answer: Answer): Problem {
  const { error } = objectIn(answer);
  if (typeof error !== "object" || error === null) return { code: undefined, message: undefined, inner: undefined };
  const { code, message, innererror }: Readonly<Record<string, unknown>> = { ...error };
  const inner =
    typeof innererror === "object" && innererror !== null && "code" in innererror ? innererror.code : undefined;
  return { code, message, inner };
}

/** The error of an answer with another status than the expected one. @param target its name, for what a person can do */
export function keyVaultRefusal(answer: Answer, call: Call, target: string): DroverError {
  const { code, message, inner } = problemIn(answer);
  const about = { said: said(answer, inner ?? code, message) };
  const { status } = answer;
  if (status === 403 && (inner === "SecretDisabled" || /\bdisabled secret\b/i.test(String(message)))) {
    // The one 403 that is about the secret and not about us.
    const refusal = refusalOf(answer, call, { ...about, advice: "enable its newest version" });
    return new PermanentError(refusal.message, { ...detailsOf(answer, call), code: "secret-disabled" });
  }
  return refusalOf(answer, call, { ...about, ...remedyOf(status, inner, message, target) });
}

function remedyOf(status: number, inner: unknown, message: unknown, target: string) {
  if (status === 401) {
    return { advice: `a token just got was refused, so check url and credential of publish target ${target}` };
  }
  if (status === 403 && inner === "ForbiddenByFirewall") {
    return { advice: "let this host through the vault's firewall, or reach it over its private endpoint" };
  }
  if (status === 403) {
    return {
      advice: `give the identity of publish target ${target} the role Key Vault Secrets Officer in this vault (or get and set in its access policies)`,
    };
  }
  if (status !== 409) return {};
  if (inner === "ObjectIsDeletedButRecoverable" || /deleted but recoverable/i.test(String(message))) {
    return {
      code: "secret-soft-deleted",
      advice:
        "a deleted secret keeps its name, so recover it with `az keyvault secret recover`, or purge it where the vault allows that",
    };
  }
  // On its way into or out of that state, or two writes at the same moment: it takes seconds.
  return { passing: true };
}
