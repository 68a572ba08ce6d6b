import type { LedgerRecord } from "../../../../lib/contracts/operation.ts";
import { currentWork } from "../io.ts";
import type { Report } from "../verdicts.ts";
import { nameOf } from "./rows.ts";

export interface SweepParts {
  readonly report: Report;
  readonly wallNow: () => number;
  /** By how much a clock of a process may be ahead. */
  readonly clocksAheadMs: number;
}

/** The sweep looks after what nobody else does: what is not due, and what may be under way, is left alone. */
export class SweepInvariants {
  readonly #parts: SweepParts;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  written(before: LedgerRecord | undefined, after: LedgerRecord | undefined): void {
    if (currentWork()?.step !== "sweep" || before?.kind !== "operation" || after?.kind !== "operation") return;
    // It sends what is owed and says so: its own write before has moved the time, and counted the sweep.
    if (before.seq === after.seq && before.sweeps === after.sweeps) return;
    const { report, wallNow, clocksAheadMs } = this.#parts;
    const latest = wallNow() + clocksAheadMs;
    const { wakeAt = 0, state, intents } = before;
    if (wakeAt > latest)
      report("sweeps-only-what-is-due", `${nameOf(before)} was swept ${wakeAt - latest} ms too early`);
    const isUnderWay = Object.values(intents).some(
      ({ result, liveUntil }) => result === undefined && liveUntil > latest,
    );
    if (state === "active" && isUnderWay && before.seq !== after.seq)
      report("sweeps-only-what-is-due", `${nameOf(before)} was swept while its request may be under way`);
  }
}
