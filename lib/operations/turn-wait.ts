import { operationKey } from "../contracts/operation.ts";
import { sweepSlackMs } from "./backoff.ts";
import { cancelOperation } from "./commands.ts";
import { Overtaken } from "./control-flow.ts";
import { put } from "./ledger-write.ts";
import { sendOutbox } from "./outbox.ts";
import { advance } from "./record.ts";
import type { Run } from "./run.ts";
import { holdOf, takeTurn, type Wanted } from "./turns.ts";

/** The turn on a provider resource: one operation at a time writes to it. */
export async function ensureTurn(run: Run, resource: string): Promise<boolean> {
  return ensure(run, { resource, capacity: 1 }, "turn", (holder) => `Operation ${holder} has the turn on ${resource}`);
}

/** What only this operation may do until it has ended, whoever writes to the resource meanwhile. */
export async function ensureClaim(run: Run, resource: string, endsHolder: boolean): Promise<boolean> {
  const { ports, record } = run;
  const held = await ensure(
    run,
    { resource, capacity: 1 },
    "claim",
    (holder) => `Operation ${holder} has not ended, and only one at a time may work on ${resource}`,
  );
  const holder = run.record.waitingFor?.who;
  if (held || !endsHolder || holder === undefined) return held;
  await cancelOperation(ports, holder, { by: "drover", note: `operation ${record.id} cannot wait for it` });
  return false;
}

/** One of the places in flight that a connection's limit offers. */
export async function ensurePlace(run: Run, resource: string, capacity: number): Promise<boolean> {
  const { connection } = run.record.request;
  return ensure(
    run,
    { resource, capacity },
    "in-flight",
    () => `Connection ${connection} has as many operations in flight as its limit allows (${capacity})`,
  );
}

/**
 * Makes sure that this operation holds what it wants; false when it waits in line.
 * Before it joins the line the row says that it waits: whoever hands the turn over reads `seq` from the row.
 */
async function ensure(
  run: Run,
  wanted: Wanted,
  code: "turn" | "claim" | "in-flight",
  detailOf: (holder: string) => string,
): Promise<boolean> {
  const claim = () => ({ turn: run.record.turn, claim: run.record.claim, "in-flight": run.record.place })[code];
  const first = await takeTurn(run.ports, holdOf(run.record.id, claim()), wanted, false);
  if (first.kind === "held") return true;
  if (first.kind === "stale-row") throw new Overtaken();
  if (run.record.waitingFor?.code !== code) {
    await noteWaiting(run, {
      code,
      detail: detailOf(first.holder),
      ...(code === "in-flight" ? {} : { who: first.holder }),
    });
  }
  const joined = await takeTurn(run.ports, holdOf(run.record.id, claim()), wanted, true);
  if (joined.kind === "stale-row") throw new Overtaken();
  return joined.kind === "held";
}

async function noteWaiting(
  run: Run,
  waits: { readonly code: string; readonly detail: string; readonly who?: string },
): Promise<void> {
  const { ports, record } = run;
  const now = ports.clock.now();
  const noted = advance(
    record,
    {
      patch: { waitingFor: { ...waits, since: now } },
      events: [
        {
          type: "drover.operation.waiting",
          data: { code: waits.code, reason: waits.detail, next: "Goes on by itself when it is its turn" },
        },
      ],
      wakeAt: now + sweepSlackMs,
      history: { what: "waiting", step: record.step, detail: waits.detail },
    },
    { now, nonce: ports.randomness.id(), ...run.proof, writer: run.deliveryId },
  );
  const version = await put(ports.ledger, operationKey(record.id), noted, run.version);
  if (version === undefined) throw new Overtaken();
  run.adoptOwn(noted, version);
  await sendOutbox(ports, noted);
}
