import type { DroverEvent } from "../../../../lib/contracts/event.ts";
import { eventIdOf } from "../../../../lib/contracts/identifiers.ts";
import type { OperationRecord } from "../../../../lib/contracts/operation.ts";
import { currentWork, type Work } from "../io.ts";
import type { QueuedMessage } from "../store.ts";
import type { Report } from "../verdicts.ts";
import { nameOf, type RowInvariants } from "./rows.ts";

export interface TrafficParts {
  readonly report: Report;
  readonly rowOf: (operation: string) => OperationRecord | undefined;
  readonly undoable: (undo: () => void) => void;
  /** After a restore, what seemed stale may be what is left to do. */
  readonly isExempt: () => boolean;
}

/** What every message and every event has to keep. */
export class TrafficInvariants {
  readonly #parts: TrafficParts;
  readonly #published = new Map<string, string>();
  readonly #sent = new Set<string>();
  rows: Pick<RowInvariants, "owed"> | undefined;

  constructor(parts: TrafficParts) {
    this.#parts = parts;
  }

  readonly isPublished = (id: string): boolean => this.#published.has(id);

  /** @param events that the backup has */
  restored(events: readonly DroverEvent[]): void {
    this.#published.clear();
    for (const event of events) this.#published.set(event.id, textOf(event));
    this.#sent.clear();
  }

  published(event: DroverEvent): void {
    this.#isByStale(`published ${event.type}`);
    const text = textOf(event);
    const before = this.#published.get(event.id);
    if (before === undefined) {
      this.#published.set(event.id, text);
      this.#parts.undoable(() => this.#published.delete(event.id));
    } else if (before !== text && !bornUnowed.test(event.id)) {
      this.#parts.report("stable-events", `${event.id} was published with two contents: ${before} and ${text}`);
    }
    if (!bornUnowed.test(event.id) && this.rows?.owed.has(event.id) === false) {
      this.#parts.report("event-was-owed", `${event.type} (${event.id}) was published before any row owed it`);
    }
  }

  /** Whether a step message points to a state that the row has moved past, written by another one. */
  isStale({ id, queue, body }: { readonly id: string; readonly queue: string; readonly body: string }): boolean {
    if (queue === "inbox" || queue.endsWith("-dead-letters")) return false;
    const [, operation = "", seq = ""] = /"operation":"([^"]+)","step":"[^"]+","seq":(\d+)/.exec(body) ?? [];
    const row = this.#parts.rowOf(operation);
    return row !== undefined && row.writer !== id && (row.state === "ended" || row.seq > Number(seq));
  }

  /** What a stale message is answered with is nothing. */
  #isByStale(what: string): void {
    const work = currentWork();
    if (!work?.isStale || this.#parts.isExempt()) return;
    this.#parts.report(
      "stale-changes-nothing",
      `a message that ${work.operation?.slice(0, 8)} had moved past at ${work.step} ${what}`,
    );
  }

  queued({ body, queue }: QueuedMessage): void {
    this.#isByStale(`sent one to ${queue}`);
    if (queue === "inbox" || queue.endsWith("-dead-letters")) return;
    const [, operation = "", step = "", seq = ""] =
      /"operation":"([^"]+)","step":"([^"]+)","seq":(\d+)/.exec(body) ?? [];
    if (operation === "" || operation === nobodys) return;
    const row = this.#parts.rowOf(operation);
    const number = Number(seq);
    if (!row || row.seq < number) {
      this.#parts.report(
        "message-after-write",
        `${step} ${seq} of ${operation.slice(0, 8)} was sent for a state that is not stored`,
      );
    }
    const key = `${operation}/${number}`;
    if (this.#sent.has(key)) return;
    this.#sent.add(key);
    this.#parts.undoable(() => this.#sent.delete(key));
  }

  /** Whoever has written a state acknowledges his message only when all that it owes was sent. */
  acknowledging({ operation, delivery, done }: Work): void {
    const row = operation === undefined ? undefined : this.#parts.rowOf(operation);
    // Only the very delivery that wrote it: a twin of it may go, since the one that wrote, or the sweep, sends.
    if (!row || row.writer === undefined || row.writer !== delivery || row.seq !== done.wroteSeq) return;
    const unsent = row.outbox.filter((owed) => owed.kind === "event" && !this.isPublished(eventIdIn(row, owed)));
    if (unsent.length > 0) {
      this.#parts.report(
        "outbox-before-acknowledge",
        `${nameOf(row)} owes ${unsent.length} events, and its message goes`,
      );
    }
    if (row.owedStep && !this.#sent.has(`${row.id}/${row.seq}`)) {
      this.#parts.report(
        "outbox-before-acknowledge",
        `${nameOf(row)} owes the message of seq ${row.seq}, and its own goes`,
      );
    }
  }
}

/** An operation that never was: only what nobody should have sent names it. */
export const nobodys = "a".repeat(52);

/** What answers a message that no operation stands behind: its id comes from the message. */
export const bornUnowed = /^(rejected|dead-letter)-/;

const textOf = ({ traceparent: _, ...event }: DroverEvent) => JSON.stringify(event);

const eventIdIn = (row: OperationRecord, owed: { readonly seq: number; readonly index: number }) =>
  eventIdOf(row.id, owed.seq, owed.index);
