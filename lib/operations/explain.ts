import { describeDuration } from "../contracts/duration.ts";
import type { Outcome } from "../contracts/event.ts";
import { type Children, isQuarantined, type OperationRecord } from "../contracts/operation.ts";
import { countsOf } from "./children-marks.ts";
import { acknowledgeCommands, explainedWait, isRotation } from "./explain-rotation.ts";
import { openIntents } from "./run.ts";

export interface ExplainedEntry {
  readonly at: string;
  readonly what: string;
  readonly step?: string;
  readonly detail?: string;
  readonly requestId?: string;
}

/** What has become of an operation, for a person who has to decide whether to do something. Nothing prepared, no handle. */
export interface Explanation {
  readonly operation: string;
  /** One sentence: where it stands. */
  readonly summary: string;
  readonly state: "active" | "ended";
  readonly outcome?: string;
  readonly timeline: readonly ExplainedEntry[];
  readonly waitsFor?: {
    readonly code: string;
    readonly detail: string;
    readonly since: string;
    readonly forMs: number;
  };
  /** When something happens by itself; absent when nothing does any more. */
  readonly next?: { readonly at: string; readonly what: string };
  readonly deadline: { readonly at: string; readonly leftMs: number };
  /** Who acts next, and with which commands when it is a person. */
  readonly acts: { readonly who: "drover" | "provider" | "person" | "nobody"; readonly commands: readonly string[] };
  readonly effects: readonly {
    readonly name: string;
    readonly attempt: number;
    readonly state: "done" | "found-later" | "open";
    readonly since: string;
  }[];
  /** The operation that this one is a part of. */
  readonly parent?: string;
  /** Of a parent: how its parts stand, and how to see those that did not succeed. */
  readonly children?: {
    readonly total: number;
    readonly ended: Readonly<Partial<Record<Outcome, number>>>;
    readonly commands: readonly string[];
  };
  readonly provider: {
    readonly status?: string;
    readonly ids: Readonly<Record<string, string>>;
    readonly requestIds: readonly string[];
  };
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Waits that a person ends, or ends sooner. */
const commandsByWait: Readonly<Record<string, (record: OperationRecord) => readonly string[]>> = {
  paused: ({ request }) => [`drover connections resume ${request.connection}`],
  unauthorized: ({ request }) => [`drover connections check ${request.connection}`],
  configuration: () => ["drover config check"],
  turn: ({ waitingFor }) => (waitingFor?.who === undefined ? [] : [`drover explain ${waitingFor.who}`]),
  claim: ({ waitingFor }) => (waitingFor?.who === undefined ? [] : [`drover explain ${waitingFor.who}`]),
  acknowledgement: acknowledgeCommands,
  waiting: (record) => explainedWait(record)?.commands ?? [],
  verifying: () => [],
  settling: () => [],
  "in-flight": ({ request }) => [`drover operations list --state active --connection ${request.connection}`],
  rate: () => [],
  approval: ({ id }) => [`drover operations approve ${id}`],
  fenced: () => [],
  certificate: ({ id }) => [`drover operations supply ${id} --certificate leaf.pem`],
};
/** Waits that end without anybody. */
const endsByItself = new Set(["turn", "claim", "in-flight", "rate", "fenced", "waiting", "verifying", "settling"]);

export function explain(record: OperationRecord, nowMs: number): Explanation {
  const { waitingFor } = record;
  const next = nextOf(record, nowMs);
  return {
    operation: record.id,
    summary: summaryOf(record, nowMs),
    state: record.state,
    ...(record.outcome === undefined ? {} : { outcome: record.outcome }),
    timeline: record.history.map(({ at, ...entry }) => ({ at: iso(at), ...entry })),
    ...(waitingFor
      ? {
          waitsFor: {
            code: waitingFor.code,
            detail: waitingFor.detail,
            since: iso(waitingFor.since),
            forMs: Math.max(0, nowMs - waitingFor.since),
          },
        }
      : {}),
    ...(next ? { next } : {}),
    deadline: { at: iso(record.deadline), leftMs: Math.max(0, record.deadline - nowMs) },
    acts: actorOf(record),
    ...(record.parent === undefined ? {} : { parent: record.parent }),
    ...(record.children ? { children: childrenOf(record, record.children) } : {}),
    effects: Object.entries(record.intents).map(([name, intent]) => ({
      name,
      attempt: intent.attempt,
      state: intent.result === undefined ? "open" : intent.recovered ? "found-later" : "done",
      since: iso(intent.writtenAt),
    })),
    provider: {
      ...(record.providerStatus === undefined ? {} : { status: record.providerStatus }),
      ids: record.providerIds ?? {},
      requestIds: [...new Set(record.history.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId])))],
    },
  };
}

