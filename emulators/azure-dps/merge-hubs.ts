import { fieldsOf } from "../exchange/call.ts";
import { invalid } from "./body-problem.ts";
import { MASK, parseConnectionString } from "./hub-link.ts";
import { normalLocation } from "./locations.ts";
import type { LinkedHub, World } from "./world.ts";

/** The links that a PUT leaves. @throws BodyProblem */
export function mergeHubs(world: World, sent: unknown, current: readonly LinkedHub[]): readonly LinkedHub[] {
  if (sent === undefined || sent === null) return world.settings.absentHubs === "keep" ? current : [];
  if (!Array.isArray(sent)) throw invalid("The property 'iotHubs' must be an array.");
  const hubs = sent.map((item: unknown) => hubOf(world, item, current));
  if (new Set(hubs.map(({ name }) => name.toLowerCase())).size < hubs.length) {
    throw invalid("An IoT hub is linked twice.");
  }
  return hubs;
}

function hubOf(world: World, value: unknown, current: readonly LinkedHub[]): LinkedHub {
  const fields = fieldsOf(value) ?? {};
  const text = fields["connectionString"];
  const link = typeof text === "string" ? parseConnectionString(text) : null;
  if (link === null) throw invalid("The connection string of a linked hub is not valid.");
  const { location, applyAllocationPolicy, allocationWeight } = fields;
  if (typeof location !== "string" || location === "") throw invalid("A linked hub needs a location.");
  return {
    name: link.hostName,
    keyName: link.keyName,
    key: link.key === MASK ? unmasked(world, link.hostName, link.keyName, current) : link.key,
    location: normalLocation(location),
    applyAllocationPolicy: applyAllocationPolicy !== false,
    allocationWeight: typeof allocationWeight === "number" ? allocationWeight : 1,
  };
}

function unmasked(world: World, hostName: string, keyName: string, current: readonly LinkedHub[]): string {
  const stored = current.find(({ name }) => name.toLowerCase() === hostName.toLowerCase());
  if (stored === undefined) throw invalid(`The key of the linked hub ${hostName} is masked and not known.`);
  const { maskedHub, maskedHubOtherKeyName } = world.settings;
  if (stored.keyName === keyName) return maskedHub === "keep-secret" ? stored.key : MASK;
  if (maskedHubOtherKeyName === "refuse-400") {
    throw invalid(`The key of the policy '${keyName}' of the linked hub ${hostName} is masked and not known.`);
  }
  return maskedHubOtherKeyName === "keep-secret" ? stored.key : MASK;
}
