import type { Outcome } from "../contracts/event.ts";
import { operationIdOf, sha256Hex } from "../contracts/identifiers.ts";
import type { JsonObject } from "../contracts/json.ts";
import { type Children, type OperationRecord, operationKey } from "../contracts/operation.ts";
import { childSource, type OperationRequest } from "../contracts/request.ts";
import { cancelOperation } from "./commands.ts";
import { firstRecord } from "./first-record.ts";
import { putNew } from "./ledger-write.ts";
import { sendOutbox } from "./outbox.ts";
import type { Run } from "./run.ts";

/** How a request for many targets becomes one operation for each. */
export interface Split {
  /** Step that each child begins with. */
  readonly firstStep: string;
  /** Undefined: the request has one target and needs no children. */
  targetsOf(fields: JsonObject): readonly string[] | undefined;
  /** What the child for one target is asked. */
  fieldsFor(fields: JsonObject, target: string): JsonObject;
}

/** What the steps of a parent can do with its children. */
export interface ChildrenOfRun {
  /** Makes the next few; safe to repeat. */
  begin(): Promise<Children>;
  /** How many have ended, as their own rows say. */
  look(): Promise<Children>;
  /** Whether all have ended; stops looking at the first that has not. */
  allEnded(): Promise<boolean>;
  /** Asks every child that has not ended to end. */
  cancel(): Promise<void>;
}

/** Children that one message makes: a function's time has to suffice for them. */
const batch = 50;
/** Rows that are read or written at the same time. */
const atOnce = 10;

const marks: Readonly<Record<Outcome, string>> = {
  succeeded: "s",
  "partially-succeeded": "p",
  failed: "f",
  cancelled: "c",
  "timed-out": "t",
  unknown: "u",
};
const pending = "-";

export const noneBegun = (total: number): Children => ({ total, begun: 0, marks: pending.repeat(total) });

export const isComplete = (children: Children): boolean => !children.marks.includes(pending);

/** How many children ended with each outcome. */
export function countsOf(children: Children): Partial<Record<Outcome, number>> {
  const outcomes = Object.entries(marks) as [Outcome, string][];
  return Object.fromEntries(
    outcomes.flatMap(([outcome, mark]) => {
      const count = children.marks.split(mark).length - 1;
      return count === 0 ? [] : [[outcome, count]];
    }),
  );
}

export const childIdOf = (parent: string, target: string): string => operationIdOf(childSource, `${parent}/${target}`);

export function childrenOf(run: Run, split: Split): ChildrenOfRun {
  const { record, ports } = run;
  const targets = split.targetsOf(record.request.fields) ?? [];
  const known = record.children ?? noneBegun(targets.length);
  const open = () =>
    targets.map((target, index) => ({ target, index })).filter(({ index }) => known.marks[index] === pending);

  const markOf = async (target: string): Promise<string> => {
    const stored = await ports.ledger.read(operationKey(childIdOf(record.id, target)));
    const child = stored?.record;
    if (child?.kind === "tombstone") return marks[child.outcome];
    if (child?.kind === "operation") return child.outcome === undefined ? pending : marks[child.outcome];
    // One that a cancel kept from being made. Should a frozen function make it yet, its first step sees the cancel.
    return record.cancelRequested ? marks.cancelled : pending;
  };

  return {
    async begin() {
      const next = targets.slice(known.begun, known.begun + batch);
      await inGroups(next, (target) => begin(run, split, target));
      return { ...known, begun: known.begun + next.length };
    },
    async look() {
      const seen = [...known.marks];
      await inGroups(open(), async ({ target, index }) => {
        seen[index] = await markOf(target);
      });
      return { ...known, marks: seen.join("") };
    },
    async allEnded() {
      // The last one made is the likeliest not to have ended.
      for (const { target } of open().reverse()) if ((await markOf(target)) === pending) return false;
      return true;
    },
    async cancel() {
      const by = record.cancelRequested?.by ?? "the parent";
      const note = `with ${record.id}`;
      await inGroups(open(), async ({ target }) => {
        await cancelOperation(ports, childIdOf(record.id, target), { by, note });
      });
    },
  };
}

async function begin({ record, ports, deliveryId }: Run, split: Split, target: string): Promise<void> {
  const { subject, traceparent, ...asked } = record.request;
  const request: OperationRequest = {
    ...asked,
    ...(subject === undefined ? {} : { subject }),
    source: childSource,
    id: `${record.id}/${target}`,
    fields: split.fieldsFor(record.request.fields, target),
    ...(record.traceparent === undefined ? {} : { traceparent: record.traceparent }),
  };
  const operation = childIdOf(record.id, target);
  const child = firstRecord(ports, {
    operation,
    request,
    contentHash: sha256Hex(`${record.contentHash}/${target}`),
    step: split.firstStep,
    requestedBy: record.requestedBy,
    deadline: record.deadline,
    parent: record.id,
    messageId: deliveryId,
  });
  if ((await putNew(ports.ledger, operationKey(operation), child)) !== undefined) return sendOutbox(ports, child);
  const stored = await ports.ledger.read(operationKey(operation));
  // Made by this very message before a crash: perhaps nothing of it was sent.
  if (stored?.record.kind === "operation" && stored.record.writer === deliveryId)
    await sendOutbox(ports, stored.record);
}

async function inGroups<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce) {
    await Promise.all(items.slice(from, from + atOnce).map(work));
  }
}

/** A parent's outcome, from its children's: `unknown` as long as one is, and `partially-succeeded` unless all ended alike. */
export function outcomeOfChildren(record: OperationRecord, children: Children): Outcome {
  const counts = countsOf(children);
  const count = (outcome: Outcome) => counts[outcome] ?? 0;
  if (count("unknown") > 0) return "unknown";
  if (count("succeeded") === children.total) return "succeeded";
  if (count("succeeded") + count("partially-succeeded") > 0) return "partially-succeeded";
  if (count("cancelled") > 0 && record.cancelRequested) return "cancelled";
  if (count("failed") > 0) return "failed";
  return count("timed-out") > 0 ? "timed-out" : "cancelled";
}
