import { createHash } from "node:crypto";
import {
  type Enrollment,
  key,
  type LinkedHub,
  type ProvisioningService,
  type Registration,
  type World,
} from "../world.ts";

type Allocation = Pick<Registration, "assignedHub" | "errorCode" | "errorMessage">;

/** The names are the real service's, the numbers are invented. */
const UNAUTHORIZED: Omit<Allocation, "assignedHub"> = { errorCode: 400_401, errorMessage: "IotHubUnauthorizedAccess" };
const NO_HUB: Omit<Allocation, "assignedHub"> = { errorCode: 400_404, errorMessage: "IotHubNotFound" };

/** Which hub a device gets. The service has to log in there: a link whose key was rotated away fails. */
export function allocate(
  world: World,
  service: ProvisioningService,
  { fields }: Enrollment,
  registrationId: string,
): Allocation {
  const named = Array.isArray(fields["iotHubs"]) && fields["iotHubs"].length > 0 ? fields["iotHubs"] : null;
  const fixed = fields["iotHubHostName"];
  const hubs = service.config.hubs.filter((hub) => {
    if (typeof fixed === "string" && fixed !== "") return key(hub.name) === key(fixed);
    return named === null
      ? hub.applyAllocationPolicy
      : named.some((each: unknown) => key(String(each)) === key(hub.name));
  });
  const hub = chosen(hubs, registrationId);
  if (hub === null) return { assignedHub: null, ...NO_HUB };
  return opens(world, hub)
    ? { assignedHub: hub.name, errorCode: null, errorMessage: null }
    : { assignedHub: null, ...UNAUTHORIZED };
}

/** The same device gets the same hub as long as the hubs and their weights are the same. */
function chosen(hubs: readonly LinkedHub[], registrationId: string): LinkedHub | null {
  const tickets = hubs.flatMap((hub) => Array.from({ length: Math.max(0, hub.allocationWeight) }, () => hub));
  const number = createHash("sha256").update(registrationId).digest().readUInt32BE(0);
  return tickets[number % Math.max(1, tickets.length)] ?? null;
}

/** Whether the stored credential is one of the hub's, now. */
export function opens(world: World, link: LinkedHub): boolean {
  const hub = world.hubs.get(key(link.name.split(".")[0] ?? ""));
  const policy = hub?.policies.find(({ keyName }) => key(keyName) === key(link.keyName));
  return policy !== undefined && [policy.primaryKey, policy.secondaryKey].includes(link.key);
}
