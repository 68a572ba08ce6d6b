import type { Caller } from "../../lib/clients/caller.ts";
import { DroverError, InvalidInputError, RetryableError } from "../../lib/contracts/errors.ts";
import { checkJson, parseJsonOf } from "../../lib/contracts/parse.ts";
import type { Log } from "../../lib/contracts/ports.ts";
import { RejectedRequestError } from "../../lib/contracts/request.ts";
import { type Acceptance, rejectedEvent } from "../../lib/operations/accept.ts";
import { batchBytes, batchEvents } from "./batch-limits.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

export type BatchItem =
  | { readonly operation: string; readonly status: Acceptance["kind"]; readonly location: string }
  | { readonly status: "refused"; readonly code: string; readonly detail: string };

/** @throws InvalidInputError for what is no batch */
export function batchOf(body: string): readonly unknown[] {
  const value = parseJsonOf(body, "a batch of requests", batchBytes);
  if (Array.isArray(value) && value.length <= batchEvents) return value;
  throw new InvalidInputError(`Expected a JSON array of at most ${batchEvents} events, got another value`, {
    code: "not-a-batch",
  });
}

/**
 * Takes each request of a batch for itself. One that cannot be accepted is told by an event, as if it had come by queue, and does not
 * keep the others from being taken: a sender would only send the same batch again.
 * @throws RetryableError when one could not be stored: the whole batch again is safe
 */
export async function acceptBatch(
  { ports }: Pick<ApplicationDependencies, "ports">,
  events: readonly unknown[],
  caller: Caller,
  accept: (request: string) => Promise<Acceptance>,
): Promise<readonly BatchItem[]> {
  const items: BatchItem[] = [];
  for (const each of events) {
    let text = "";
    try {
      // Before it is written out again: what is too deep cannot be.
      checkJson(each, "a request");
      text = JSON.stringify(each);
      const { operation, kind } = await accept(text);
      items.push({ operation, status: kind, location: `/operations/${operation}` });
    } catch (error) {
      if (!(error instanceof DroverError) || error instanceof RetryableError) throw error;
      if (error instanceof RejectedRequestError) {
        const maySend = (source: string) => caller.seesPart({ source });
        await ports.bus.publish([rejectedEvent(ports, text, error, maySend)]);
      }
      items.push({ status: "refused", code: error.code, detail: error.message });
    }
  }
  tellRefused(ports.log, caller, items);
  return items;
}

/** One line for all of a batch, so that a sender that goes on and on does not fill the log. */
function tellRefused(log: Log, { name }: Caller, items: readonly BatchItem[]): void {
  const counts = new Map<string, number>();
  for (const item of items) if (item.status === "refused") counts.set(item.code, (counts.get(item.code) ?? 0) + 1);
  if (counts.size === 0) return;
  const refused = items.filter(({ status }) => status === "refused").length;
  const codes = [...counts].map(([code, count]) => `${code} ${count}`).sort();
  log.warn("requests of a batch were refused", { by: name, refused, codes: codes.join(", ") });
}
