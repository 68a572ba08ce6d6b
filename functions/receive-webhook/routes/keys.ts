import { Hono } from "hono";
import { listSchedules } from "../../../lib/schedules/run.ts";
import { callerOf } from "../callers.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { refuseUnknown } from "../input.ts";
import { rotatedKeys } from "../rotated-keys/collect.ts";
import { dueOf } from "../rotated-keys/due.ts";
import { readPublished } from "../rotated-keys/read-targets.ts";
import { keyView, publishedSince } from "../rotated-keys/view.ts";

export function keyRoutes(dependencies: ApplicationDependencies): Hono {
  const { ports, schedules, providers } = dependencies;
  const parts = {
    log: ports.log,
    now: () => ports.clock.now(),
    rotationOf: (connection: string) => providers.of(connection).keyRotation,
  };
  const routes = new Hono();

  routes.get("/keys", async ({ req, json }) => {
    refuseUnknown(req.query(), []);
    const { keys, complete } = await rotatedKeys(ports.ledger, schedules, callerOf(req.raw));
    const published = await readPublished(parts, keys, req.raw.signal);
    const states = new Map((await listSchedules(ports, schedules)).map((state) => [state.name, state]));
    const now = ports.clock.now();
    const rows = keys.map((key) => {
      const shown = published.get(key) ?? [];
      const scheduled = key.schedules.flatMap((schedule) => {
        const state = states.get(schedule.name);
        return state ? [{ schedule, state }] : [];
      });
      return keyView(key, shown, dueOf(scheduled, publishedSince(shown), now), now);
    });
    return json({ keys: rows, complete });
  });
  return routes;
}
