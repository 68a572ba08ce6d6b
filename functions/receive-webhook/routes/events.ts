import { Hono } from "hono";
import type { Caller } from "../../../lib/clients/caller.ts";
import { NotFoundError } from "../../../lib/contracts/errors.ts";
import type { DroverEvent } from "../../../lib/contracts/event.ts";
import { callerOf } from "../callers.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { eventStream } from "../event-stream.ts";
import { countIn, refuseUnknown } from "../input.ts";
import { eventOrTime } from "../wait.ts";

const longestWaitSeconds = 30;

/** An event that names no operation, such as a rejection, is for whoever sees everything. */
function shows(caller: Caller, { data }: DroverEvent): boolean {
  if (caller.seesAll) return true;
  const { requestSource: source, requestType: type, connection } = data;
  return (
    source !== undefined && type !== undefined && connection !== undefined && caller.sees({ source, type, connection })
  );
}

const positions = { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER };

/** Where a reader that was interrupted goes on; it counts for more than where the first reading began. */
function lastEventId({ headers }: Request): { readonly after?: string } {
  const id = headers.get("last-event-id");
  return id === null ? {} : { after: id };
}

/** Events in their order, page by page. With `wait` an empty page is held back until there is one, or the time is over. */
export function eventRoutes(dependencies: ApplicationDependencies): Hono {
  const { events, ports } = dependencies;
  const routes = new Hono();
  routes.get("/events", async ({ req, json }) => {
    if (!events) throw new NotFoundError("Expected a platform that keeps its events, got one that hands them to a bus");
    const query = req.query();
    refuseUnknown(query, ["after", "limit", "wait"]);
    const after = countIn(query, "after", positions);
    const caller = callerOf(req.raw);
    if (/\btext\/event-stream\b/i.test(req.header("accept") ?? "")) {
      const last = countIn({ ...query, ...lastEventId(req.raw) }, "after", positions);
      return eventStream(dependencies, {
        events,
        after: last,
        shows: ({ event }) => shows(caller, event),
        signal: req.raw.signal,
      });
    }
    const limit = countIn(query, "limit", { default: 100, min: 1, max: 1000 });
    const waitSeconds = countIn(query, "wait", { default: 0, min: 0, max: longestWaitSeconds });
    const endsAtMs = ports.clock.monotonicMs() + waitSeconds * 1000;
    let page = await events.read(after, limit);
    while (page.length === 0 && !req.raw.signal.aborted) {
      const leftMs = endsAtMs - ports.clock.monotonicMs();
      if (leftMs <= 0) break;
      await eventOrTime(dependencies, leftMs, req.raw.signal);
      page = await events.read(after, limit);
    }
    // The position goes on also where nothing is shown.
    return json({ events: page.filter(({ event }) => shows(caller, event)), next: page.at(-1)?.position ?? after });
  });
  return routes;
}
