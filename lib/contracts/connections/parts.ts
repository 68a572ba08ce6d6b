import * as z from "zod/mini";
import { durationMs, isDuration } from "../duration.ts";
import { limits } from "../limits.ts";
import { isLoopback, isOnLoopback } from "../loopback.ts";

/** What every kind of connection is made of. */

export const name = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected a name of letters, digits, . _ -"));
export const bounded = z.string().check(z.minLength(1), z.maxLength(limits.identifierLength));

/** `env:NAME`, `file:path` or `vault:name`: the only ways a secret is named. */
export const secretReferenceSchema = z
  .string()
  .check(
    z.regex(
      /^(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:.{1,1024}|vault:[A-Za-z0-9][A-Za-z0-9._-]{0,127})$/,
      "expected a reference such as env:NAME, file:path or vault:name: a secret itself never stands in the configuration, store it with `drover vault put NAME` and write vault:NAME",
    ),
  );

/** An https origin; http only on loopback, where emulators live. */
export const endpointRule = z.refine<string>((text) => {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}, "expected an https URL without user, query or fragment (http only on loopback)");
export const endpoint = z.string().check(endpointRule);

export const origins = z.optional(z.array(endpoint).check(z.maxLength(16)));

const shortestPaceMs = 100;
const paceTime = z
  .string()
  .check(
    z.refine(
      (text) => isDuration(text) && durationMs(text) >= shortestPaceMs,
      "expected an ISO 8601 duration of at least PT0.1S, such as PT30S",
    ),
  );

/** Times that a provider has a default for: shorter for emulators and tests, longer for a slow service. */
export const pace = z.strictObject({
  firstPoll: z.optional(paceTime),
  maxPoll: z.optional(paceTime),
  settling: z.optional(paceTime),
  lookEvery: z.optional(paceTime),
  requestTimeout: z.optional(paceTime),
});
export type PaceConfiguration = z.output<typeof pace>;

/** A real service shows a new deployment minutes later: taking it for absent sooner would start it a second time. */
const settlingMinMs = 120_000;

export function settlesLongEnough(endpointUrl: string, settling: string | undefined): boolean {
  if (settling === undefined || !isDuration(settling) || durationMs(settling) >= settlingMinMs) return true;
  return isOnLoopback(endpointUrl);
}

/** What a connection may be burdened with, by all operations and processes together. */
export const connectionLimits = z.strictObject({
  /** Operations between their first effect and their end. */
  inFlight: z.optional(z.int().check(z.minimum(1), z.maximum(limits.inFlightMax))),
  /** Requests that change something, within any 60 seconds. */
  changesPerMinute: z.optional(z.int().check(z.minimum(1), z.maximum(limits.changesPerMinuteMax))),
});
export type ConnectionLimits = z.output<typeof connectionLimits>;
