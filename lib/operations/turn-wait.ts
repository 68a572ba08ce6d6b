import { operationKey } from "../contracts/operation.ts";
import { sweepSlackMs } from "./backoff.ts";
import { Overtaken } from "./control-flow.ts";
import { put } from "./ledger-write.ts";
import { sendOutbox } from "./outbox.ts";
import { advance } from "./record.ts";
import type { Run } from "./run.ts";
import { takeTurn } from "./turns.ts";

/**
 * Makes sure that this operation holds the turn on a provider resource; false when it waits in line.
 * Before it joins the line the row says that it waits: whoever hands the turn over reads `seq` from the row.
 */
export async function ensureTurn(run: Run, resource: string): Promise<boolean> {
  const first = await takeTurn(run.ports, run.record, resource, false);
  if (first.kind === "held") return true;
  if (first.kind === "stale-row") throw new Overtaken();
  if (run.record.waitingFor?.code !== "turn") await noteWaiting(run, resource, first.holder);
  const joined = await takeTurn(run.ports, run.record, resource, true);
  if (joined.kind === "stale-row") throw new Overtaken();
  return joined.kind === "held";
}

async function noteWaiting(run: Run, resource: string, holder: string): Promise<void> {
  const { ports, record } = run;
  const now = ports.clock.now();
  const detail = `Operation ${holder} has the turn on ${resource}`;
  const noted = advance(
    record,
    {
      patch: { waitingFor: { code: "turn", detail, since: now, who: holder } },
      events: [
        {
          type: "drover.operation.waiting",
          data: { code: "turn", reason: detail, next: "Goes on by itself when the turn is handed over" },
        },
      ],
      wakeAt: now + sweepSlackMs,
      history: { what: "waiting", step: record.step, detail },
    },
    { now, nonce: ports.randomness.id(), ...run.proof, writer: run.deliveryId },
  );
  const version = await put(ports.ledger, operationKey(record.id), noted, run.version);
  if (version === undefined) throw new Overtaken();
  run.adoptOwn(noted, version);
  await sendOutbox(ports, noted);
}
