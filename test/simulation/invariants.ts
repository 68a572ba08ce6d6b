import type { DroverEvent } from "../../lib/contracts/event.ts";
import { eventIdOf } from "../../lib/contracts/identifiers.ts";
import {
  isQuarantined,
  type LedgerRecord,
  type OperationRecord,
  type TurnRecord,
} from "../../lib/contracts/operation.ts";
import type { MemoryStore } from "./memory-store.ts";

/** DESIGN's invariants as code: each returns what is wrong, or nothing. */

const recordsOf = (store: MemoryStore) => [...store.rows.keys()].flatMap((key) => store.peek(key) ?? []);

const terminal = /\.(succeeded|partially-succeeded|failed|cancelled|timed-out|unknown)$/;

/** Wrong among what a finished run has stored, wherever it was stored. */
export function wrongAmong(records: readonly LedgerRecord[], events: readonly DroverEvent[]): string[] {
  const operations = records.filter((record): record is OperationRecord => record.kind === "operation");
  const bySubject = Map.groupBy(events, (event) => event.subject);
  return [
    ...wrongRows(operations),
    ...wrongEvents(events),
    ...operations.flatMap((row) => wrongEnd(row, bySubject.get(row.id) ?? [])),
    ...records.flatMap((record) => (record.kind === "turn" ? wrongTurn(record, operations) : [])),
  ];
}

/** Holds when nothing moves any more. */
export function wrongAtTheEnd(store: MemoryStore): string[] {
  const left = store.messages.size > 0 ? [`${store.messages.size} messages are left`] : [];
  return [...wrongAmong(recordsOf(store), store.events), ...left];
}

/** Ids of the events that rows owe now: each has to be published one day. */
export function owedEventIds(store: MemoryStore): string[] {
  return recordsOf(store).flatMap((record) =>
    record.kind === "operation"
      ? record.outbox.flatMap((owed) => (owed.kind === "event" ? [eventIdOf(record.id, owed.seq, owed.index)] : []))
      : [],
  );
}

/** Holds after every write. */
export function wrongAtAnyTime(store: MemoryStore): string[] {
  return wrongRows(recordsOf(store).filter((record): record is OperationRecord => record.kind === "operation"));
}

function wrongRows(operations: readonly OperationRecord[]): string[] {
  const problems: string[] = [];
  for (const row of operations) {
    const unsent = row.outbox.length > 0;
    if ((row.state === "active" || unsent) && row.wakeAt === undefined) {
      problems.push(`${row.id} is ${row.state} with ${row.outbox.length} owed and nothing wakes it`);
    }
    if ((row.state === "ended") !== (row.outcome !== undefined)) {
      problems.push(`${row.id} is ${row.state} with ${row.outcome}`);
    }
    if (row.state === "active" && (row.wakeAt ?? 0) > row.deadline + 86_400_000) {
      problems.push(`${row.id} sleeps beyond its deadline`);
    }
  }
  return problems;
}

/** An event that is published twice is the same event twice. */
function wrongEvents(events: readonly DroverEvent[]): string[] {
  const contents = new Map<string, string>();
  return events.flatMap((event) => {
    const { traceparent: _, ...rest } = event;
    const text = JSON.stringify(rest);
    const before = contents.get(event.id) ?? text;
    contents.set(event.id, text);
    return before === text ? [] : [`event ${event.id} was published with two contents`];
  });
}

function wrongEnd(row: OperationRecord, events: readonly DroverEvent[]): string[] {
  const problems: string[] = [];
  if ((row.endedAt ?? 0) > row.deadline + 3_600_000) problems.push(`${row.id} ended long after its deadline`);
  if (row.state !== "ended") problems.push(`${row.id} has not ended: ${row.step}, waits for ${row.waitingFor?.code}`);
  if (row.outbox.length > 0) problems.push(`${row.id} still owes ${row.outbox.map((owed) => owed.kind).join(", ")}`);
  const ends = new Set(events.filter((event) => terminal.test(event.type)).map((event) => event.id));
  if (ends.size !== 1) problems.push(`${row.id} has ${ends.size} terminal events`);
  if (!events.some((event) => event.type.endsWith(".accepted"))) problems.push(`${row.id} has no accepted event`);
  return problems;
}

function wrongTurn(turn: TurnRecord, operations: readonly OperationRecord[]): string[] {
  return turn.holders.flatMap((hold) => {
    const holder = operations.find((row) => row.id === hold.operation);
    if (holder && isQuarantined(holder) && holder.turn?.resource === turn.resource) return [];
    return [`turn ${turn.resource} is still held by ${hold.operation}`];
  });
}
