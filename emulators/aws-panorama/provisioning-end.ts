import { change, factsOf, note } from "./devices.ts";
import type { ConnectionStatus, Device, DeviceStatus, World } from "./world.ts";

/** A device that succeeded is online a while later. */
export function endProvisioning(world: World, device: Device, status: DeviceStatus, atMs: number): void {
  change(device, { status, connection: status === "SUCCEEDED" ? "AWAITING_CREDENTIALS" : "NOT_AVAILABLE" }, atMs);
  note(world, atMs, `provisioning-${status.toLowerCase()}`, device, "service");
  if (status !== "SUCCEEDED") return;
  world.timeline.at(atMs + world.settings.connectMs, (dueMs) => {
    if (factsOf(device)?.connection === "AWAITING_CREDENTIALS") connect(world, device, "ONLINE", dueMs);
  });
}

/** While a device is online its lease is renewed; it begins to run out when the connection is lost. */
export function connect(world: World, device: Device, connection: ConnectionStatus, atMs: number): void {
  const { leaseMs } = world.settings;
  const software = factsOf(device)?.software ?? (connection === "ONLINE" ? "7.2.20" : null);
  change(device, { connection, software, leaseExpiresAtMs: atMs + leaseMs }, atMs);
  note(world, atMs, connection.toLowerCase(), device, "appliance");
}
