import * as z from "zod/mini";
import type { JsonObject } from "../../../contracts/json.ts";
import { parseAs } from "../../../contracts/parse.ts";
import { putPolicy } from "../../../contracts/requests/azure-dps.ts";
import { type Policy, type ServiceDocument, sameName, withPolicy } from "../document.ts";
import type { PolicyPart } from "../intended.ts";
import { fingerprintOf, sameKey } from "../keys.ts";
import type { Parts } from "../parts.ts";
import { sameRights } from "../rights.ts";
import { lookAt, sendWritten } from "./look-at.ts";
import { policyPlan } from "./plans.ts";
import { requestedKey, requirePermitted } from "./requested-secret.ts";
import type { ServiceWrite } from "./service-change.ts";

const fieldsSchema = z.object(putPolicy);

/** Adds a policy, or changes rights and keys of one. A policy that is there keeps the keys that the request does not name. */
export function putPolicyWrite(parts: Parts, given: JsonObject): ServiceWrite {
  const { resourceGroup, service, policy } = parseAs(fieldsSchema, given, "the fields of a policy");
  const { keyName, rights } = policy;
  const where = { resourceGroup, service };
  return {
    where,
    change: "put",
    async look(purpose, context) {
      requirePermitted(parts, [policy.primaryKey, policy.secondaryKey]);
      const primaryKey = await requestedKey(parts, policy.primaryKey);
      const secondaryKey = await requestedKey(parts, policy.secondaryKey);
      const wanted: Policy = {
        keyName,
        rights,
        ...(primaryKey === undefined ? {} : { primaryKey }),
        ...(secondaryKey === undefined ? {} : { secondaryKey }),
      };
      const read = await lookAt(parts, where, context, { purpose, needsKeys: true });
      const found = read.policies?.find((each) => sameName(each.keyName, keyName));
      const inForce = found !== undefined && isAs(found, wanted);
      return {
        inForce,
        provable: true,
        etag: read.etag,
        result: { policy: found?.keyName ?? keyName, ...(found === undefined ? {} : shown(found)) },
        ...(inForce ? {} : { send: sending(parts, where, read, wanted, found) }),
      };
    },
    plan: () => policyPlan(parts.paths, where, JSON.parse(JSON.stringify(policy))),
  };
}

function sending(
  parts: Parts,
  where: ServiceWrite["where"],
  read: ServiceDocument,
  wanted: Policy,
  found: Policy | undefined,
) {
  const changed: readonly PolicyPart[] =
    found === undefined
      ? ["added"]
      : [
          "rights",
          ...(wanted.primaryKey === undefined ? [] : (["primaryKey"] as const)),
          ...(wanted.secondaryKey === undefined ? [] : (["secondaryKey"] as const)),
        ];
  const intended = { policies: { [wanted.keyName]: changed } };
  return sendWritten(parts, where, { read, written: withPolicy(read, wanted), intended });
}

/** Rights that others imply come and go as the service likes. */
function isAs(found: Policy, wanted: Policy): boolean {
  const slots = ["primaryKey", "secondaryKey"] as const;
  return (
    sameRights(found.rights, wanted.rights) &&
    slots.every((slot) => wanted[slot] === undefined || sameKey(found[slot], wanted[slot]))
  );
}

function shown({ rights, primaryKey, secondaryKey }: Policy): JsonObject {
  const fingerprints = {
    ...(primaryKey === undefined ? {} : { primary: fingerprintOf(primaryKey) }),
    ...(secondaryKey === undefined ? {} : { secondary: fingerprintOf(secondaryKey) }),
  };
  return { rights, fingerprints };
}
