import { json } from "../answer.ts";
import type { Route } from "../call.ts";
import { roleNames } from "../world.ts";

/** `GET /v2/tenants`: the one list that is a bare array. It has the tenants in which the caller has a role. */
export const listTenants: Route = {
  method: "GET",
  path: "/v2/tenants",
  access: "signed-in",
  handle({ world, caller }) {
    const visible = [...world.tenants.values()].filter(
      ({ id }) => roleNames(world, id, caller?.objectId ?? "").length > 0,
    );
    return json(
      200,
      visible.map(({ id, name }) => ({ Id: id, Name: name })),
    );
  },
};
