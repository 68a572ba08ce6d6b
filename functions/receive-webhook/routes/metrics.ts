import { Hono } from "hono";
import { NotFoundError } from "../../../lib/contracts/errors.ts";
import { contentType } from "../../telemetry/prometheus.ts";
import type { ApplicationDependencies } from "../dependencies.ts";

/** Figures for Prometheus, and for whatever reads its format. */
export function metricsRoutes({ metrics }: Pick<ApplicationDependencies, "metrics">): Hono {
  const routes = new Hono();
  routes.get("/metrics", async ({ body }) => {
    if (!metrics) throw new NotFoundError("Expected a platform that is asked for metrics, got one that sends them");
    return body(await metrics(), 200, { "content-type": contentType, "cache-control": "no-store" });
  });
  return routes;
}
