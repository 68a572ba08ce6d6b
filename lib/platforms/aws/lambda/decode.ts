import type { SQSEvent, SQSRecord } from "aws-lambda";
import type { ReceivedDelivery } from "../../../contracts/ports.ts";
import type { Middleware } from "./middleware.ts";

export interface DecodedRecord {
  readonly delivery: ReceivedDelivery;
  /** Why it is none that a handler could be given. */
  readonly flaw?: string;
}

/** What an invocation of a queue function was given. */
export interface DecodedBatch {
  readonly records: readonly DecodedRecord[];
}

/** From the records of an SQS event to deliveries. @param queueOf the queue's name by the ARN that its records come with */
export function decodeRecords(queueOf: (arn: string) => string): Middleware {
  return {
    before(invocation) {
      const { Records } = invocation.event as SQSEvent;
      const batch: DecodedBatch = { records: Records.map((record) => decoded(record, queueOf)) };
      invocation.event = batch;
    },
  };
}

/** A record is the platform's, so that a broken one is next to impossible; one that is broken all the same is no reason to fail its neighbours. */
function decoded(record: Partial<SQSRecord>, queueOf: (arn: string) => string): DecodedRecord {
  const { messageId: id = "", body, receiptHandle: receipt = "", eventSourceARN = "", attributes } = record;
  const receives = Number(attributes?.ApproximateReceiveCount ?? 1);
  const sentAt = Number(attributes?.SentTimestamp ?? 0);
  const delivery = { queue: queueOf(eventSourceARN), id, receipt, receives, sentAt };
  if (typeof body === "string" && id !== "" && Number.isInteger(receives)) return { delivery: { ...delivery, body } };
  const flaw = "Expected a record of SQS with an id, a body and a count of receives, got another one";
  return { delivery: { ...delivery, receives: 1, body: JSON.stringify(record) }, flaw };
}
