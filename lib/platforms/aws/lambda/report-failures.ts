import type { SQSBatchResponse } from "aws-lambda";
import type { Handled } from "../../deliver.ts";
import { type SettleParts, settle } from "../../settle.ts";
import type { Middleware } from "./middleware.ts";

/** Settles what was handled, and names what SQS has to keep: everything else of the batch it removes. */
export function reportFailures(parts: SettleParts): Middleware {
  return {
    async after(invocation) {
      const handled = invocation.response as readonly Handled[];
      const kept = await Promise.all(handled.map(async (one) => !(await settle(parts, one))));
      const response: SQSBatchResponse = {
        batchItemFailures: handled
          .filter((_, index) => kept[index])
          .map(({ delivery }) => ({ itemIdentifier: delivery.id })),
      };
      invocation.response = response;
    },
  };
}
