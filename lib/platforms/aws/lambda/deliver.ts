import type { Context } from "aws-lambda";
import type { MessageHandler } from "../../../contracts/ports.ts";
import { eachOf } from "../../batches.ts";
import { deliver, type Handled } from "../../deliver.ts";
import type { DecodedBatch, DecodedRecord } from "./decode.ts";
import { guardOf } from "./time-guard.ts";

/** Deliveries of one batch at work at once: a step is a call or two of a provider, and an instance has one core or less. */
const concurrency = 10;

/** Hands every delivery to the handler, each on its own: what one of them throws is that one's. */
export function deliverEach(open: () => Promise<MessageHandler>) {
  return async ({ records }: DecodedBatch, context: Context): Promise<readonly Handled[]> => {
    const guard = guardOf(context);
    const handler = await open();
    const handled: Handled[] = [];
    await eachOf(records, concurrency, async (record) => {
      handled.push(givenUpUnread(record) ?? (await deliver(handler, record.delivery, guard)));
    });
    return handled;
  };
}

function givenUpUnread({ delivery, flaw: cause }: DecodedRecord): Handled | undefined {
  return cause === undefined ? undefined : { delivery, begun: true, settlement: { kind: "dead-letter", cause }, cause };
}
