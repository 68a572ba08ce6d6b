import { Hono } from "hono";
import type { Caller } from "../../../lib/clients/caller.ts";
import { InvalidInputError, NotFoundError } from "../../../lib/contracts/errors.ts";
import { type DecodedRequest, decodeRequest } from "../../../lib/contracts/request.ts";
import { acceptRequest } from "../../../lib/operations/accept.ts";
import { acceptBatch, batchOf } from "../batch.ts";
import { batchBytes } from "../batch-limits.ts";
import { callerOf, subjectOf, takeMore } from "../callers.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { answerPreflight, validationCodeOf } from "../handshakes.ts";
import { boundedText, durably, refuseWhileUnhealthy } from "../input.ts";
import { recordOf } from "../lookup.ts";
import { planRequest } from "../plan.ts";
import { tooManyRequests } from "../too-many.ts";

/** Media types a request may come in; one event at a time. */
const batchType = /^application\/cloudevents-batch\+json(?:\s*;.*)?$/i;
const mediaTypes = /^application\/(?:cloudevents\+json|json)(?:\s*;.*)?$/i;

export function requestRoutes(dependencies: ApplicationDependencies): Hono {
  const { accept, storage } = dependencies;
  const routes = new Hono();

  routes.on("OPTIONS", "/requests", ({ req }) => answerPreflight(req.raw, dependencies.webhookOrigins));

  routes.post("/requests", async ({ req, json }) => {
    const isBatch = batchType.test(req.header("content-type") ?? "");
    if (!isBatch) requireJson(req.raw);
    refuseWhileUnhealthy(storage.health());
    const body = await boundedText(req.raw, isBatch ? batchBytes : undefined);
    const validationResponse = validationCodeOf(req.raw, body);
    if (validationResponse !== undefined) return json({ validationResponse });
    const caller = callerOf(req.raw);
    const admit = (decoded: DecodedRequest) => admitted(dependencies, caller, decoded);
    const taken = (text: string) => acceptRequest(accept, text, { requestedBy: caller.name, admit });
    if (isBatch) {
      const events = batchOf(body);
      const waitMs = takeMore(req.raw, events.length - 1);
      if (waitMs !== undefined) return tooManyRequests(waitMs);
      const requests = await acceptBatch(dependencies, events, caller, taken);
      await durably(dependencies);
      return json({ requests }, 202);
    }
    const { operation, kind } = await taken(body);
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
    await admitted(dependencies, callerOf(req.raw), decoded);
    return json(planRequest(dependencies, decoded.operation, decoded.request));
  });
  return routes;
}

/** @throws InvalidInputError for what the caller may not ask for; NotFoundError for what he may not know of */
async function admitted(parts: ApplicationDependencies, caller: Caller, decoded: DecodedRequest): Promise<void> {
  if (decoded.kind === "operation") {
    if (caller.sees(subjectOf(decoded))) return;
    throw new InvalidInputError(
      "Expected a source, type and connection that this client is allowed, got others: see clients in drover.json",
      { code: "not-allowed" },
    );
  }
  // By its key a sender may cancel what he has asked for himself; anything else needs the action.
  const record = await recordOf(parts, caller, decoded.request.operation).catch((error: unknown) => {
    if (caller.seesAll && error instanceof NotFoundError) return undefined;
    throw error;
  });
  if (record === undefined || caller.may("cancel")) return;
  if (record.kind === "operation" && record.requestedBy === caller.name) return;
  throw new InvalidInputError(
    "Expected a client that is allowed to cancel, or one that asked for the operation itself, got another",
    { code: "not-allowed" },
  );
}

function requireJson(request: Request): void {
  const mediaType = request.headers.get("content-type");
  if (mediaType !== null && mediaTypes.test(mediaType)) return;
  throw new InvalidInputError(
    "Expected one CloudEvents event as application/cloudevents+json or application/json, or several as application/cloudevents-batch+json, got another content type",
    { code: "media-type" },
  );
}