function childrenOf({ id }: OperationRecord, children: Children): NonNullable<Explanation["children"]> {
  const ended = countsOf(children);
  const others = Object.keys(ended).filter((outcome) => outcome !== "succeeded");
  return {
    total: children.total,
    ended,
    commands: others.map((outcome) => `drover operations list --parent ${id} --outcome ${outcome}`),
  };
}

function summaryOf(record: OperationRecord, nowMs: number): string {
  if (record.state === "ended") {
    const took = describeDuration((record.endedAt ?? record.updatedAt) - record.createdAt);
    const resolved = record.resolution
      ? `, resolved as ${record.resolution.as} by ${record.resolution.by}: ${record.resolution.note}`
      : "";
    return `Ended as ${record.outcome ?? "unknown"} after ${took}${record.reason ? `: ${record.reason}` : ""}${resolved}`;
  }
  if (record.parked) {
    return `Stopped at ${record.step} since ${iso(record.parked.at)}: its message became dead letter ${record.parked.deadLetter}`;
  }
  if (record.cancelRequested)
    return `Cancel asked for by ${record.cancelRequested.by}; the provider's state is being proven`;
  const wait = explainedWait(record);
  if (wait) return wait.summary;
  if (record.waitingFor) {
    const forTime = describeDuration(Math.max(0, nowMs - record.waitingFor.since));
    return `Waiting at ${record.step} for ${forTime} (${record.waitingFor.code}): ${record.waitingFor.detail}`;
  }
  if (openIntents(record).length > 0)
    return `At ${record.step}: a request to the provider is under way or its answer was lost`;
  if (record.concluded) {
    return `Ends as ${record.concluded.outcome} once its traces at the provider are removed (${record.step})`;
  }
  if (record.children) {
    return `At ${record.step} with ${record.children.total} operations: ${record.providerStatus ?? "none has ended"}`;
  }
  const status = record.providerStatus ? `, the provider says ${record.providerStatus}` : "";
  return `At ${record.step} for ${describeDuration(Math.max(0, nowMs - record.stepSince))}${status}`;
}

/** What comes next by itself: the step message that is under way, or else the sweep. */
function nextOf(record: OperationRecord, nowMs: number): Explanation["next"] {
  if (record.state === "ended") return undefined;
  if (record.parked) return { at: iso(record.deadline), what: "the deadline ends it" };
  const open = openIntents(record).find((intent) => intent.liveUntil > nowMs);
  if (open) {
    return {
      at: iso(open.liveUntil),
      what: "the answer is written down before, or the provider is asked what became of it",
    };
  }
  if (record.resumeAt !== undefined) {
    return { at: iso(record.resumeAt), what: explainedWait(record)?.next ?? `step ${record.step}` };
  }
  const waits = record.waitingFor?.code;
  if (waits === "turn" || waits === "claim")
    return sweepOf(record, "the turn is handed over before, or the sweep looks");
  if (waits === "in-flight") return sweepOf(record, "a place becomes free before, or the sweep looks");
  // Polls without a change are not written down, so that later ones than this may have happened.
  if (record.owedStep && record.owedStep.notBefore > nowMs) {
    return { at: iso(record.owedStep.notBefore), what: `step ${record.step}` };
  }
  return sweepOf(record, `step ${record.step} goes on before, or the sweep sends it again`);
}

function sweepOf(record: OperationRecord, what: string): Explanation["next"] {
  return record.wakeAt === undefined ? undefined : { at: iso(record.wakeAt), what };
}

function actorOf(record: OperationRecord): Explanation["acts"] {
  if (record.state === "ended") {
    return isQuarantined(record)
      ? {
          who: "person",
          commands: [`drover operations resolve ${record.id} --as succeeded|failed|not-done --note TEXT`],
        }
      : { who: "nobody", commands: [] };
  }
  const end = isRotation(record) ? "abort" : "cancel";
  const cancel = record.cancelRequested ? [] : [`drover operations ${end} ${record.id}`];
  if (record.parked) {
    return { who: "person", commands: [`drover dead-letters redrive ${record.parked.deadLetter}`, ...cancel] };
  }
  const asked = record.waitingFor && commandsByWait[record.waitingFor.code]?.(record);
  const waits = record.waitingFor?.code ?? "";
  if (asked) return { who: endsByItself.has(waits) ? "drover" : "person", commands: [...asked, ...cancel] };
  return { who: record.handle === undefined || record.concluded ? "drover" : "provider", commands: cancel };
}
