import * as z from "zod/mini";
import { PermanentError } from "../../../contracts/errors.ts";
import type { JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import { deletePolicy } from "../../../contracts/requests/azure-dps.ts";
import { sameName, withoutPolicy } from "../document.ts";
import { provider } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { lookAt, sendWritten } from "./look-at.ts";
import { policyPlan } from "./plans.ts";
import type { ServiceWrite } from "./service-change.ts";

const fieldsSchema = z.object(deletePolicy);

/** Removes a policy by a write without it: tokens that its keys signed are refused from then on. */
export function deletePolicyWrite(parts: Parts, given: JsonObject): ServiceWrite {
  const { resourceGroup, service, policy } = parseAs(fieldsSchema, given, "the fields of a policy's deletion");
  const where = { resourceGroup, service };
  return {
    where,
    change: "put",
    async look(purpose, context) {
      const read = await lookAt(parts, where, context, { purpose });
      const { policies = [] } = read;
      const gone = !policies.some(({ keyName }) => sameName(keyName, policy));
      const looked = { inForce: gone, provable: true, etag: read.etag, result: { policy } };
      if (gone || purpose === "find") return looked;
      // The last policy with a certain right can go, as the management API makes another one at any time. Only an empty list is not
      // sent: nobody says whether the service takes it for no policies, or for no word about them.
      if (policies.length === 1) throw onlyOne(policy, service);
      const intended = { policies: { [policy]: ["removed" as const] } };
      return { ...looked, send: sendWritten(parts, where, { read, written: withoutPolicy(read, policy), intended }) };
    },
    plan: () => policyPlan(parts.paths, where, undefined),
  };
}

function onlyOne(policy: string, service: string): PermanentError {
  return new PermanentError(
    `Expected another policy beside ${policy} in service ${service}, got none: add one first, since a service without policies accepts no key at all`,
    { provider, code: "only-policy" },
  );
}
