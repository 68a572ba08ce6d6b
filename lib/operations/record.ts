import type { EventData, EventType } from "../contracts/event.ts";
import { limits } from "../contracts/limits.ts";
import {
  type HistoryEntry,
  type OperationRecord,
  type Owed,
  type OwedStep,
  recordVersion,
} from "../contracts/operation.ts";

export interface OwedEvent {
  readonly type: EventType;
  readonly data: EventData;
}

/** What a write changes. A field set to `undefined` in `patch` is removed. */
export interface Change {
  readonly patch: { readonly [Field in keyof OperationRecord]?: OperationRecord[Field] | undefined };
  readonly events?: readonly OwedEvent[];
  readonly giveBacks?: readonly { readonly resource: string; readonly k: number }[];
  /** Parent that hears of the end. */
  readonly tellParent?: string;
  /** The step message that follows; absent when none does. */
  readonly owedStep?: OwedStep;
  readonly wakeAt: number | undefined;
  readonly history?: Omit<HistoryEntry, "at">;
}

export interface WrittenBy {
  readonly now: number;
  readonly nonce: string;
  /** `seq` of the step message that triggered the write; absent for cancel, sweep, redrive and resolve. */
  readonly messageSeq?: number;
  /** Id of that message. */
  readonly writer?: string;
}

/** Fields that a patch sets to `undefined` are absent once stored: JSON has no word for them. */
type Patched = { readonly [Field in keyof OperationRecord]: OperationRecord[Field] | undefined };

/** Of one entry: 64 of them stay far below the bound of a ledger item. */
const detailLength = 300;

/** Of a row beside its request, its result and its history: intents, handles, ids, what is owed. More where these are long. */
const restBytes = 6 * 1024;
const owedBytes = 4 * 1024;
/** Beginning and end of a history that is never cut. */
const keptEntries = 4;
const entryBytes = ({ detail = "" }: HistoryEntry) => Buffer.byteLength(JSON.stringify(detail)) + 160;

/** A row stays within what a ledger takes: of a long history of a large request the middle goes. */
function fitted(record: OperationRecord): OperationRecord {
  const { history } = record;
  if (history.length <= 2 * keptEntries) return record;
  const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value ?? null));
  // The result stands in the event that tells of it, too.
  const rest = owedBytes + bytesOf(record.intents) + bytesOf(record.handle) + bytesOf(record.supplied);
  const budget = limits.itemBytes - Math.max(restBytes, rest) - bytesOf(record.request) - 2 * bytesOf(record.result);
  let bytes = history.reduce((sum, entry) => sum + entryBytes(entry), 0);
  const kept = [...history];
  while (bytes > budget && kept.length > 2 * keptEntries) {
    const [gone] = kept.splice(keptEntries, 1);
    bytes -= gone ? entryBytes(gone) : 0;
  }
  return kept.length === history.length ? record : { ...record, history: kept };
}

export function withHistory(
  history: readonly HistoryEntry[],
  entry: HistoryEntry | undefined,
): readonly HistoryEntry[] {
  if (!entry) return history;
  const detail = entry.detail;
  const short =
    detail !== undefined && detail.length > detailLength
      ? { ...entry, detail: `${detail.slice(0, detailLength - 1)}…` }
      : entry;
  const grown = [...history, short];
  if (grown.length <= limits.historyEntries) return grown;
  // How it began and what happened last explain an operation; the middle is repetition.
  return [...grown.slice(0, 8), ...grown.slice(grown.length - limits.historyEntries + 8)];
}

/**
 * The outbox after a write. A message that has arrived proves that everything sent before it was sent;
 * whoever was not called by a message knows nothing and carries all.
 */
function carried(outbox: readonly Owed[], messageSeq: number | undefined): readonly Owed[] {
  return messageSeq === undefined ? outbox : outbox.filter((owed) => owed.provedBy > messageSeq);
}

/** The next state of an operation: one conditional write that holds the result and all it owes. */
export function advance(record: OperationRecord, change: Change, by: WrittenBy): OperationRecord {
  const seq = record.seq + 1;
  const events = (change.events ?? []).map(
    (event, index): Owed => ({ kind: "event", provedBy: seq, seq, index, at: by.now, ...event }),
  );
  const giveBacks = (change.giveBacks ?? []).map((hold): Owed => ({ kind: "give-back", provedBy: seq, ...hold }));
  const tellParent: Owed[] =
    change.tellParent === undefined ? [] : [{ kind: "tell-parent", provedBy: seq, parent: change.tellParent }];
  const next: Patched = {
    ...record,
    ...change.patch,
    v: recordVersion,
    seq,
    nonce: by.nonce,
    outbox: [...carried(record.outbox, by.messageSeq), ...events, ...giveBacks, ...tellParent],
    owedStep: change.owedStep,
    writer: by.writer,
    wakeAt: change.wakeAt,
    updatedAt: by.now,
    sweeps: change.patch.sweeps ?? 0,
    history: withHistory(record.history, change.history && { at: by.now, ...change.history }),
  };
  return fitted(next as OperationRecord);
}

/** A change that moves nothing: same `seq`, same outbox. For intents, clears and late handles. */
export function amend(
  record: OperationRecord,
  patch: Change["patch"],
  by: { readonly now: number; readonly nonce: string },
  history?: Omit<HistoryEntry, "at">,
): OperationRecord {
  const next: Patched = {
    ...record,
    ...patch,
    nonce: by.nonce,
    updatedAt: by.now,
    history: withHistory(record.history, history && { at: by.now, ...history }),
  };
  return fitted(next as OperationRecord);
}
