import { type DroverError, PermanentError } from "../../contracts/errors.ts";
import { type Answer, detailsOf } from "../answer.ts";
import type { Call } from "../call.ts";
import { type Refusal, refusalOf } from "../refusal.ts";
import { type Said, saidIn, shownText } from "./said.ts";
import { stateOf } from "./states.ts";

export const provider = "azure-dps";

/** What a call is about, for the advice that its refusal comes with. */
export interface Subject {
  /** How messages name the connection. */
  readonly connection: string;
  /** What the identity has to be allowed, after `Microsoft.Devices/`: `provisioningServices/read`. */
  readonly action: string;
  /** Code of a 404 that is not about subscription or resource group. */
  readonly missing: MissingCode;
}
export type MissingCode = "service-not-found" | "policy-not-found" | "certificate-not-found" | "not-found";

/** The error of an answer with another status than the expected ones, with the provider's own code and text. */
export function dpsRefusal(answer: Answer, call: Call, subject: Subject): DroverError {
  const said = saidIn(answer);
  const refusal: Refusal = {
    said: quoteOf(said, answer),
    requestId: said.requestId,
    ...meaningOf(answer, said, subject),
  };
  const asked = askedSeconds(said);
  const waits = answer.retryAfterMs === undefined && asked !== undefined && answer.status === 429;
  return refusalOf(waits ? { ...answer, retryAfterMs: asked * 1000 } : answer, call, refusal);
}

/** The provider's code and text, as they may be shown. */
export function quoteOf({ code, message }: Said, { show }: Pick<Answer, "show">): string | undefined {
  const parts = [
    code === undefined ? "" : shownText(code, show, 60),
    message === undefined ? "" : JSON.stringify(shownText(message, show)),
  ];
  return parts.filter(Boolean).join(" ") || undefined;
}

type Meaning = Pick<Refusal, "advice" | "code" | "passing">;

function meaningOf({ status }: Answer, said: Said, subject: Subject): Meaning {
  const { connection, action } = subject;
  switch (status) {
    case 401:
      return {
        advice: `a token just got was refused, so check scope, authority and clientId of connection ${connection}, whose identity needs Microsoft.Devices/${action}`,
      };
    case 403:
      return {
        advice: `give the identity of connection ${connection} a role with the action Microsoft.Devices/${action} at the service or its resource group`,
      };
    case 404:
      return missing(said, subject);
    case 412:
      return { code: "stale-etag", passing: true, advice: "it has changed since it was read, and is read again" };
  }
  return status >= 400 && status < 500 ? refused(status, said, connection) : {};
}

function missing({ code, message = "" }: Said, { connection, missing }: Subject): Meaning {
  switch (code?.toLowerCase()) {
    case "subscriptionnotfound":
    case "invalidsubscriptionid":
      return { code: "subscription-not-found", advice: `check connections.${connection}.subscriptionId` };
    case "resourcegroupnotfound":
      return { code: "resource-group-not-found", advice: "check resourceGroup in the request" };
    case "invalidresourcetype":
    case "noregisteredproviderfound":
      return { code: "api-version-refused", advice: `check connections.${connection}.apiVersion` };
    case "parentresourcenotfound":
    case "resourcenotfound":
      // The front door's word for the service, also where something below it was asked for.
      if (missing !== "not-found" && !/\/certificates\//i.test(message)) {
        return { code: "service-not-found", ...missingAdvice["service-not-found"] };
      }
      return { code: missing, ...missingAdvice[missing] };
    default:
      return { code: missing, ...missingAdvice[missing] };
  }
}

const missingAdvice: Readonly<Record<MissingCode, Pick<Refusal, "advice">>> = {
  "service-not-found": { advice: "check service and resourceGroup in the request" },
  "policy-not-found": { advice: "check the policy's name in the request" },
  "certificate-not-found": { advice: "check the certificate's name in the request" },
  "not-found": {},
};

/** Codes of Azure Resource Manager that do not pass by themselves, though their status says conflict. */
const lasting: Readonly<Record<string, { readonly code: string; readonly advice: string }>> = {
  scopelocked: { code: "scope-locked", advice: "remove the lock from the service or its resource group first" },
  readonlydisabledsubscription: { code: "subscription-disabled", advice: "enable the subscription first" },
  missingsubscriptionregistration: {
    code: "provider-not-registered",
    advice: "register Microsoft.Devices in the subscription first",
  },
};

function refused(status: number, { code = "", message = "" }: Said, connection: string): Meaning {
  const known = lasting[code.toLowerCase()];
  if (known !== undefined) return known;
  if (/^(?:NoRegisteredProviderFound|InvalidApiVersionParameter|InvalidResourceType)$/i.test(code)) {
    return { code: "api-version-refused", advice: `check connections.${connection}.apiVersion` };
  }
  const state = busyState(message);
  if (state !== undefined) return state;
  if (status !== 409) return {};
  if (/name.{0,80}(?:not available|unavailable|already (?:exists|taken|used|in use))/i.test(message)) {
    return { code: "name-taken", advice: "choose another name, since names are unique in all of Azure" };
  }
  return { code: "in-transition", passing: true, advice: "it is tried again when the other change has ended" };
}

/**
 * The service's word for a change that is under way, whatever status and number it comes with: neither is documented.
 * @see https://github.com/hashicorp/terraform-provider-azurerm/issues/21463
 */
function busyState(message: string): Meaning | undefined {
  if (!/Invalid IotDpsState/i.test(message)) return undefined;
  const state = stateOf(/IotDpsState:\s*(\w+)/i.exec(message)?.[1]);
  if (state !== undefined && state.kind !== "passing" && state.kind !== "settled") {
    return { code: state.code, advice: state.advice };
  }
  return { code: "in-transition", passing: true, advice: "it is tried again when the other change has ended" };
}

/** How long it asks to wait in words, where no header says it. */
function askedSeconds({ message = "" }: Said): number | undefined {
  const seconds = /try again after '?(\d{1,5})'? seconds/i.exec(message)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Something in an answer forbids to go on, whoever asks again. */
export function refusedBecause(message: string, code: string, answer?: Answer, call?: Call): PermanentError {
  const details = answer === undefined || call === undefined ? { provider } : detailsOf(answer, call);
  return new PermanentError(message, { ...details, code });
}
