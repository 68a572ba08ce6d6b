import * as z from "zod/mini";
import { type DroverError, RetryableError, UnauthorizedError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";
import { type Answer, detailsOf, jsonOf, unreadable } from "../answer.ts";
import type { Call } from "../call.ts";
import { refusalOf } from "../refusal.ts";
import { isRequestId } from "../request-id.ts";
import { boundedLifetimeMs, type Grant } from "../tokens.ts";

export type { Grant };

/** Whom errors of a login come from. */
export const provider = "entra";

const seconds = z.optional(z.union([z.number(), z.string()]));
const grantSchema = z.object({
  // Visible ASCII only: anything else is refused by `fetch` with a message that quotes the whole header.
  access_token: z.string().check(z.regex(/^[\x21-\x7e]{1,16384}$/)),
  expires_in: seconds,
  expires_on: seconds,
});
const refusalSchema = z.object({
  error: z.optional(z.string()),
  error_description: z.optional(z.string()),
  trace_id: z.optional(z.string()),
});

/** @throws RetryableError, UnauthorizedError, PermanentError; none of them quotes more than the code of the answer */
export function grantOf(answer: Answer, call: Call, nowMs: number): Grant {
  if (answer.status !== 200) throw loginRefusal(answer, call);
  const parsed = grantSchema.safeParse(jsonOf(answer, call));
  if (!parsed.success) throw unreadable(answer, call, "an answer without a usable access_token");
  const { access_token, expires_in, expires_on } = parsed.data;
  return { token: new Secret(access_token), lifetimeMs: lifetimeMsOf(expires_in, expires_on, nowMs) };
}

function lifetimeMsOf(expiresIn: number | string | undefined, expiresOn: number | string | undefined, nowMs: number) {
  const lasts = expiresIn === undefined ? Number(expiresOn) * 1000 - nowMs : Number(expiresIn) * 1000;
  return boundedLifetimeMs(lasts);
}

/** What a person can do about the codes that a wrong set-up ends in. @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const adviceByCode: Readonly<Record<string, string>> = {
  AADSTS7000215: "put the client secret's value, not its id, where the connection's secret points",
  AADSTS7000222: "the client secret has expired, so create a new one and store it",
  AADSTS700016: "check clientId, and that the application is in the directory that directoryId names",
  AADSTS90002: "check directoryId, which is the Entra directory and not the Sphere tenant",
  AADSTS900023: "check directoryId, which is the Entra directory and not the Sphere tenant",
  AADSTS500011: "add the API's application to the directory as a service principal, and check scope",
  AADSTS70011: "check the connection's scope",
  AADSTS1002012: "check the connection's scope, which ends in /.default",
  AADSTS53003: "a conditional access policy of the directory blocks this application",
};

function loginRefusal(answer: Answer, call: Call): DroverError {
  const { code, aadsts, traceId } = codesOf(answer, call);
  const said = [code, aadsts && `(${aadsts})`].filter(Boolean).join(" ") || undefined;
  const advice = aadsts === undefined ? undefined : adviceByCode[aadsts];
  const refusal = refusalOf(answer, call, { said, advice, requestId: traceId });
  if (refusal instanceof RetryableError) return refusal;
  const { message, requestId } = refusal;
  const details = {
    ...detailsOf(answer, call),
    ...(requestId ? { requestId } : {}),
    effect: "none",
  } as const;
  // Both say that Entra is busy, and come as a 400.
  if (code === "temporarily_unavailable" || code === "server_error") return new RetryableError(message, details);
  return new UnauthorizedError(message, { ...details, code: code?.replaceAll("_", "-") ?? "login-refused" });
}

/** Only codes are taken over: Entra's description names applications and directories, and a foreign page may hold anything. */
function codesOf(answer: Answer, call: Call): { code?: string; aadsts?: string; traceId?: string } {
  try {
    const { error, error_description, trace_id } = refusalSchema.parse(jsonOf(answer, call));
    const code = error !== undefined && /^[a-z][a-z0-9_]{2,39}$/.test(error) ? answer.show(error) : undefined;
    const aadsts = /\bAADSTS\d{4,9}\b/.exec(error_description ?? "")?.[0];
    const traceId = trace_id !== undefined && isRequestId(trace_id) ? trace_id : undefined;
    return { ...(code ? { code } : {}), ...(aadsts ? { aadsts } : {}), ...(traceId ? { traceId } : {}) };
  } catch {
    return {};
  }
}
