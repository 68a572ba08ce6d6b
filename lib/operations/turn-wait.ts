import { operationKey } from "../contracts/operation.ts";
import { sweepSlackMs } from "./backoff.ts";
import { cancelOperation } from "./commands.ts";
import { Overtaken, Unsent } from "./control-flow.ts";
import { put } from "./ledger-write.ts";
import { sendOutbox } from "./outbox.ts";
import { advance } from "./record.ts";
import type { Run } from "./run.ts";
import { holdOf, takeTurn, type Wanted } from "./turns.ts";

/** The turn on a provider resource: one operation at a time writes to it. */
export async function ensureTurn(run: Run, resource: string): Promise<boolean> {
  const detailOf = (holder: string) => `Operation ${holder} has the turn on ${resource}`;
  return (await ensure(run, { resource, capacity: 1 }, "turn", detailOf)) === undefined;
}

/**
 * What only this operation may do until it has ended, whoever writes to the resource meanwhile.
 * @param endHolder of an operation that waits for nobody: what has to hold before whoever has the claim is asked to end
 */
export async function ensureClaim(run: Run, resource: string, endHolder?: () => Promise<void>): Promise<boolean> {
  const wanted = { resource, capacity: 1, urgent: endHolder !== undefined };
  const holder = await ensure(
    run,
    wanted,
    "claim",
    (other) =>
      `Operation ${other} has not ended, or has ended as unknown and nobody has resolved it, and only one at a time may work on ${resource}`,
  );
  if (holder === undefined) return true;
  if (endHolder) {
    await endHolder();
    const note = `operation ${run.record.id} cannot wait for it`;
    await cancelOperation(run.ports, holder, { by: "drover", note });
  }
  return false;
}

/** One of the places in flight that a connection's limit offers. */
export async function ensurePlace(run: Run, resource: string, capacity: number): Promise<boolean> {
  const { connection } = run.record.request;
  const detailOf = () => `Connection ${connection} has as many operations in flight as its limit allows (${capacity})`;
  return (await ensure(run, { resource, capacity }, "in-flight", detailOf)) === undefined;
}

/**
 * Makes sure that this operation holds what it wants; else it waits in line, and who has it is answered.
 * Before it joins the line the row says that it waits: whoever hands the turn over reads `seq` from the row.
 */
async function ensure(
  run: Run,
  wanted: Wanted,
  code: "turn" | "claim" | "in-flight",
  detailOf: (holder: string) => string,
): Promise<string | undefined> {
  const claim = () => ({ turn: run.record.turn, claim: run.record.claim, "in-flight": run.record.place })[code];
  const first = await takeTurn(run.ports, holdOf(run.record.id, claim()), wanted, false);
  if (first.kind === "held") return undefined;
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
  return joined.kind === "held" ? undefined : joined.holder;
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
  const unsent = (error: unknown): never => {
    throw new Unsent(error);
  };
  // It may be written although nobody could say so: then the next delivery of this message sends what it owes.
  const version = await put(ports.ledger, operationKey(record.id), noted, run.version).catch(unsent);
  if (version === undefined) throw new Overtaken();
  run.adoptOwn(noted, version);
  await sendOutbox(ports, noted).catch(unsent);
}
