import { Hono } from "hono";
import { countRequests } from "./count-requests.ts";
import type { ApplicationDependencies } from "./dependencies.ts";
import { problemOf, problemResponse } from "./problem.ts";
import { connectionRoutes } from "./routes/connections.ts";
import { deadLetterRoutes } from "./routes/dead-letters.ts";
import { dpsRoutes } from "./routes/dps.ts";
import { eventRoutes } from "./routes/events.ts";
import { handoffRoutes } from "./routes/handoffs.ts";
import { healthRoutes } from "./routes/health.ts";
import { heatRoutes } from "./routes/heat.ts";
import { keyRoutes } from "./routes/keys.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { openapiRoutes } from "./routes/openapi.ts";
import { operationRoutes } from "./routes/operations.ts";
import { requestRoutes } from "./routes/requests.ts";
import { rotationRoutes } from "./routes/rotations.ts";
import { scheduleRoutes } from "./routes/schedules.ts";
import { sinkRoutes } from "./routes/sinks.ts";
import { vaultRoutes } from "./routes/vault.ts";
import { routeSecurity } from "./security.ts";

/** The HTTP application, the same on all platforms: everything that an operator, a program or the command line asks of Drover. */
export function createApplication(dependencies: ApplicationDependencies): Hono {
  const application = new Hono();
  application.use(countRequests(dependencies.ports.telemetry));
  // Whatever somebody has written into it, an answer is of the type that it says.
  application.use(async (context, next) => {
    await next();
    context.res.headers.set("x-content-type-options", "nosniff");
  });
  for (const security of routeSecurity) application.on(security.method, security.path, dependencies.guard(security));
  const groups = [
    requestRoutes(dependencies),
    operationRoutes(dependencies),
    rotationRoutes(dependencies),
    handoffRoutes(dependencies),
    keyRoutes(dependencies),
    deadLetterRoutes(dependencies),
    connectionRoutes(dependencies),
    heatRoutes(dependencies),
    dpsRoutes(dependencies),
    eventRoutes(dependencies),
    healthRoutes(dependencies),
    metricsRoutes(dependencies),
    openapiRoutes(dependencies),
    scheduleRoutes(dependencies),
    sinkRoutes(dependencies),
    vaultRoutes(dependencies),
  ];
  for (const group of groups) application.route("/", group);
  // Not said back: what was meant for another place may be a secret.
  application.notFound(() =>
    problemResponse(404, "no-such-route", "Expected a method and a path of this API, got others"),
  );
  application.onError((error) => problemOf(error, dependencies.ports.log));
  return application;
}
