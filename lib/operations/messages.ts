import { type DroverEvent, sequenceOf } from "../contracts/event.ts";
import { eventIdOf } from "../contracts/identifiers.ts";
import type { OperationRecord, Owed } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { encodeStepMessage, stepMessageVersion } from "../contracts/step-message.ts";
import { childTraceparent } from "../contracts/trace.ts";

type OwedEvent = Extract<Owed, { kind: "event" }>;

export function eventOf(record: OperationRecord, owed: OwedEvent): DroverEvent {
  const { request } = record;
  return {
    specversion: "1.0",
    id: eventIdOf(record.id, owed.seq, owed.index),
    source: "/drover",
    type: owed.type,
    subject: record.id,
    time: new Date(owed.at).toISOString(),
    datacontenttype: "application/json",
    sequence: sequenceOf(owed.seq, owed.index),
    correlationid: request.id,
    ...(record.traceparent ? { traceparent: record.traceparent } : {}),
    data: {
      requestType: request.type,
      connection: request.connection,
      labels: request.labels,
      requestedBy: record.requestedBy,
      requestSource: request.onBehalfOf ?? request.source,
      ...(record.parent === undefined ? {} : { parent: record.parent }),
      ...owed.data,
    },
  };
}

/**
 * The step message that the record owes, or the one that a poll without a change sends on.
 * @param from `traceparent` of the hop that sends it; absent where no span is recorded
 */
export function stepMessageOf(
  ports: Ports,
  record: OperationRecord,
  owed: { readonly n: number; readonly attempt: number; readonly wake?: boolean | undefined },
  from?: string,
): string {
  const traceparent = from ?? traceparentAfter(ports, record.traceparent);
  return encodeStepMessage({
    v: stepMessageVersion,
    operation: record.id,
    step: record.step,
    seq: record.seq,
    n: owed.n,
    attempt: owed.attempt,
    deadline: record.deadline,
    ...(owed.wake ? { wake: true as const } : {}),
    ...(traceparent ? { traceparent } : {}),
  });
}

/** Where spans are recorded, one that nobody recorded would break the chain: then the hop follows the acceptance. */
function traceparentAfter({ telemetry, randomness }: Ports, traceparent: string | undefined): string | undefined {
  if (!traceparent || telemetry?.tracing) return traceparent;
  return childTraceparent(traceparent, randomness.hex(16));
}
