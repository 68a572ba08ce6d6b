import { Hono } from "hono";
import type { Caller } from "../../../lib/clients/caller.ts";
import { NotFoundError } from "../../../lib/contracts/errors.ts";
import { scheduleSource } from "../../../lib/contracts/request.ts";
import type { Schedule } from "../../../lib/contracts/schedule.ts";
import { listSchedules, runNow } from "../../../lib/schedules/run.ts";
import { noteSchema } from "../bodies.ts";
import { callerOf } from "../callers.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { keyPattern } from "../idempotency-key.ts";
import { bodyAs, durably, parameterError, refuseWhileUnhealthy } from "../input.ts";
import { scheduleView } from "../schedule-view.ts";

export function scheduleRoutes(dependencies: ApplicationDependencies): Hono {
  const { accept, ports, storage, schedules } = dependencies;
  const routes = new Hono();

  routes.get("/schedules", async ({ req, json }) => {
    const seen = schedules.filter((schedule) => sees(callerOf(req.raw), schedule));
    const states = await listSchedules(ports, seen);
    return json({
      schedules: seen.flatMap((schedule, index) => {
        const state = states[index];
        return state ? [scheduleView(schedule, state)] : [];
      }),
    });
  });

  routes.post("/schedules/:name/run", async ({ req, json }) => {
    const caller = callerOf(req.raw);
    const schedule = schedules.find(({ name }) => name === req.param("name"));
    if (!schedule || !sees(caller, schedule)) {
      throw new NotFoundError(
        "Expected a schedule of the configuration, got none of that name: see drover schedules list",
      );
    }
    refuseWhileUnhealthy(storage.health());
    const key = req.header("idempotency-key") ?? ports.randomness.id();
    if (!keyPattern.test(key)) throw parameterError("idempotency-key", "1 to 128 visible ASCII characters");
    const { note } = await bodyAs(req.raw, noteSchema, "the body of a run");
    const { operation, kind } = await runNow(accept, schedule, key, caller.name, note);
    await durably(dependencies);
    const location = `/operations/${operation}`;
    return json({ operation, status: kind, location }, kind === "duplicate" ? 200 : 202, { location });
  });
  return routes;
}

/** A schedule is as visible as the operations that it asks for. */
function sees(caller: Caller, { request: { type, data } }: Schedule): boolean {
  return caller.sees({ source: scheduleSource, type, connection: String(data["connection"]) });
}
