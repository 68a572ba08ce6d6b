import type { JsonObject } from "../../../contracts/json.ts";
import type { PlannedCall } from "../../../contracts/provider.ts";
import type { Paths, Where } from "../paths.ts";
import { showingVersions } from "../versions.ts";

/** The calls of one change; logins and polls come on top. Secrets stand there as references. */
export function writePlan(
  paths: Paths,
  where: Where,
  method: "PUT" | "PATCH" | "DELETE",
  body?: JsonObject,
): readonly PlannedCall[] {
  const url = paths.service(where);
  const looks: readonly PlannedCall[] =
    method === "PUT"
      ? [
          ...showingVersions.map((version) => ({ method: "GET", url: paths.service(where, version), changes: false })),
          { method: "POST", url: paths.keys(where), changes: false },
        ]
      : [];
  return [
    { method: "GET", url, changes: false },
    ...looks,
    { method, url, changes: true, ...(body === undefined ? {} : { body: withoutPlace(body) }) },
  ];
}

/** @param policy undefined: the policy goes */
export function policyPlan(paths: Paths, where: Where, policy: JsonObject | undefined): readonly PlannedCall[] {
  const others = policy === undefined ? "(all others, as they are)" : [policy, "(all others, as they are)"];
  return writePlan(paths, where, "PUT", { authorizationPolicies: others, everythingElse: "(as it is)" });
}

/** What is in the address need not be in the body again. */
function withoutPlace({ resourceGroup: _, service: __, ...body }: JsonObject): JsonObject {
  return body;
}
