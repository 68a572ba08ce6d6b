import * as z from "zod/mini";
import { type DroverError, RetryableError, UnauthorizedError } from "../../contracts/errors.ts";
import { type Answer, detailsOf } from "../answer.ts";
import type { Call } from "../call.ts";
import { refusalOf } from "../refusal.ts";
import { isRequestId } from "../request-id.ts";

export const provider = "heat";

/** Longest body that Heat takes; it answers a longer one with 400. */
export const bodyMaxBytes = 1024 * 1024;

/** What a person can do about a refusal, by status: the end of a sentence. */
export type Advice = Readonly<Record<number, string>>;

/** What an answer says of itself. */
export interface Said {
  /** Heat's `error.type`, a gateway's code, or the name of a Rackspace fault. */
  readonly type?: string;
  /** Whose form it has. */
  readonly form: "heat" | "keystone" | "gateway" | "fault" | "text" | "html" | "nothing";
  readonly text?: string;
  readonly requestId?: string;
}

const text = z.optional(z.nullable(z.string()));
const code = z.optional(z.nullable(z.union([z.string(), z.number()])));
const inner = z.object({ code, title: text, type: text, message: text, details: text });
const heatSchema = z.object({ explanation: z.string(), title: text, error: z.optional(z.nullable(inner)) });
const keystoneSchema = z.object({ error: inner });
const gatewaySchema = z.object({ error_code: z.string(), error_msg: text, request_id: text });
const faultSchema = z.record(z.string(), z.object({ code: z.number(), message: text, details: text }));

/** The forms in which Heat, Keystone, gateways and Rackspace refuse; then raw text. */
export function saidIn(answer: Answer): Said {
  const body = answer.text.trim();
  if (body === "") return { form: "nothing" };
  if (body.startsWith("<")) return { form: "html", text: "with an HTML page" };
  const value = parsed(body);
  const heat = heatSchema.safeParse(value);
  if (heat.success) {
    const { error, explanation } = heat.data;
    return said(answer, "heat", error?.type, error?.message ?? explanation);
  }
  const keystone = keystoneSchema.safeParse(value);
  if (keystone.success) {
    const { type, title, message, details } = keystone.data.error;
    return said(answer, "keystone", type ?? title, message ?? details);
  }
  const gateway = gatewaySchema.safeParse(value);
  if (gateway.success) {
    const { error_code, error_msg, request_id } = gateway.data;
    const requestId = request_id && isRequestId(request_id) ? { requestId: answer.show(request_id) } : {};
    return { ...said(answer, "gateway", error_code, error_msg), ...requestId };
  }
  const faults = faultSchema.safeParse(value);
  const [fault] = faults.success ? Object.entries(faults.data) : [];
  if (fault !== undefined) return said(answer, "fault", fault[0], fault[1].message ?? fault[1].details);
  return said(answer, "text", undefined, body);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function said(
  { show }: Answer,
  form: Said["form"],
  type: string | null | undefined,
  message: string | null | undefined,
) {
  const known = type && /^[\w. :-]{1,60}$/.test(type) ? show(type, 60) : undefined;
  const quote = message ? JSON.stringify(show(message)) : undefined;
  const sentence = [known, quote].filter(Boolean).join(" ");
  return { form, ...(known === undefined ? {} : { type: known }), ...(sentence === "" ? {} : { text: sentence }) };
}

/** Heat itself does not have it. The 404 of a gateway in between says nothing about that. */
export function isNotFound(answer: Answer): boolean {
  if (answer.status !== 404) return false;
  const { form, type } = saidIn(answer);
  return form !== "gateway" && ["NotFound", "EntityNotFound", "itemNotFound"].includes(type ?? "");
}

/** A config cannot be deleted as long as a deployment names it; Heat says so with a 500. */
export function isReferenced(answer: Answer): boolean {
  return answer.status >= 400 && saidIn(answer).type === "InvalidRestrictedAction";
}

/** The token check in front of Heat could not ask Keystone: Heat was never reached. */
function isKeystoneDown({ status, text: body }: Answer): boolean {
  return status === 503 && /^(?![<{]).*\bKeystone service is temporarily unavailable/s.test(body.trim());
}

/** The error of an answer with another status than the expected one: status first, body second. */
export function heatRefusal(answer: Answer, call: Call, advice: Advice, throttlesWith413: boolean): DroverError {
  const { type, text: shown, requestId } = saidIn(answer);
  const common = { said: shown, advice: advice[answer.status], requestId };
  if (type === "RequestLimitExceeded") {
    const what =
      "the body is above Heat's limit, or the project has as many configs or deployments as it may have: delete finished ones (`drover heat deployments delete`, cleanUp), or make the config shorter";
    return refusalOf(answer, call, { ...common, code: "request-limit-exceeded", advice: what });
  }
  if (answer.status === 413 && bodyBytes(call) <= (throttlesWith413 ? bodyMaxBytes : 0)) {
    return refusalOf(answer, call, { ...common, code: "throttled", passing: true });
  }
  // Heat's own 404 is what a deletion wants; that of a gateway says nothing, and passes.
  const passing = answer.status === 404 && call.method === "DELETE";
  return refusalOf(answer, call, { ...common, passing, proof: isKeystoneDown(answer) });
}

function bodyBytes({ body }: Call): number {
  if (body === undefined) return 0;
  return Buffer.byteLength(typeof body.text === "string" ? body.text : body.text.reveal());
}

/** Wrong secret and missing role are the same 401. @see https://docs.openstack.org/api-ref/identity/v3/ */
export function loginRefusal(answer: Answer, call: Call, name: string): DroverError {
  const { text: shown, requestId } = saidIn(answer);
  const credential = `connections.${name}.credential`;
  const advice: Advice = {
    400: `check ${credential}`,
    401: `check the user, its domain and the secret of ${credential}, and that it has a role in the project`,
    403: `check ${credential}: the user may be disabled or locked`,
    404: `check connections.${name}.authUrl, which ends in the version of the identity service, such as /v3`,
  };
  const throttled = answer.status === 413;
  const refusal = refusalOf(answer, call, {
    said: shown,
    advice: advice[answer.status],
    requestId,
    ...(throttled ? { code: "throttled", passing: true } : {}),
  });
  if (refusal instanceof RetryableError) return refusal;
  const { message } = refusal;
  const id = answer.requestId ?? requestId;
  const details = { ...detailsOf(answer, call), ...(id === undefined ? {} : { requestId: id }) };
  return new UnauthorizedError(message, { ...details, code: "login-refused", effect: "none" });
}
