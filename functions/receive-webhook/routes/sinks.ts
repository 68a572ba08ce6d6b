import { Hono } from "hono";
import { InvalidInputError } from "../../../lib/contracts/errors.ts";
import { describeSinks, type SinkDescription } from "../../../lib/sinks/describe.ts";
import { enableSink, replay } from "../../../lib/sinks/operate.ts";
import { enableSchema, replaySchema } from "../bodies.ts";
import { callerOf } from "../callers.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { bodyAs, durably } from "../input.ts";

/** Receivers of events over HTTP: how they stand, and what people do with them. */
export function sinkRoutes(dependencies: ApplicationDependencies): Hono {
  const { ports, sinks } = dependencies;
  const routes = new Hono();

  routes.get("/sinks", async ({ req, json }) => {
    if (!callerOf(req.raw).seesAll) return json({ sinks: [] });
    const descriptions = await describeSinks(sinks.sinks, { ...sinks, now: ports.clock.now() });
    return json({ sinks: descriptions.map(sinkView) });
  });

  routes.post("/sinks/:name/enable", async ({ req, json }) => {
    const { skipMissed = false } = await bodyAs(req.raw, enableSchema, "the body of an enable");
    if (skipMissed) refuseNarrowSight(req.raw);
    const { name, position } = await enableSink(sinks, req.param("name"), { skipMissed });
    await durably(dependencies);
    ports.log.info("a sink was enabled", { sink: name, skipMissed, by: callerOf(req.raw).name });
    return json({ name, position });
  });

  routes.post("/sinks/:name/replay", async ({ req, json }) => {
    refuseNarrowSight(req.raw);
    const range = await bodyAs(req.raw, replaySchema, "the body of a replay");
    const name = req.param("name");
    const replayed = await replay(sinks, name, range);
    await durably(dependencies);
    ports.log.info("events are handed to a sink again", { sink: name, ...range, by: callerOf(req.raw).name });
    return json({ name, ...replayed }, 202);
  });
  return routes;
}

/** Events of others pass through a sink: what is handed over, or left out, is not for who does not see them all. */
function refuseNarrowSight(request: Request): void {
  if (callerOf(request).seesAll) return;
  throw new InvalidInputError(
    'Expected a client that sees all sources, types and connections, got one that does not: give it "*" for each of them',
    { code: "not-allowed" },
  );
}

const time = (ms: number) => new Date(ms).toISOString();

function sinkView({ lastSuccess, lastFailure, failingSince, heldUntil, disabled, ...sink }: SinkDescription) {
  return {
    ...sink,
    ...(lastSuccess ? { lastSuccess: { ...lastSuccess, at: time(lastSuccess.at) } } : {}),
    ...(lastFailure ? { lastFailure: { ...lastFailure, at: time(lastFailure.at) } } : {}),
    ...(failingSince === undefined ? {} : { failingSince: time(failingSince) }),
    ...(heldUntil === undefined ? {} : { heldUntil: time(heldUntil) }),
    ...(disabled ? { disabled: { at: time(disabled.at), reason: disabled.reason } } : {}),
  };
}
