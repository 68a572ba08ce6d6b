import { Hono } from "hono";
import { durationMs } from "../../../lib/contracts/duration.ts";
import { cancelOperation } from "../../../lib/operations/commands.ts";
import { acknowledge, extendWait } from "../../../lib/operations/waits.ts";
import { refuseUnlessAwaited } from "../acknowledgeable.ts";
import { acknowledgeSchema, extendSchema, noteSchema } from "../bodies.ts";
import { callerOf } from "../callers.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { bodyAs, durably } from "../input.ts";
import { idOf, unknownOperation, wholeOf } from "../lookup.ts";

/** What people and consumers decide while a rotation waits. */
export function rotationRoutes(dependencies: ApplicationDependencies): Hono {
  const { ports } = dependencies;
  const routes = new Hono();

  routes.post("/operations/:id/actions/abort", async ({ req, json }) => {
    const caller = callerOf(req.raw);
    const id = await idOf(dependencies, caller, req.param("id"));
    const { note } = await bodyAs(req.raw, noteSchema, "the body of an abort");
    const { kind } = await cancelOperation(ports, id, personOf(caller.name, note));
    if (kind === "absent") throw unknownOperation(id);
    await durably(dependencies);
    return json({ operation: id, cancel: kind }, kind === "requested" ? 202 : 200);
  });

  routes.post("/operations/:id/actions/extend", async ({ req, json }) => {
    const caller = callerOf(req.raw);
    const { id } = await wholeOf(dependencies, caller, req.param("id"));
    const { by, note } = await bodyAs(req.raw, extendSchema, "the body of an extend");
    const until = await extendWait(ports, id, durationMs(by), personOf(caller.name, note));
    await durably(dependencies);
    return json({ operation: id, waitsUntil: new Date(until).toISOString() }, 202);
  });

  routes.post("/operations/:id/actions/acknowledge", async ({ req, json }) => {
    const caller = callerOf(req.raw);
    const { id } = await wholeOf(dependencies, caller, req.param("id"));
    const { consumer, note } = await bodyAs(req.raw, acknowledgeSchema, "the body of an acknowledgement");
    const acknowledgement = await acknowledge(ports, id, consumer, personOf(caller.name, note), (record) =>
      refuseUnlessAwaited(record, consumer),
    );
    await durably(dependencies);
    return json({ operation: id, acknowledgement }, acknowledgement === "acknowledged" ? 202 : 200);
  });
  return routes;
}

const personOf = (by: string, note: string | undefined) => ({ by, ...(note === undefined ? {} : { note }) });
