import { Hono } from "hono";
import { type ConnectionRecord, connectionKey } from "../../../lib/contracts/operation.ts";
import { setPaused } from "../../../lib/operations/commands.ts";
import { noteSchema } from "../bodies.ts";
import { callerOf } from "../callers.ts";
import { configured } from "../connection-lookup.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { bodyAs, durably } from "../input.ts";
import { connectionView } from "../views.ts";

export function connectionRoutes(dependencies: ApplicationDependencies): Hono {
  const { ports, connections, providers } = dependencies;
  const routes = new Hono();

  routes.get("/connections", async ({ req, json }) => {
    const caller = callerOf(req.raw);
    const seen = Object.entries(connections).filter(([name]) => caller.seesConnection(name));
    const views = seen.map(async ([name, connection]) =>
      connectionView(name, connection, await recordOf(dependencies, name)),
    );
    return json({ connections: await Promise.all(views) });
  });

  for (const action of ["pause", "resume"] as const) {
    routes.post(`/connections/:name/${action}`, async ({ req, json }) => {
      const name = req.param("name");
      const connection = configured(dependencies, callerOf(req.raw), name);
      const { note } = await bodyAs(req.raw, noteSchema, `the body of a ${action}`);
      const by = callerOf(req.raw).name;
      const record = await setPaused(ports, name, action === "pause", { by, ...(note === undefined ? {} : { note }) });
      await durably(dependencies);
      return json(connectionView(name, connection, record));
    });
  }

  routes.post("/connections/:name/check", async ({ req, json }) => {
    const name = req.param("name");
    configured(dependencies, callerOf(req.raw), name);
    const checks = await providers.of(name).check({ signal: req.raw.signal, nowMs: ports.clock.now() });
    return json({ connection: name, ok: checks.every(({ ok }) => ok), checks });
  });
  return routes;
}

async function recordOf({ ports }: ApplicationDependencies, name: string): Promise<ConnectionRecord | undefined> {
  const stored = await ports.ledger.read(connectionKey(name));
  return stored?.record.kind === "connection" ? stored.record : undefined;
}
