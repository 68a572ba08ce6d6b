import type { LedgerRecord, OperationRecord } from "../../../lib/contracts/operation.ts";
import { operationKey } from "../../../lib/contracts/operation.ts";
import { SeededRandomness } from "../virtual-clock.ts";
import { type HostProfile, profiles } from "./host-profile.ts";
import { PollInvariants } from "./invariants/polls.ts";
import { RowInvariants } from "./invariants/rows.ts";
import { SecretInvariants } from "./invariants/secrets.ts";
import { SweepInvariants } from "./invariants/sweeps.ts";
import { TrafficInvariants } from "./invariants/traffic.ts";
import { RequestsOut } from "./oracles/requests-out.ts";
import { FleetStore, type QueuedMessage } from "./store.ts";
import { Timeline } from "./timeline.ts";
import { Verdicts } from "./verdicts.ts";
import type { Watcher } from "./watcher.ts";
import type { WorldPlan } from "./world-plan.ts";

const startAt = Date.UTC(2026, 10, 23);

/** Time and storage of a world, with everything that is checked as it happens. */
export abstract class CheckedWorld {
  readonly plan: WorldPlan;
  readonly profile: HostProfile;
  readonly watcher: Watcher;
  readonly timeline: Timeline;
  readonly store: FleetStore;
  readonly verdicts: Verdicts;
  readonly rows: RowInvariants;
  readonly traffic: TrafficInvariants;
  readonly secrets: SecretInvariants;
  readonly polls = new PollInvariants();
  /** By how much a clock of a process may be ahead. */
  readonly clocksAheadMs: number;
  readonly sweepInvariants: SweepInvariants;
  readonly requestsOut: RequestsOut;
  readonly startAt = startAt;
  /** Set once a backup came back: nobody can be held to what it did not know of. */
  readonly exempt = { all: false };
  /** Every operation as it was last seen, also those that are forgotten by now. */
  readonly #last = new Map<string, OperationRecord>();

  constructor(plan: WorldPlan, watcher: Watcher) {
    this.plan = plan;
    this.profile = { ...profiles[plan.platform], ...plan.profile };
    this.watcher = watcher;
    const order = this.randomOf(1);
    this.timeline = new Timeline(() => order.fraction());
    this.verdicts = new Verdicts(() => this.timeline.nowMs);
    const { report } = this.verdicts;
    this.store = new FleetStore(() => this.timeline.nowMs, this.profile, {
      written: (key, before, after, text) => this.#written(key, before, after, text),
      published: (event) => {
        this.traffic.published(event);
        this.watcher.published?.(event);
        this.secrets.look("an event", JSON.stringify(event));
      },
      queued: (message, delayMs) => {
        this.traffic.queued(message);
        this.watcher.queued?.(message);
        this.secrets.look("a message", message.body);
        this.messageQueued(message, delayMs);
      },
    });
    const undoable = (undo: () => void) => this.store.undoable(undo);
    this.traffic = new TrafficInvariants({ report, rowOf: this.rowOf, undoable, isExempt: () => this.exempt.all });
    this.rows = new RowInvariants(report, this.traffic.isPublished, undoable);
    this.traffic.rows = this.rows;
    this.secrets = new SecretInvariants(report);
    this.clocksAheadMs = plan.skewMs + Math.max(0, ...plan.jumps.map(({ byMs }) => byMs));
    this.sweepInvariants = new SweepInvariants({ report, wallNow: this.wallNow, clocksAheadMs: this.clocksAheadMs });
    this.requestsOut = new RequestsOut({
      ...{ store: this.store, report, secrets: this.secrets },
      nowMs: () => this.timeline.nowMs,
    });
  }

  /** A message is in its queue, and shown after that time. */
  protected abstract messageQueued(message: QueuedMessage, delayMs: number): void;
  /** The record of an operation, or another one, was written or removed. */
  protected abstract recordWritten(record: LedgerRecord | undefined, before: LedgerRecord | undefined): void;

  /** A generator of its own for each purpose: one more draw here does not move what is drawn there. */
  randomOf(purpose: number): SeededRandomness {
    return new SeededRandomness(Math.imul(this.plan.seed, 0x9e37_79b1) ^ Math.imul(purpose, 0x85eb_ca6b));
  }

  readonly wallNow = (): number => startAt + this.timeline.nowMs;

  readonly rowOf = (operation: string): OperationRecord | undefined => {
    const record = this.store.peek(operationKey(operation));
    return record?.kind === "operation" ? record : undefined;
  };

  operations(): OperationRecord[] {
    return [...this.store.rows.keys()].flatMap((key) =>
      key.startsWith("operation/") ? (this.rowOf(key.slice(10)) ?? []) : [],
    );
  }

  everyOperation(): OperationRecord[] {
    return [...this.#last.values()];
  }

  /** What is stored was replaced by a backup: of what the backup does not know nobody can ask anything. */
  protected restored(): void {
    this.traffic.restored(this.store.events);
    this.rows.restored(this.operations());
    for (const id of [...this.#last.keys()]) {
      const row = this.rowOf(id);
      if (row) this.#last.set(id, row);
      else if (!this.store.rows.has(operationKey(id))) this.#last.delete(id);
    }
  }

  #remember(row: OperationRecord): void {
    const before = this.#last.get(row.id);
    this.#last.set(row.id, row);
    this.store.undoable(() => (before ? this.#last.set(row.id, before) : this.#last.delete(row.id)));
  }

  /** Says of everything that has not ended what it waits for. */
  reportUnended(): void {
    for (const row of this.operations().filter((one) => !isOver(one))) {
      const { request, step, waitingFor, state, wakeAt, parked } = row;
      const due = wakeAt === undefined ? "never" : `in ${Math.round((wakeAt - this.wallNow()) / 1000)} s`;
      const how = `${state} at ${step}, waits for ${waitingFor?.code}, wakes ${due}${parked ? ", parked" : ""}`;
      this.verdicts.report("everything-ends", `${request.type}/${request.id} is ${how}`);
    }
    const left = [...this.store.messages.values()].map(({ queue, receives }) => `${queue} (${receives})`);
    if (left.length > 0) this.verdicts.report("nothing-left-over", `messages are left: ${left.slice(0, 5).join(", ")}`);
  }

  #written(key: string, before: LedgerRecord | undefined, after: LedgerRecord | undefined, text = ""): void {
    this.rows.written(before, after);
    this.sweepInvariants.written(before, after);
    this.watcher.written?.(key, before, after);
    this.secrets.look(`the row ${key.slice(0, 20)}`, text);
    if (after?.kind === "operation") {
      this.#remember(after);
      this.requestsOut.written(after);
    }
    this.recordWritten(after, before);
  }
}

export const isOver = (row: OperationRecord) => row.state === "ended" && row.wakeAt === undefined;
