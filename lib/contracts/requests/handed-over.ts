import * as z from "zod/mini";
import { durationMs, isDuration } from "../duration.ts";
import type { JsonObject } from "../json.ts";
import { limits } from "../limits.ts";

/** What requests have in common whose credential is handed over once. */

const name = z
  .string()
  .check(
    z.regex(
      new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${limits.nameLength - 1}}$`),
      "expected a client's name of letters, digits, . _ -",
    ),
  );

export const mintings = ["on-pickup", "immediate"] as const;
export type Minting = (typeof mintings)[number];

export const handedOver = {
  /** `on-pickup` (default): when somebody stands ready to take it. `immediate`: at once; it may die before anybody takes it. */
  mint: z.optional(z.enum(mintings)),
  /** Names of the clients that may take it; absent: whoever may take from this connection. */
  installers: z.optional(
    z.array(name).check(
      z.minLength(1, "expected at least one client: leave it out where any may take it"),
      z.maxLength(16, "expected at most 16 clients"),
      z.refine((all) => new Set(all).size === all.length, "expected every client once"),
    ),
  ),
};

const graceMinMs = 60_000;
const graceMaxMs = 24 * 3_600_000;
const graceDefaultMs = 15 * 60_000;

/** How long after the death of a credential what it was made for may still begin to show that somebody has used it. */
export const graceAfterExpiry = z.optional(
  z
    .string()
    .check(
      z.refine(
        (text) => isDuration(text) && durationMs(text) >= graceMinMs && durationMs(text) <= graceMaxMs,
        "expected an ISO 8601 duration from PT1M to P1D, such as PT15M",
      ),
    ),
);

export interface HandOverRequest {
  readonly mint: Minting;
  readonly installers?: readonly string[];
  /** 0 where nothing stays at the provider that could be taken back. */
  readonly graceMs: number;
}

const handOverSchema = z.object({ ...handedOver, graceAfterExpiry });
/** Requests that leave something at the provider. */
const leaving: ReadonlySet<string> = new Set(["drover.aws-panorama.provision"]);
const handingOver: ReadonlySet<string> = new Set([...leaving, "drover.aws-iot.create-provisioning-claim"]);

/** What a stored request says of the hand-over, its defaults filled in. */
export function handOverRequestOf({
  type,
  fields,
}: {
  readonly type: string;
  readonly fields: JsonObject;
}): HandOverRequest {
  const { mint = "on-pickup", installers, graceAfterExpiry: grace } = handOverSchema.parse(fields);
  const graceMs = grace === undefined ? graceDefaultMs : durationMs(grace);
  return { mint, ...(installers === undefined ? {} : { installers }), graceMs: leaving.has(type) ? graceMs : 0 };
}

/** Somebody has to come for it, or the program that asked takes it right away. */
const deadlinesMs: Readonly<Record<Minting, number>> = { "on-pickup": 7 * 24 * 3_600_000, immediate: 2 * 3_600_000 };

/** Deadline of a request that names none (ms); undefined for one that hands nothing over. */
export function handOverDeadlineMs(
  type: string,
  { mint = "on-pickup" }: { readonly mint?: Minting | undefined },
): number | undefined {
  return handingOver.has(type) ? deadlinesMs[mint] : undefined;
}
