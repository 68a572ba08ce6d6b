import type { ReadableBus, StoredEvent } from "../../lib/contracts/ports.ts";
import type { ApplicationDependencies } from "./dependencies.ts";
import { eventOrTime } from "./wait.ts";

/** Events in one piece of the stream: what a slow reader makes the process hold, at the most. */
const pageSize = 100;
/** A comment that keeps proxies from taking the stream for dead. */
const heartbeatMs = 15_000;

export interface EventStreamOptions {
  readonly events: ReadableBus;
  /** The first event is the one after this position. */
  readonly after: number;
  readonly shows: (stored: StoredEvent) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Server-sent events: each with its position as id, so that a reader that comes again goes on where it was. Nothing is read ahead: the
 * next page is read when the reader has taken the one before.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventStream(
  dependencies: Pick<ApplicationDependencies, "events" | "after">,
  { events, after, shows, signal }: EventStreamOptions,
): Response {
  let position = after;
  const gone = new AbortController();
  const over = AbortSignal.any([signal, gone.signal]);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const page = await events.read(position, pageSize);
        if (page.length > 0) {
          position = page.at(-1)?.position ?? position;
          controller.enqueue(encoder.encode(textOf(page, shows)));
          return;
        }
        await eventOrTime(dependencies, heartbeatMs, over);
        if (over.aborted) controller.close();
        else controller.enqueue(encoder.encode(":\n\n"));
      },
      cancel() {
        gone.abort();
      },
    },
    { highWaterMark: 0 },
  );
  const headers = { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" };
  return new Response(body, { headers });
}

/** One that is not shown still moves the place at which the reader goes on. */
function textOf(page: readonly StoredEvent[], shows: (stored: StoredEvent) => boolean): string {
  return page
    .map((stored) => {
      const id = `id: ${stored.position}\n`;
      return shows(stored) ? `${id}event: ${stored.event.type}\ndata: ${JSON.stringify(stored.event)}\n\n` : `${id}\n`;
    })
    .join("");
}
