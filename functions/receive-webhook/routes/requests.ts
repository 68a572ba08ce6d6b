import { Hono } from "hono";
import { InvalidInputError, NotFoundError } from "../../../lib/contracts/errors.ts";
import { decodeRequest } from "../../../lib/contracts/request.ts";
import { acceptRequest } from "../../../lib/operations/accept.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { boundedText, durably, refuseWhileUnhealthy } from "../input.ts";
import { planRequest } from "../plan.ts";

/** Media types a request may come in; one event at a time. */
const mediaTypes = /^application\/(?:cloudevents\+json|json)(?:\s*;.*)?$/i;

export function requestRoutes(dependencies: ApplicationDependencies): Hono {
  const { accept, callerOf, storage } = dependencies;
  const routes = new Hono();

  routes.post("/requests", async ({ req, json }) => {
    requireJson(req.raw);
    refuseWhileUnhealthy(storage.health());
    const body = await boundedText(req.raw);
    const acceptance = await acceptRequest(accept, body, { requestedBy: callerOf(req.raw) });
    const { operation, kind } = acceptance;
    if (kind === "absent") throw new NotFoundError(`Expected an operation under ${operation} to cancel, got none`);
    await durably(dependencies);
    const location = `/operations/${operation}`;
    return json({ operation, status: kind, location }, kind === "duplicate" ? 200 : 202, { location });
  });

  /** A dry run has a path of its own: a parameter that gets lost on the way would turn it into a real one. */
  routes.post("/plans", async ({ req, json }) => {
    requireJson(req.raw);
    const decoded = decodeRequest(await boundedText(req.raw));
    if (decoded.kind === "cancel") {
      throw new InvalidInputError("Expected a request that starts an operation, got a cancel: it plans no calls", {
        code: "nothing-to-plan",
      });
    }
    return json(planRequest(dependencies, decoded.operation, decoded.request));
  });
  return routes;
}

function requireJson(request: Request): void {
  const mediaType = request.headers.get("content-type");
  if (mediaType !== null && mediaTypes.test(mediaType)) return;
  throw new InvalidInputError(
    "Expected one CloudEvents event as application/cloudevents+json or application/json, got another content type",
    { code: "media-type" },
  );
}
