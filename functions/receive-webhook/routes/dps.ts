import { Hono } from "hono";
import { callerOf } from "../callers.ts";
import { configured } from "../connection-lookup.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { refuseUnknown } from "../input.ts";
import { queryNames } from "../query.ts";

/** Reads of Device Provisioning Services for people. They act at once: no operation is made and nothing is written down. */
export function dpsRoutes(dependencies: ApplicationDependencies): Hono {
  const routes = new Hono();

  routes.get("/connections/:name/dps/:read", async ({ req, json }) => {
    const { name, read } = req.param();
    const query = req.query();
    refuseUnknown(query, queryNames.dps);
    configured(dependencies, callerOf(req.raw), name);
    const answer = await dependencies.providers.dps(name).read(read, query, req.raw.signal);
    return json({ read: answer.read, items: answer.items });
  });
  return routes;
}
