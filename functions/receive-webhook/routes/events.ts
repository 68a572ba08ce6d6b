import { Hono } from "hono";
import type { Caller } from "../../../lib/clients/caller.ts";
import { NotFoundError } from "../../../lib/contracts/errors.ts";
import type { DroverEvent } from "../../../lib/contracts/event.ts";
import type { StoredEvent } from "../../../lib/contracts/ports.ts";
import { callerOf } from "../callers.ts";
import { concealedEvent } from "../conceal.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { eventStream } from "../event-stream.ts";
import { countIn, refuseUnknown } from "../input.ts";
import { placeFor, tooManyWaiting } from "../places.ts";
import { eventsPerPage, positions, queryNames, waitSeconds } from "../query.ts";
import { sharedTail } from "../shared-tail.ts";
import { eventOrTime } from "../wait.ts";

/** An event that does not say whose request it is about is for whoever sees everything. */
function shows(caller: Caller, { type: eventType, data }: DroverEvent): boolean {
  if (caller.seesAll) return true;
  const { requestSource: source, requestType: type, connection } = data;
  if (source === undefined) return false;
  // What was rejected may have been too broken to say what it was about; its source stands there only for whoever may use it.
  if (eventType === "drover.operation.rejected") return caller.seesPart({ source, type, connection });
  return type !== undefined && connection !== undefined && caller.sees({ source, type, connection });
}

/** Where a reader that was interrupted goes on; it counts for more than where the first reading began. */
function lastEventId({ headers }: Request): { readonly after?: string } {
  const id = headers.get("last-event-id");
  return id === null ? {} : { after: id };
}

/** Events in their order, page by page. With `wait` an empty page is held back until there is one, or the time is over. */
export function eventRoutes(dependencies: ApplicationDependencies): Hono {
  const { events, eventsAt, ports } = dependencies;
  const tail = events && sharedTail(events);
  const routes = new Hono();
  routes.get("/events", async ({ req, json }) => {
    if (!tail) {
      const elsewhere = eventsAt === undefined ? "" : `: ${eventsAt}`;
      throw new NotFoundError(
        `Expected a platform that keeps its events, got one that hands them to a bus${elsewhere}`,
      );
    }
    const query = req.query();
    refuseUnknown(query, queryNames.events);
    const after = countIn(query, "after", positions);
    const caller = callerOf(req.raw);
    const view = (stored: StoredEvent) => concealedEvent(dependencies, caller, stored);
    if (/\btext\/event-stream\b/i.test(req.header("accept") ?? "")) {
      const last = countIn({ ...query, ...lastEventId(req.raw) }, "after", positions);
      // Whoever asks for the headers alone reads no stream, and would never give its place back.
      const release = placeFor(dependencies, caller, req.raw.method !== "HEAD");
      if (!release) return tooManyWaiting();
      return eventStream(dependencies, {
        events: tail,
        after: last,
        shows: ({ event }) => shows(caller, event),
        view,
        signal: req.raw.signal,
        ended: release,
      });
    }
    const limit = countIn(query, "limit", eventsPerPage);
    const seconds = countIn(query, "wait", waitSeconds);
    const endsAtMs = ports.clock.monotonicMs() + seconds * 1000;
    const release = placeFor(dependencies, caller, seconds > 0);
    if (!release) return tooManyWaiting();
    try {
      let page = await tail.read(after, limit);
      while (page.length === 0 && !req.raw.signal.aborted) {
        const leftMs = endsAtMs - ports.clock.monotonicMs();
        if (leftMs <= 0) break;
        await eventOrTime(dependencies, leftMs, req.raw.signal);
        page = await tail.read(after, limit);
      }
      const shown = await Promise.all(page.filter(({ event }) => shows(caller, event)).map(view));
      // The position goes on also where nothing is shown.
      return json({ events: shown, next: page.at(-1)?.position ?? after });
    } finally {
      release();
    }
  });
  return routes;
}
