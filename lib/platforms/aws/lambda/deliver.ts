import type { Context } from "aws-lambda";
import { messageOf } from "../../../contracts/errors.ts";
import type { MessageHandler, ReceivedDelivery, Settlement } from "../../../contracts/ports.ts";
import { eachOf } from "../batches.ts";
import type { DecodedBatch, DecodedRecord } from "./decode.ts";
import { guardOf, type TimeGuard } from "./time-guard.ts";

/** What became of one delivery. */
export interface Handled {
  readonly delivery: ReceivedDelivery;
  /** Absent when the handler threw or did not come back. */
  readonly settlement?: Settlement;
  readonly cause: string;
  /** False when there was no time left to begin: no try of the message. */
  readonly begun: boolean;
}

/** Deliveries of one batch at work at once: a step is a call or two of a provider, and an instance has one core or less. */
const concurrency = 10;

/** Hands every delivery to the handler, each on its own: what one of them throws is that one's. */
export function deliverEach(open: () => Promise<MessageHandler>) {
  return async ({ records }: DecodedBatch, context: Context): Promise<readonly Handled[]> => {
    const guard = guardOf(context);
    const handler = await open();
    const handled: Handled[] = [];
    await eachOf(records, concurrency, async (record) => {
      handled.push(await deliver(handler, record, guard));
    });
    return handled;
  };
}

async function deliver(handler: MessageHandler, { delivery, flaw }: DecodedRecord, guard: TimeGuard): Promise<Handled> {
  if (flaw !== undefined)
    return { delivery, begun: true, settlement: { kind: "dead-letter", cause: flaw }, cause: flaw };
  if (guard.signal.aborted) return { delivery, begun: false, cause: "the function had no time left to begin it" };
  const { signal, remainingMs } = guard;
  const late = guard.over.then(() => "late" as const);
  try {
    const settlement = await Promise.race([handler(delivery, { signal, remainingMs }), late]);
    if (settlement !== "late") return { delivery, begun: true, settlement, cause: "" };
    return { delivery, begun: true, cause: "the handler did not end before the function's time was over" };
  } catch (error) {
    return { delivery, begun: true, cause: messageOf(error) };
  }
}
