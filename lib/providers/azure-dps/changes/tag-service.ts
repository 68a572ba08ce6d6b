import * as z from "zod/mini";
import { canonicalJson } from "../../../contracts/identifiers.ts";
import type { JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import { tagService } from "../../../contracts/requests/azure-dps.ts";
import { requireActive } from "../guards.ts";
import type { Parts } from "../parts.ts";
import { requireRest } from "./look-at.ts";
import { writePlan } from "./plans.ts";
import type { ServiceWrite } from "./service-change.ts";

const fieldsSchema = z.object(tagService);

/** Replaces all tags. The call knows nothing else, so that nothing else can be lost by it. */
export function tagServiceWrite(parts: Parts, given: JsonObject): ServiceWrite {
  const { resourceGroup, service, tags } = parseAs(fieldsSchema, given, "the fields of a service's tags");
  const where = { resourceGroup, service };
  return {
    where,
    change: "patch",
    async look(purpose, { signal }) {
      const description = await parts.client.service(where, signal);
      if (purpose === "find") requireRest(where, description);
      else requireActive(where, description);
      const etag = description.etag ?? undefined;
      return {
        inForce: canonicalJson(description.tags ?? {}) === canonicalJson(tags),
        provable: true,
        etag,
        result: { tags: Object.keys(tags).length },
        send: (window, abort) => parts.client.patchTags(where, tags, { ...window, etag }, abort),
      };
    },
    plan: () => writePlan(parts.paths, where, "PATCH", { tags }),
  };
}
