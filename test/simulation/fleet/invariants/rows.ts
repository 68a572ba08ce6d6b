import { eventIdOf } from "../../../../lib/contracts/identifiers.ts";
import type { LedgerRecord, OperationRecord, Owed } from "../../../../lib/contracts/operation.ts";
import type { Report } from "../verdicts.ts";

type OwedEvent = Extract<Owed, { readonly kind: "event" }>;

const eventsOf = ({ outbox }: OperationRecord) => outbox.filter((owed): owed is OwedEvent => owed.kind === "event");
const idOf = (record: OperationRecord, { seq, index }: OwedEvent) => eventIdOf(record.id, seq, index);
const terminal = /\.(succeeded|partially-succeeded|failed|cancelled|timed-out|unknown)$/;

/** Longest time by which a row may be looked after later than its deadline. */
const beyondDeadlineMs = 86_400_000;

/** What every write of an operation's row has to keep. */
export class RowInvariants {
  readonly #report: Report;
  /** Events that some row has owed, by their id, with what they say. */
  readonly owed = new Map<string, string>();
  readonly #ends = new Map<string, string>();
  readonly #isPublished: (id: string) => boolean;
  readonly #undoable: (undo: () => void) => void;

  constructor(report: Report, isPublished: (id: string) => boolean, undoable: (undo: () => void) => void) {
    this.#report = report;
    this.#isPublished = isPublished;
    this.#undoable = undoable;
  }

  /** What is stored was replaced by a backup: what was owed since never was. */
  restored(rows: Iterable<OperationRecord>): void {
    this.owed.clear();
    this.#ends.clear();
    for (const row of rows) this.#noteOwed(row);
  }

  written(before: LedgerRecord | undefined, after: LedgerRecord | undefined): void {
    if (after?.kind === "tombstone" || after === undefined) this.#forgotten(before);
    if (after?.kind !== "operation") return;
    this.#waits(after);
    this.#noteOwed(after);
    if (before?.kind === "operation") this.#follows(before, after);
  }

  #waits(row: OperationRecord): void {
    const isDone = row.state === "ended" && row.outbox.length === 0;
    if (!isDone && row.wakeAt === undefined) {
      this.#report("nothing-waits-silently", `${nameOf(row)} is ${row.state}, owes ${row.outbox.length}, no wakeAt`);
    }
    if (row.state === "active" && (row.wakeAt ?? 0) > row.deadline + beyondDeadlineMs) {
      this.#report("nothing-waits-silently", `${nameOf(row)} sleeps beyond its deadline`);
    }
    if ((row.state === "ended") !== (row.outcome !== undefined)) {
      this.#report("ended-stays-ended", `${nameOf(row)} is ${row.state} with the outcome ${row.outcome}`);
    }
  }

  #noteOwed(row: OperationRecord): void {
    for (const event of eventsOf(row)) {
      const id = idOf(row, event);
      const content = JSON.stringify([event.type, event.at, event.data]);
      const known = this.owed.get(id);
      if (known === undefined) {
        this.owed.set(id, content);
        this.#undoable(() => this.owed.delete(id));
        if (terminal.test(event.type)) this.#noteEnd(row, event.type);
      } else if (known !== content) {
        this.#report("sequence-not-reused", `${nameOf(row)} owes ${id} with two contents: ${known} and ${content}`);
      }
    }
  }

  #noteEnd(row: OperationRecord, type: string): void {
    const before = this.#ends.get(row.id);
    if (before !== undefined) this.#report("one-terminal-event", `${nameOf(row)} owes ${type} after ${before}`);
    this.#ends.set(row.id, type);
    this.#undoable(() => (before === undefined ? this.#ends.delete(row.id) : this.#ends.set(row.id, before)));
  }

  #follows(before: OperationRecord, after: OperationRecord): void {
    if (before.state === "ended" && (after.state !== "ended" || after.outcome !== before.outcome)) {
      this.#report(
        "ended-stays-ended",
        `${nameOf(after)} was ${before.outcome} and is ${after.outcome ?? after.state}`,
      );
    }
    if (after.seq < before.seq || after.seq > before.seq + 1) {
      this.#report("sequence-only-grows", `${nameOf(after)} went from seq ${before.seq} to ${after.seq}`);
    }
    if (after.seq === before.seq) this.#isAmended(before, after);
    this.#fetchedByOne(before, after);
    const kept = new Set(eventsOf(after).map((event) => idOf(after, event)));
    for (const event of eventsOf(before)) {
      const id = idOf(before, event);
      if (kept.has(id) || this.#isPublished(id)) continue;
      this.#report("owed-until-sent", `${nameOf(after)} dropped ${event.type} (${id}), which nobody has sent`);
    }
  }

  /** Who was given something once has it: nobody else is said to have it later. */
  #fetchedByOne(before: OperationRecord, after: OperationRecord): void {
    const [had, has] = [before.pickup?.fetched, after.pickup?.fetched];
    if (had === undefined || had.handoff !== has?.handoff || (had.at === has.at && had.by === has.by)) return;
    this.#report("fetched-by-one", `${nameOf(after)} was given to ${had.by}, and to ${has.by} again`);
  }

  /** A write that does not move `seq` owes nothing new and asks for no other step. */
  #isAmended(before: OperationRecord, after: OperationRecord): void {
    const known = new Set(eventsOf(before).map((event) => idOf(before, event)));
    const isNew = eventsOf(after).some((event) => !known.has(idOf(after, event)));
    if (isNew || before.step !== after.step || (before.state !== after.state && after.state === "ended")) {
      this.#report("sequence-not-reused", `${nameOf(after)} was written anew under seq ${after.seq}`);
    }
  }

  #forgotten(before: LedgerRecord | undefined): void {
    if (before?.kind !== "operation") return;
    if (before.state !== "ended" || before.outbox.length > 0) {
      this.#report("kept-and-forgotten", `${nameOf(before)} was forgotten while it was ${before.state}`);
    }
  }
}

export const nameOf = ({ id, request, step }: OperationRecord) =>
  `${request.type}/${request.id} (${id.slice(0, 8)}, ${step})`;
