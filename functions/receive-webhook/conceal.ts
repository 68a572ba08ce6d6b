import type { Caller } from "../../lib/clients/caller.ts";
import { type OperationRecord, operationKey } from "../../lib/contracts/operation.ts";
import type { StoredEvent } from "../../lib/contracts/ports.ts";
import { subjectOf } from "./callers.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

type Parts = Pick<ApplicationDependencies, "ports">;

/** An id where a sentence names an operation, such as the one whose turn it is. */
const named = /\b([Oo]peration )?([a-z2-7]{52})\b/g;

/** Those of the ids in the texts of which the caller may not know. */
async function hiddenIn(
  { ports }: Parts,
  caller: Caller,
  texts: readonly (string | undefined)[],
  own: readonly (string | undefined)[],
): Promise<ReadonlySet<string>> {
  const found = texts.flatMap((text) => [...(text ?? "").matchAll(named)].flatMap(([, , id]) => (id ? [id] : [])));
  const hidden = new Set(found);
  for (const id of own) if (id !== undefined) hidden.delete(id);
  for (const id of [...hidden]) {
    const record = (await ports.ledger.read(operationKey(id)))?.record;
    if (record?.kind === "operation" && caller.sees(subjectOf(record))) hidden.delete(id);
  }
  return hidden;
}

const without = (hidden: ReadonlySet<string>, text: string): string =>
  text.replace(named, (all: string, before: string | undefined, id: string) =>
    hidden.has(id) ? (before === "Operation " ? "Another operation" : "another operation") : all,
  );

/** The record as the caller may know it: operations of others that stand in its sentences stay unnamed. */
export async function concealed(parts: Parts, caller: Caller, record: OperationRecord): Promise<OperationRecord> {
  if (caller.seesAll) return record;
  const { waitingFor, reason, history, cancelRequested, resolution } = record;
  const notes = [cancelRequested?.note, resolution?.note];
  const texts = [waitingFor?.detail, waitingFor?.who, reason, ...notes, ...history.map(({ detail }) => detail)];
  const hidden = await hiddenIn(parts, caller, texts, [record.id, record.parent]);
  if (hidden.size === 0) return record;
  return {
    ...record,
    ...(reason === undefined ? {} : { reason: without(hidden, reason) }),
    ...(cancelRequested?.note === undefined
      ? {}
      : { cancelRequested: { ...cancelRequested, note: without(hidden, cancelRequested.note) } }),
    ...(resolution === undefined ? {} : { resolution: { ...resolution, note: without(hidden, resolution.note) } }),
    ...(waitingFor === undefined ? {} : { waitingFor: waitWithout(hidden, waitingFor) }),
    history: history.map((entry) =>
      entry.detail === undefined ? entry : { ...entry, detail: without(hidden, entry.detail) },
    ),
  };
}

function waitWithout(
  hidden: ReadonlySet<string>,
  { who, detail, ...wait }: NonNullable<OperationRecord["waitingFor"]>,
): NonNullable<OperationRecord["waitingFor"]> {
  return {
    ...wait,
    detail: without(hidden, detail),
    ...(who === undefined || hidden.has(who) ? {} : { who }),
  };
}

/** The same for an event. */
export async function concealedEvent(parts: Parts, caller: Caller, stored: StoredEvent): Promise<StoredEvent> {
  const { event } = stored;
  const { reason } = event.data;
  if (caller.seesAll || reason === undefined) return stored;
  const hidden = await hiddenIn(parts, caller, [reason], [event.subject, event.data.parent]);
  if (hidden.size === 0) return stored;
  return { ...stored, event: { ...event, data: { ...event.data, reason: without(hidden, reason) } } };
}
