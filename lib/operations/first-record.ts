import { type Children, type OperationRecord, recordVersion } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import type { OperationRequest } from "../contracts/request.ts";
import { outboxSlackMs, sweepSlackMs } from "./backoff.ts";

export interface Beginning {
  readonly operation: string;
  readonly request: OperationRequest;
  readonly contentHash: string;
  readonly step: string;
  readonly requestedBy: string;
  /** Why, for the history. */
  readonly note?: string;
  /** Absolute; default: counted from now. */
  readonly deadline?: number;
  readonly parent?: string;
  readonly children?: Children;
  /** Begins only once somebody else has approved it. */
  readonly needsApproval?: boolean;
  /** Message that asks for it: when it comes again, our own crash is behind it. */
  readonly messageId?: string;
  /** Of the span that accepts it; default: the one of the request. */
  readonly traceparent?: string | undefined;
}

/** An operation as it begins: its first event and its first step message are owed. */
export function firstRecord(ports: Ports, from: Beginning): OperationRecord {
  const now = ports.clock.now();
  const { randomness } = ports;
  const deadline = from.deadline ?? now + from.request.deadlineMs;
  return {
    kind: "operation",
    v: recordVersion,
    id: from.operation,
    nonce: randomness.id(),
    contentHash: from.contentHash,
    request: from.request,
    requestedBy: from.requestedBy,
    ...(from.parent === undefined ? {} : { parent: from.parent }),
    ...(from.children === undefined ? {} : { children: from.children }),
    state: "active",
    step: from.step,
    stepSince: now,
    seq: 1,
    n: 0,
    intents: {},
    history: [{ at: now, what: "accepted", detail: acceptedDetail(from) }],
    outbox: [
      {
        kind: "event",
        provedBy: 1,
        seq: 1,
        index: 0,
        type: "drover.operation.accepted",
        at: now,
        data: { next: from.step },
      },
    ],
    ...(from.messageId === undefined ? {} : { writer: from.messageId }),
    createdAt: now,
    updatedAt: now,
    sweeps: 0,
    deadline,
    traceparent: from.traceparent ?? from.request.traceparent ?? `00-${randomness.hex(32)}-${randomness.hex(16)}-01`,
    ...(from.needsApproval
      ? untilApproved(from.operation, now, deadline)
      : { owedStep: { n: 0, attempt: 0, notBefore: now }, wakeAt: now + sweepSlackMs }),
  };
}

function acceptedDetail({ parent, requestedBy, note }: Beginning): string {
  return `from ${parent ?? requestedBy}${note === undefined ? "" : `: ${note}`}`;
}

/** Nothing is sent to a step before somebody approves it; at its deadline the sweep ends it. */
function untilApproved(operation: string, now: number, deadline: number): Partial<OperationRecord> {
  const reason = "Somebody else than who asked for it has to approve it";
  const event = { kind: "event", provedBy: 1, seq: 1, at: now } as const;
  return {
    approval: {},
    waitingFor: { code: "approval", detail: reason, since: now },
    outbox: [
      { ...event, index: 0, type: "drover.operation.accepted", data: { next: "approval" } },
      {
        ...event,
        index: 1,
        type: "drover.operation.attention",
        data: { code: "approval", reason, next: `drover operations approve ${operation}` },
      },
    ],
    resumeAt: deadline,
    wakeAt: now + outboxSlackMs,
  };
}
