import type { JsonObject } from "../../../lib/contracts/json.ts";
import type { Mint } from "../../../lib/contracts/mint.ts";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import { fetchedOf, type HandOver, handOverOf, type Offer } from "../../hand-over/state.ts";
import { nextOf } from "./next.ts";
import { fetchedView, readyView } from "./pickup-view.ts";

const time = (ms: number): string => new Date(ms).toISOString();

/** How far a hand-over is, for whoever is to take what is handed over: never its content. */
export function handoffView(record: OperationRecord, mint: Mint | undefined, nowMs: number): JsonObject {
  const { id, request, waitingFor, outcome, code, reason } = record;
  const state = stateOf(record);
  const ready = record.pickup?.ready;
  const fetched = state && fetchedOf(record, state);
  return {
    operation: id,
    type: request.type,
    connection: request.connection,
    phase: phaseOf(record, state),
    ...(mint === undefined ? {} : { what: mint.what, instructions: mint.instructions }),
    ...(state?.offer === undefined ? {} : offered(state.offer, nowMs)),
    ...(ready === undefined ? {} : { ready: readyView(ready) }),
    ...(fetched === undefined ? {} : { fetched: fetchedView(fetched) }),
    ...(waitingFor === undefined ? {} : { waitingFor: waitView(waitingFor) }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(code === undefined ? {} : { code }),
    ...(reason === undefined ? {} : { reason }),
    deadline: time(record.deadline),
    updatedAt: time(record.updatedAt),
    next: nextOf(record, state, nowMs),
  };
}

/** What a later release has written is no reason to show nothing of one that has ended. */
function stateOf(record: OperationRecord): HandOver | undefined {
  try {
    return handOverOf(record);
  } catch (error) {
    if (record.state === "ended") return undefined;
    throw error;
  }
}

function phaseOf({ state }: OperationRecord, handOver: HandOver | undefined): string {
  if (state === "ended") return "ended";
  return handOver?.phase ?? "not-begun";
}

function offered({ fileName, bytes, sha256, expiresAt }: Offer, nowMs: number): JsonObject {
  const secondsLeft = Math.max(0, Math.floor((expiresAt - nowMs) / 1000));
  return { fileName, bytes, sha256, expiresAt: time(expiresAt), secondsLeft };
}

function waitView({ code, detail, since, who }: NonNullable<OperationRecord["waitingFor"]>): JsonObject {
  return { code, detail, since: time(since), ...(who === undefined ? {} : { who }) };
}
