import { describeDuration } from "../../lib/contracts/duration.ts";
import { deadLetterKey } from "../../lib/contracts/operation.ts";
import type { Clock, Ledger } from "../../lib/contracts/ports.ts";
import type { ScheduleState } from "../../lib/schedules/run.ts";
import type { HealthCheck } from "../receive-webhook/dependencies.ts";
import { deadLetterCheck, healthThresholds, pausedCheck, unread } from "./health.ts";
import { pausedOf } from "./paused.ts";
import { overdueSchedulesCheck, refusedSchedulesCheck } from "./schedule-checks.ts";

export interface LedgerSources {
  readonly ledger: Ledger;
  readonly clock: Pick<Clock, "now">;
  readonly connections: readonly string[];
  readonly schedules: () => Promise<readonly ScheduleState[]>;
}

/** Dead letters that one look reads. */
const lettersAtOnce = 100;

/**
 * What the ledger shows, for `/health`: no function knows of the others. Ages of queues and failures of functions are CloudWatch's
 * to watch, which needs no request to notice them.
 */
export function ledgerChecks({ ledger, clock, connections, schedules }: LedgerSources): () => Promise<HealthCheck[]> {
  const looks: readonly (readonly [name: string, look: (now: number) => Promise<HealthCheck>])[] = [
    ["overdue-rows", (now) => overdueRows(ledger, now)],
    ["dead-letters", (now) => deadLetters(ledger, now)],
    ["paused-connections", async () => pausedCheck(await pausedOf({ ledger }, connections))],
    ["overdue-schedules", async () => overdueSchedulesCheck(await schedules())],
    ["refused-schedules", async () => refusedSchedulesCheck(await schedules())],
  ];
  return async () => Promise.all(looks.map(([name, look]) => look(clock.now()).catch(() => unread(name))));
}

/** What the sweep has left: it does not run, or does not keep up. */
async function overdueRows(ledger: Ledger, now: number): Promise<HealthCheck> {
  const name = "overdue-rows";
  const since = now - healthThresholds.overdueMs;
  const [row] = await ledger.due(since, 1);
  if (row === undefined) return { name, ok: true, detail: "No row waits for a sweep" };
  const detail = `Rows wait for a sweep for more than ${describeDuration(healthThresholds.overdueMs)}: look at sweep-overdue`;
  return { name, ok: false, detail, since };
}

async function deadLetters(ledger: Ledger, now: number): Promise<HealthCheck> {
  const { items } = await ledger.listByPrefix(deadLetterKey(""), lettersAtOnce);
  const letters = items.flatMap(({ record }) =>
    record.kind === "dead-letter"
      ? [{ queue: record.queue, at: record.at, redriven: record.redrivenAt !== undefined }]
      : [],
  );
  return deadLetterCheck({ now }, letters);
}
