import * as z from "zod/mini";
import { durationMs, isDuration } from "../duration.ts";
import { limits } from "../limits.ts";
import { slots } from "../slots.ts";
import { deletePolicy, putService } from "./azure-dps.ts";

export const rotationType = "drover.azure-dps.rotate-policy-key";

const time = (what: string) =>
  z
    .string()
    .check(
      z.refine(
        (text) => isDuration(text) && durationMs(text) >= 1_000,
        `expected ${what} as an ISO 8601 duration of at least PT1S`,
      ),
    );
const name = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected a name of letters, digits, . _ -"));

/** What consumers of the key do, where they are not as slow as this. */
export const consumerDefaults = { readInterval: "PT15M", tokenLife: "PT1H", clockSkew: "PT5M" } as const;

const consumers = z.strictObject({
  /** How often they read what is published. */
  readInterval: z._default(time("an interval"), consumerDefaults.readInterval),
  /** Life of the tokens that they sign. */
  tokenLife: z._default(time("a life"), consumerDefaults.tokenLife),
  clockSkew: z._default(time("a skew"), consumerDefaults.clockSkew),
  /** Who has to say that it uses the new key before the old one goes. */
  acknowledge: z._default(z.array(name).check(z.maxLength(64)), []),
});
export type Consumers = z.output<typeof consumers>;

const publication = z.strictObject({
  /** Name of a publish target in the configuration. */
  target: name,
  secret: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9/_+=.@-]{0,127}$/, "expected a secret's name in the target")),
  format: z._default(z.enum(["key", "connection-string"]), "key"),
});
export type Publication = z.output<typeof publication>;

const { resourceGroup, service } = putService;

export const rotatePolicyKey = {
  resourceGroup,
  service,
  policy: deletePolicy.policy,
  /** From the publication on both keys are good for this long. */
  grace: z.optional(time("a grace period")),
  /** Which key consumers use: read only where nothing was published yet. */
  slotInUse: z.optional(z.enum(slots)),
  publish: z.array(publication).check(
    z.minLength(1, "expected at least one target: nobody else would learn of the new key"),
    z.maxLength(8),
    z.refine(
      (all) => new Set(all.map(({ target, secret }) => `${target} ${secret}`.toLowerCase())).size === all.length,
      "expected every secret of a target once, whatever the case of its letters",
    ),
  ),
  consumers: z.optional(consumers),
  /** Targets of the last rotation, as target/secret, where nobody reads any more: they go on showing a key that is replaced. */
  drop: z.optional(z.array(z.string().check(z.minLength(3), z.maxLength(200))).check(z.maxLength(8))),
  /** Replaces both keys at once: every token and every consumer of the old ones is refused until it has read the new one. */
  emergency: z.optional(z.boolean()),
};

interface Times {
  readonly grace?: string | undefined;
  readonly deadline?: string | undefined;
  readonly emergency?: boolean | undefined;
  readonly consumers?: Partial<Pick<Consumers, "readInterval" | "tokenLife" | "clockSkew">> | undefined;
}

/** Shortest grace after which no consumer can still use what was published before (ms). */
export function shortestGraceMs({ consumers = {} }: Times): number {
  const { readInterval, tokenLife, clockSkew } = { ...consumerDefaults, ...consumers };
  return durationMs(readInterval) + durationMs(tokenLife) + durationMs(clockSkew);
}

/** Time that a rotation may take beside its grace, where the request names no deadline (ms). */
export const rotationSpareMs = 24 * 3_600_000;

/** What a deadline has to leave beside the grace: the first key must not be replaced where there is no time for the second. */
export const spareMs = (graceMs: number): number => Math.min(3_600_000, graceMs + 30_000);

export const rotatePolicyKeyRules = [
  z.refine<Times>(
    ({ grace }) =>
      grace === undefined || !isDuration(grace) || durationMs(grace) + rotationSpareMs <= limits.deadlineMaxMs,
    { message: "expected a grace period that leaves a day of the 400 that an operation may take", path: ["grace"] },
  ),
  z.refine<Times>(({ grace, emergency }) => emergency === true || grace !== undefined, {
    message: "expected a grace period, such as P1D: how long the key before stays good after the new one is published",
    path: ["grace"],
  }),
  z.refine<Times>(
    (data) =>
      data.emergency === true ||
      data.grace === undefined ||
      !isDuration(data.grace) ||
      durationMs(data.grace) >= shortestGraceMs(data),
    {
      message: `expected a grace period of at least the consumers' readInterval + tokenLife + clockSkew (${Object.values(consumerDefaults).join(" + ")} where they are not given)`,
      path: ["grace"],
    },
  ),
  z.refine<Times>(
    ({ grace, deadline }) =>
      grace === undefined ||
      deadline === undefined ||
      !isDuration(grace) ||
      !isDuration(deadline) ||
      durationMs(deadline) >= durationMs(grace) + spareMs(durationMs(grace)),
    {
      message: "expected a deadline of an hour beyond the grace period (less only for one of minutes), or none",
      path: ["deadline"],
    },
  ),
] as const;

/** Deadline of a rotation that names none: waiting out the grace is not being late. At most what any request may have. */
export function rotationDeadlineMs({ grace }: Times): number {
  const graceMs = grace === undefined ? 0 : durationMs(grace);
  return Math.min(limits.deadlineMaxMs, graceMs + rotationSpareMs);
}
