import { Hono } from "hono";
import { statusOf } from "../../telemetry/health.ts";
import type { ApplicationDependencies, HealthCheck } from "../dependencies.ts";

/** `/healthz` is for load balancers and says no more than yes or no; `/health` is for operators and says why. */
export function healthRoutes({ storage, activity, checks }: ApplicationDependencies): Hono {
  const routes = new Hono();
  routes.get("/healthz", ({ json }) => {
    const { ok } = storage.health();
    return json({ status: ok ? "ok" : "unavailable" }, ok ? 200 : 503);
  });
  routes.get("/health", async ({ json }) => {
    const found = checks ? await checks() : [];
    const health = storage.health();
    const { version, working, running, startedAt, sweptAt } = activity();
    return json({
      status: statusOf(health.ok, found),
      version,
      working,
      running,
      startedAt: time(startedAt),
      ...(sweptAt === undefined ? {} : { sweptAt: time(sweptAt) }),
      storage: health.ok ? { ok: true } : { ok: false, reason: health.reason, since: time(health.since) },
      checks: found.map(checkView),
    });
  });
  return routes;
}

const time = (ms: number): string => new Date(ms).toISOString();

function checkView({ name, ok, detail, since }: HealthCheck) {
  return { name, ok, detail, ...(since === undefined ? {} : { since: time(since) }) };
}
