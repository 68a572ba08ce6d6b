import * as z from "zod/mini";
import { PermanentError } from "../../contracts/errors.ts";
import type { JsonObject } from "../../contracts/json.ts";
import { parseAs } from "../../contracts/parse.ts";
import { provider } from "./errors.ts";
import type { PastDeployment } from "./history.ts";

const preparedSchema = z.object({
  requestedAt: z.number(),
  /** Every deployment dated before this time was there already. Null: a date proves nothing. */
  knownBefore: z.nullable(z.number()),
  /** Ids of the others that were there. */
  known: z.array(z.string()),
  /** What a person should know about the outcome, found out before the start. */
  notes: z.array(z.string()),
});

/** What is written with the intent, so that a deployment can be recognised as new later. */
export type Prepared = z.output<typeof preparedSchema>;

/** @throws InvalidInputError */
export function preparedOf(prepared: unknown): Prepared {
  return parseAs(preparedSchema, prepared, "what was prepared for an Azure Sphere deployment");
}

/** The notes alone, for which an outcome must not fail. */
export function notesIn(prepared: unknown): readonly string[] {
  return preparedSchema.safeParse(prepared).data?.notes ?? [];
}

/** Ids that fit into a ledger row beside everything else. */
export const knownIdsMax = 500;

/**
 * The part of a group's history that can matter later, which is a few ids even where the history is years long: those of the last
 * `windowMs` by our clock, and at least the newest one, by whose date the service's clock is known however wrong it is.
 */
export function baselineOf(
  deployments: readonly PastDeployment[],
  {
    currentId,
    requestedAt,
    windowMs,
    notes,
  }: {
    readonly currentId: string | undefined;
    readonly requestedAt: number;
    readonly windowMs: number;
    readonly notes: readonly string[];
  },
): JsonObject {
  const dates = deployments.flatMap(({ atMs }) => (atMs === undefined ? [] : [atMs]));
  const knownBefore = dates.length === 0 ? null : Math.min(requestedAt - windowMs, Math.max(...dates));
  const known = new Set(deployments.filter((past) => !isOlder(past, knownBefore)).map(({ id }) => id));
  if (currentId !== undefined) known.add(currentId.toLowerCase());
  if (known.size > knownIdsMax) {
    throw new PermanentError(
      `Expected at most ${knownIdsMax} deployments without a readable older date in the device group's history, got ${known.size}: a new one could not be told from them`,
      { code: "history-not-comparable", provider, operation: "list-deployments" },
    );
  }
  return { requestedAt, knownBefore, known: [...known], notes };
}

/** Whether a deployment appeared after the baseline was taken. One without a readable date counts as new: the safe direction. */
export function isNew(past: PastDeployment, { known, knownBefore }: Prepared): boolean {
  return !known.includes(past.id) && !isOlder(past, knownBefore);
}

function isOlder({ atMs }: PastDeployment, knownBefore: number | null): boolean {
  return atMs !== undefined && knownBefore !== null && atMs < knownBefore;
}
