import type { Outcome } from "../contracts/event.ts";
import { operationIdOf, sha256Hex } from "../contracts/identifiers.ts";
import type { JsonObject } from "../contracts/json.ts";
import { type OperationRecord, operationKey } from "../contracts/operation.ts";
import { childSource, type OperationRequest } from "../contracts/request.ts";
import { lastLookGraceMs } from "./backoff.ts";
import { markOfOutcome, noneBegun, pending } from "./children-marks.ts";
import { cancelOperation } from "./commands.ts";
import { firstRecord } from "./first-record.ts";
import { putNew } from "./ledger-write.ts";
import { countAccepted } from "./observe.ts";
import { sendOutbox } from "./outbox.ts";
import { graceUntil } from "./results.ts";
import type { Run } from "./run.ts";
import type { ChildrenOfRun } from "./step.ts";

/** How a request for many targets becomes one operation for each. */
export interface Split {
  /** Step that each child begins with. */
  readonly firstStep: string;
  /** Undefined: the request has one target and needs no children. */
  targetsOf(fields: JsonObject): readonly string[] | undefined;
  /** What the child for one target is asked. */
  fieldsFor(fields: JsonObject, target: string): JsonObject;
}

/** Children that one message makes: a function's time has to suffice for them. */
const batch = 50;
/** Rows that are read or written at the same time. */
const atOnce = 10;

export const childIdOf = (parent: string, target: string): string => operationIdOf(childSource, `${parent}/${target}`);

export function childrenOf(run: Run, split: Split): ChildrenOfRun {
  const { record, ports } = run;
  const targets = split.targetsOf(record.request.fields) ?? [];
  const known = record.children ?? noneBegun(targets.length);
  const open = () =>
    targets.map((target, index) => ({ target, index })).filter(({ index }) => known.marks[index] === pending);

  const stateOf = async (target: string): Promise<{ readonly mark: string; readonly until?: number }> => {
    const stored = await ports.ledger.read(operationKey(childIdOf(record.id, target)));
    const child = stored?.record;
    if (child?.kind === "tombstone") return { mark: markOfOutcome[child.outcome] };
    if (child?.kind === "operation") {
      const outcome = outcomeOf(child);
      return outcome === undefined
        ? { mark: pending, until: graceUntil(child) + lastLookGraceMs }
        : { mark: markOfOutcome[outcome] };
    }
    // One that was never made. Should a frozen function make it yet, its first step sees the cancel or the deadline.
    if (record.cancelRequested) return { mark: markOfOutcome.cancelled };
    return { mark: ports.clock.now() >= record.deadline ? markOfOutcome["timed-out"] : pending };
  };

  return {
    async begin() {
      const next = targets.slice(known.begun, known.begun + batch);
      await inGroups(next, (target) => begin(run, split, target));
      return { ...known, begun: known.begun + next.length };
    },
    async look() {
      const seen = [...known.marks];
      let until = 0;
      await inGroups(open(), async ({ target, index }) => {
        const state = await stateOf(target);
        seen[index] = state.mark;
        until = Math.max(until, state.until ?? 0);
      });
      const { total, begun } = known;
      return { total, begun, marks: seen.join(""), ...(until > record.deadline ? { until } : {}) };
    },
    async allEnded() {
      // From a place that chance chooses: in any fixed order, a slow one at its end would be looked for through all others each time.
      const targets = open();
      const from = Number.parseInt(ports.randomness.hex(8), 16) % Math.max(1, targets.length);
      for (const { target } of [...targets.slice(from), ...targets.slice(0, from)]) {
        if ((await stateOf(target)).mark === pending) return false;
      }
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

/** What a person has settled counts as settled. */
function outcomeOf({ outcome, resolution }: OperationRecord): Outcome | undefined {
  if (outcome !== "unknown" || !resolution) return outcome;
  return resolution.as === "succeeded" ? "succeeded" : "failed";
}

async function begin({ record, ports, deliveryId }: Run, split: Split, target: string): Promise<void> {
  const { subject, traceparent, ...asked } = record.request;
  const request: OperationRequest = {
    ...asked,
    ...(subject === undefined ? {} : { subject }),
    source: childSource,
    onBehalfOf: asked.onBehalfOf ?? asked.source,
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
  if ((await putNew(ports.ledger, operationKey(operation), child)) !== undefined) {
    countAccepted(ports, child);
    return sendOutbox(ports, child);
  }
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
