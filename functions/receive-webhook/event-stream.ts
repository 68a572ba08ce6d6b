import type { DroverEvent } from "../../lib/contracts/event.ts";
import type { ReadableBus, StoredEvent } from "../../lib/contracts/ports.ts";
import type { ApplicationDependencies } from "./dependencies.ts";
import { eventOrTime } from "./wait.ts";

/** Events in one piece of the stream: what a slow reader makes the process hold, at the most. */
const pageSize = 100;
/** A comment that keeps proxies from taking the stream for dead. */
const heartbeatMs = 15_000;

export interface EventStreamOptions {
  readonly events: Pick<ReadableBus, "read">;
  /** The first event is the one after this position. */
  readonly after: number;
  readonly shows: (stored: StoredEvent) => boolean;
  /** An event as the reader may see it; default: as it is. */
  readonly view?: (stored: StoredEvent) => Promise<StoredEvent>;
  readonly signal: AbortSignal;
  /** Called when the reader has gone. */
  readonly ended?: () => void;
}

/**
 * Server-sent events: each with its position as id, so that a reader that comes again goes on where it was. Nothing is read ahead: the
 * next page is read when the reader has taken the one before.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventStream(
  dependencies: Pick<ApplicationDependencies, "events" | "after">,
  { events, after, shows, view = async (stored) => stored, signal, ended = () => undefined }: EventStreamOptions,
): Response {
  let position = after;
  const gone = new AbortController();
  const over = AbortSignal.any([signal, gone.signal]);
  if (over.aborted) ended();
  else over.addEventListener("abort", ended, { once: true });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const page = await events.read(position, pageSize);
          if (page.length > 0) {
            const shown = page.map(async (stored) => (shows(stored) ? view(stored) : { position: stored.position }));
            const text = (await Promise.all(shown)).map(textOf).join("");
            position = page.at(-1)?.position ?? position;
            controller.enqueue(encoder.encode(text));
            return;
          }
        } catch (error) {
          gone.abort();
          throw error;
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

/** What many readers are sent is written out once. */
const texts = new WeakMap<DroverEvent, string>();

/** One that is not shown still moves the place at which the reader goes on. */
function textOf({ position, event }: { readonly position: number; readonly event?: DroverEvent }): string {
  if (!event) return `id: ${position}\n\n`;
  const data = texts.get(event) ?? JSON.stringify(event);
  texts.set(event, data);
  return `id: ${position}\nevent: ${event.type}\ndata: ${data}\n\n`;
}
