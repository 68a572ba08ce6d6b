import type { PlannedCall } from "../../contracts/provider.ts";
import type { Paths } from "./paths.ts";
import type { RotationFields } from "./request.ts";
import { showingVersions } from "./versions.ts";

/** What stands in a planned body for what is not known yet, or not shown. */
export const newKeyShown = "(a new key)";
export const unchangedShown = "(as it is)";

/** The calls of a rotation's changes, with the reads before each. Logins, polls and what is published come on top. */
export function rotationPlan(paths: Paths, fields: RotationFields): readonly PlannedCall[] {
  const { policy, slotInUse, emergency } = fields;
  const inUse = slotInUse === undefined ? "the slot in use" : `the ${slotInUse} key`;
  const idle = slotInUse === "primary" ? "secondaryKey" : slotInUse === "secondary" ? "primaryKey" : "the idle slot";
  const used = slotInUse === undefined ? inUse : `${slotInUse}Key`;
  const written: readonly (readonly string[])[] =
    emergency === true ? [["primaryKey", "secondaryKey"]] : [[idle], [used]];
  return written.flatMap((slots) => [...looks(paths, fields), put(paths, fields, policy, slots)]);
}

function looks(paths: Paths, fields: RotationFields): readonly PlannedCall[] {
  const read = (url: string, method = "GET"): PlannedCall => ({ method, url, changes: false });
  return [
    read(paths.service(fields)),
    ...showingVersions.map((version) => read(paths.service(fields, version))),
    read(paths.keys(fields), "POST"),
  ];
}

function put(paths: Paths, fields: RotationFields, policy: string, slots: readonly string[]): PlannedCall {
  const own = { keyName: policy, ...Object.fromEntries(slots.map((slot) => [slot, newKeyShown])) };
  const body = {
    everythingElse: unchangedShown,
    etag: "(of the read)",
    properties: { authorizationPolicies: [own, "(all others, as they are)"] },
  };
  return { method: "PUT", url: paths.service(fields), body, changes: true };
}
