import * as z from "zod/mini";
import { PermanentError, RetryableError } from "../../../contracts/errors.ts";
import type { JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import { deleteService } from "../../../contracts/requests/azure-dps.ts";
import { provider } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { stateOf } from "../states.ts";
import type { ServiceDescription } from "../wire.ts";
import { requireRest } from "./look-at.ts";
import { writePlan } from "./plans.ts";
import type { ServiceWrite } from "./service-change.ts";

const fieldsSchema = z.object(deleteService);

/** Deletes a service with its enrollments: one that is gone already is as it was asked for. */
export function deleteServiceWrite(parts: Parts, given: JsonObject): ServiceWrite {
  const { resourceGroup, service } = parseAs(fieldsSchema, given, "the fields of a service's deletion");
  const where = { resourceGroup, service };
  return {
    where,
    change: "delete",
    async look(purpose, { signal }) {
      let description: ServiceDescription;
      try {
        description = await parts.client.service(where, signal);
      } catch (error) {
        // Another 404, of the resource group for one, is a mistake in the request.
        if (!(error instanceof PermanentError) || error.code !== "service-not-found") throw error;
        return { inForce: true, provable: true, result: {} };
      }
      const { etag, properties } = description;
      const leaves = stateOf(properties.state)?.kind === "leaving";
      if (leaves && purpose === "write") throw alreadyLeaving(service);
      requireRest(where, description);
      return {
        inForce: false,
        provable: true,
        etag: etag ?? undefined,
        idScope: properties.idScope ?? undefined,
        underWay: leaves,
        result: {},
        send: (window, abort) => parts.client.deleteService(where, { ...window, etag: etag ?? undefined }, abort),
      };
    },
    plan: () => writePlan(parts.paths, where, "DELETE"),
  };
}

function alreadyLeaving(service: string): RetryableError {
  return new RetryableError(
    `Expected service ${service} to be there or gone, got one that is being deleted: it passes by itself`,
    {
      provider,
      code: "in-transition",
      effect: "none",
    },
  );
}
