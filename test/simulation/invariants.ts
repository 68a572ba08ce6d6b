import { isQuarantined, type OperationRecord, type TurnRecord } from "../../lib/contracts/operation.ts";
import type { MemoryStore } from "./memory-store.ts";

/** DESIGN's invariants as code: each returns what is wrong, or nothing. */

const recordsOf = (store: MemoryStore) => [...store.rows.keys()].flatMap((key) => store.read(key)?.record ?? []);
const operationsOf = (store: MemoryStore) =>
  recordsOf(store).filter((record): record is OperationRecord => record.kind === "operation");

const terminal = /\.(succeeded|partially-succeeded|failed|cancelled|timed-out|unknown)$/;

/** Holds after every write. */
export function wrongAtAnyTime(store: MemoryStore): string[] {
  const problems: string[] = [];
  for (const row of operationsOf(store)) {
    const unsent = row.outbox.length > 0;
    if ((row.state === "active" || unsent) && row.wakeAt === undefined) {
      problems.push(`${row.id} is ${row.state} with ${row.outbox.length} owed and nothing wakes it`);
    }
    if ((row.state === "ended") !== (row.outcome !== undefined))
      problems.push(`${row.id} is ${row.state} with ${row.outcome}`);
    if (row.state === "active" && (row.wakeAt ?? 0) > row.deadline + 86_400_000)
      problems.push(`${row.id} sleeps beyond its deadline`);
  }
  return problems;
}

/** An event that is published twice is the same event twice. */
function wrongEvents(store: MemoryStore): string[] {
  const problems: string[] = [];
  const contents = new Map<string, string>();
  for (const event of store.events) {
    const { traceparent: _, ...rest } = event;
    const text = JSON.stringify(rest);
    const before = contents.get(event.id);
    if (before !== undefined && before !== text) problems.push(`event ${event.id} was published with two contents`);
    contents.set(event.id, text);
  }
  return problems;
}

/** Holds when nothing moves any more. */
export function wrongAtTheEnd(store: MemoryStore): string[] {
  const problems = [...wrongAtAnyTime(store), ...wrongEvents(store)];
  const operations = operationsOf(store);
  for (const row of operations) {
    if (row.state !== "ended") problems.push(`${row.id} has not ended: ${row.step}, waits for ${row.waitingFor?.code}`);
    if (row.outbox.length > 0) problems.push(`${row.id} still owes ${row.outbox.map((owed) => owed.kind).join(", ")}`);
    const ids = new Set(
      store.events.filter((event) => event.subject === row.id && terminal.test(event.type)).map((event) => event.id),
    );
    if (ids.size !== 1) problems.push(`${row.id} has ${ids.size} terminal events`);
    const accepted = store.events.some((event) => event.subject === row.id && event.type.endsWith(".accepted"));
    if (!accepted) problems.push(`${row.id} has no accepted event`);
  }
  for (const record of recordsOf(store)) {
    if (record.kind !== "turn") continue;
    problems.push(...wrongTurn(record, operations));
  }
  if (store.messages.size > 0) problems.push(`${store.messages.size} messages are left`);
  return problems;
}

function wrongTurn(turn: TurnRecord, operations: readonly OperationRecord[]): string[] {
  const holder = operations.find((row) => row.id === turn.holder.operation);
  if (holder && isQuarantined(holder)) return [];
  return [`turn ${turn.resource} is still held by ${turn.holder.operation}`];
}
