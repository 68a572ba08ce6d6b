import { type Check, flag, fraction, integer, matching, oneOf, optional, record, text } from "../check.ts";
import type { FaultTarget } from "../faults.ts";

/** Which calls a fault strikes, by the name of the operation too. */
export interface CallTarget extends FaultTarget {
  /** Name of the operation, such as `IotDpsResource_Get`; `*` stands for any characters. */
  readonly operation?: string;
}

/** An answer that the service itself did not choose. With `takesEffect` the request is carried out all the same. */
export interface StatusFault extends CallTarget {
  readonly kind: "status";
  readonly status: number;
  /** `service` (default) is the service's own shape, `envelope` the front door's; the others are what gateways send. */
  readonly body?: "service" | "envelope" | "html" | "text" | "empty";
  readonly code?: string;
  readonly retryAfterSeconds?: number;
  readonly takesEffect?: boolean;
}

/** The connection breaks; with `takesEffect` only after the request was carried out, so that the reply is lost. */
export interface DropFault extends CallTarget {
  readonly kind: "drop";
  readonly takesEffect?: boolean;
}

/** No answer ever comes; the caller has to give up. */
export interface SilenceFault extends CallTarget {
  readonly kind: "silence";
  readonly takesEffect?: boolean;
}

/** The request takes effect at once and the answer comes later. */
export interface SlowFault extends CallTarget {
  readonly kind: "slow";
  readonly delayMs: number;
}

/** A well-formed HTTP message whose JSON stops in the middle. The request took effect. */
export interface CutJsonFault extends CallTarget {
  readonly kind: "cut-json";
}

/** Status and half the body arrive, then the connection breaks. The request took effect. */
export interface CutConnectionFault extends CallTarget {
  readonly kind: "cut-connection";
}

/** The reply is lost at once (or is the given error status), and the request takes effect only `landsAfterMs` later. */
export interface LateLandingFault extends CallTarget {
  readonly kind: "late-landing";
  readonly landsAfterMs: number;
  readonly status?: number;
}

/** The given text in place of the answer's body, with its status and headers. The request took effect. */
export interface OtherBodyFault extends CallTarget {
  readonly kind: "other-body";
  readonly text: string;
  readonly contentType?: string;
}

export type ExchangeFault =
  | StatusFault
  | DropFault
  | SilenceFault
  | SlowFault
  | CutJsonFault
  | CutConnectionFault
  | LateLandingFault
  | OtherBodyFault;

export const target = {
  method: optional(matching(/^[A-Z]+$/i, "an HTTP method")),
  path: optional(matching(/^[/*]/, 'a path that begins with "/" or "*"')),
  operation: optional(text),
  skip: optional(integer()),
  times: optional(integer(1)),
  probability: optional(fraction),
};

type ExchangeFaultChecks = { readonly [K in ExchangeFault["kind"]]: Check<Extract<ExchangeFault, { kind: K }>> };

export const exchangeFaults: ExchangeFaultChecks = {
  status: record<StatusFault>({
    ...target,
    kind: oneOf("status"),
    status: integer(200, 599),
    body: optional(oneOf("service", "envelope", "html", "text", "empty")),
    code: optional(text),
    retryAfterSeconds: optional(integer()),
    takesEffect: optional(flag),
  }),
  drop: record<DropFault>({ ...target, kind: oneOf("drop"), takesEffect: optional(flag) }),
  silence: record<SilenceFault>({ ...target, kind: oneOf("silence"), takesEffect: optional(flag) }),
  slow: record<SlowFault>({ ...target, kind: oneOf("slow"), delayMs: integer() }),
  "cut-json": record<CutJsonFault>({ ...target, kind: oneOf("cut-json") }),
  "cut-connection": record<CutConnectionFault>({ ...target, kind: oneOf("cut-connection") }),
  "late-landing": record<LateLandingFault>({
    ...target,
    kind: oneOf("late-landing"),
    landsAfterMs: integer(),
    status: optional(integer(400, 599)),
  }),
  "other-body": record<OtherBodyFault>({
    ...target,
    kind: oneOf("other-body"),
    text,
    contentType: optional(text),
  }),
};
