import { NotFoundError } from "../contracts/errors.ts";
import type { OperationRecord, Pickup } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { sweepSlackMs } from "./backoff.ts";
import { intervene, type Person } from "./intervene.ts";

/** Its step goes on at once. */
const wakes = (now: number) => ({
  owedStep: { n: 0, attempt: 0, notBefore: now },
  wakeAt: now + sweepSlackMs,
  patch: { n: 0, resumeAt: undefined, parked: undefined, stepSince: now },
});

/**
 * Notes that somebody stands ready to take what is to be minted, and has the operation go on at once. Twice is harmless.
 * @param decide looked at with the row as it is when it is written; `step` is the one that mints
 * @throws NotFoundError; what `decide` throws
 */
export async function sayReady(
  ports: Ports,
  id: string,
  decide: (record: OperationRecord, nowMs: number) => { readonly counts: boolean; readonly step: string },
  { by, note }: Person,
): Promise<{ readonly kind: "ready" | "already"; readonly record: OperationRecord }> {
  const written = await intervene(ports, id, (record, now) => {
    const { counts, step } = decide(record, now);
    if (!counts) return undefined;
    const { patch, ...woken } = wakes(now);
    const ready = { count: (record.pickup?.ready?.count ?? 0) + 1, by, at: now };
    const detail = [`${by} stands ready`, note].filter(Boolean).join(": ");
    return {
      ...woken,
      patch: { ...patch, step, pickup: { ...record.pickup, ready }, waitingFor: undefined },
      history: { what: "ready", step, detail },
    };
  });
  if (!written) throw new NotFoundError(`Expected an operation under ${id}, got none`);
  return { kind: written.changed ? "ready" : "already", record: written.record };
}

/**
 * Gives one hand-off to one person: whoever comes second is refused. Written before anything is served, so that what happens after it,
 * whatever that is, can only serve less.
 * @param decide the hand-off and its end (ms since 1970), looked at with the row as it is when it is written
 * @throws NotFoundError; what `decide` throws
 */
export async function claimHandoff(
  ports: Ports,
  id: string,
  decide: (record: OperationRecord, nowMs: number) => { readonly handoff: string; readonly expiresAt: number },
  { by }: Person,
): Promise<NonNullable<Pickup["fetched"]>> {
  const written = await intervene(ports, id, (record, now) => {
    const { handoff, expiresAt } = decide(record, now);
    const readyCount = record.pickup?.ready?.count ?? 0;
    const fetched = { handoff, by, at: now, leftMs: expiresAt - now, readyCount };
    const { patch, ...woken } = wakes(now);
    return {
      ...woken,
      patch: { ...patch, pickup: { ...record.pickup, fetched } },
      history: {
        what: "fetched",
        step: record.step,
        detail: `by ${by}, ${Math.floor(fetched.leftMs / 1000)} s before it expires`,
      },
    };
  });
  const fetched = written?.record.pickup?.fetched;
  if (!fetched) throw new NotFoundError(`Expected an operation under ${id}, got none`);
  return fetched;
}
