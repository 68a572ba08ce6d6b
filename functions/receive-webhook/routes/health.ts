import { Hono } from "hono";
import type { ApplicationDependencies } from "../dependencies.ts";

/** `/healthz` is for load balancers and says no more than yes or no; `/health` is for operators. */
export function healthRoutes({ storage, activity }: ApplicationDependencies): Hono {
  const routes = new Hono();
  routes.get("/healthz", ({ json }) => {
    const { ok } = storage.health();
    return json({ status: ok ? "ok" : "unavailable" }, ok ? 200 : 503);
  });
  routes.get("/health", ({ json }) => {
    const health = storage.health();
    const { version, working, running, startedAt, sweptAt } = activity();
    return json({
      status: health.ok ? "ok" : "unavailable",
      version,
      working,
      running,
      startedAt: new Date(startedAt).toISOString(),
      ...(sweptAt === undefined ? {} : { sweptAt: new Date(sweptAt).toISOString() }),
      storage: health.ok
        ? { ok: true }
        : { ok: false, reason: health.reason, since: new Date(health.since).toISOString() },
    });
  });
  return routes;
}
