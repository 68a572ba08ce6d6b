import { DroverError, InvalidInputError, RetryableError } from "../../lib/contracts/errors.ts";
import { parseBoundedJson } from "../../lib/contracts/parse.ts";
import { RejectedRequestError } from "../../lib/contracts/request.ts";
import { type Acceptance, rejectedEvent } from "../../lib/operations/accept.ts";
import { batchBytes, batchEvents } from "./batch-limits.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

export type BatchItem =
  | { readonly operation: string; readonly status: Acceptance["kind"]; readonly location: string }
  | { readonly status: "refused"; readonly code: string; readonly detail: string };

/**
 * Takes each request of a batch for itself. One that cannot be accepted is told by an event, as if it had come by queue, and does not
 * keep the others from being taken: a sender would only send the same batch again.
 * @throws InvalidInputError for what is no batch; RetryableError when one could not be stored: the whole batch again is safe
 */
export async function acceptBatch(
  { ports }: ApplicationDependencies,
  body: string,
  accept: (request: string) => Promise<Acceptance>,
): Promise<readonly BatchItem[]> {
  const value = parseBoundedJson(body, "a batch of requests", batchBytes);
  if (!Array.isArray(value) || value.length > batchEvents) {
    throw new InvalidInputError(`Expected a JSON array of at most ${batchEvents} events, got another value`, {
      code: "not-a-batch",
    });
  }
  const items: BatchItem[] = [];
  for (const each of value) {
    const text = JSON.stringify(each);
    try {
      const { operation, kind } = await accept(text);
      items.push({ operation, status: kind, location: `/operations/${operation}` });
    } catch (error) {
      if (!(error instanceof DroverError) || error instanceof RetryableError) throw error;
      if (error instanceof RejectedRequestError) await ports.bus.publish([rejectedEvent(ports, text, error)]);
      items.push({ status: "refused", code: error.code, detail: error.message });
    }
  }
  return items;
}
