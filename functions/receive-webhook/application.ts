import { Hono } from "hono";
import type { ApplicationDependencies } from "./dependencies.ts";
import { problemOf, problemResponse } from "./problem.ts";
import { connectionRoutes } from "./routes/connections.ts";
import { deadLetterRoutes } from "./routes/dead-letters.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { heatRoutes } from "./routes/heat.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { operationRoutes } from "./routes/operations.ts";
import { requestRoutes } from "./routes/requests.ts";
import { scheduleRoutes } from "./routes/schedules.ts";
import { sinkRoutes } from "./routes/sinks.ts";
import { vaultRoutes } from "./routes/vault.ts";
import { routeSecurity } from "./security.ts";

/** The HTTP application, the same on all platforms: everything that an operator, a program or the command line asks of Drover. */
export function createApplication(dependencies: ApplicationDependencies): Hono {
  const application = new Hono();
  for (const security of routeSecurity) application.on(security.method, security.path, dependencies.guard(security));
  const groups = [
    requestRoutes(dependencies),
    operationRoutes(dependencies),
    deadLetterRoutes(dependencies),
    connectionRoutes(dependencies),
    heatRoutes(dependencies),
    eventRoutes(dependencies),
    healthRoutes(dependencies),
    metricsRoutes(dependencies),
    scheduleRoutes(dependencies),
    sinkRoutes(dependencies),
    vaultRoutes(dependencies),
  ];
  for (const group of groups) application.route("/", group);
  application.notFound(({ req }) =>
    problemResponse(404, "no-such-route", `Expected a path of this API, got ${req.method} ${req.path.slice(0, 200)}`),
  );
  application.onError((error) => problemOf(error, dependencies.ports.log));
  return application;
}
