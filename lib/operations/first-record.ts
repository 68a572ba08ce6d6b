import { type Children, type OperationRecord, recordVersion } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import type { OperationRequest } from "../contracts/request.ts";
import { sweepSlackMs } from "./backoff.ts";

export interface Beginning {
  readonly operation: string;
  readonly request: OperationRequest;
  readonly contentHash: string;
  readonly step: string;
  readonly requestedBy: string;
  /** Absolute; default: counted from now. */
  readonly deadline?: number;
  readonly parent?: string;
  readonly children?: Children;
  /** Message that asks for it: when it comes again, our own crash is behind it. */
  readonly messageId?: string;
}

/** An operation as it begins: its first event and its first step message are owed. */
export function firstRecord(ports: Ports, from: Beginning): OperationRecord {
  const now = ports.clock.now();
  const { randomness } = ports;
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
    history: [{ at: now, what: "accepted", detail: `from ${from.parent ?? from.requestedBy}` }],
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
    owedStep: { n: 0, attempt: 0, notBefore: now },
    ...(from.messageId === undefined ? {} : { writer: from.messageId }),
    createdAt: now,
    updatedAt: now,
    wakeAt: now + sweepSlackMs,
    sweeps: 0,
    deadline: from.deadline ?? now + from.request.deadlineMs,
    traceparent: from.request.traceparent ?? `00-${randomness.hex(32)}-${randomness.hex(16)}-01`,
  };
}
