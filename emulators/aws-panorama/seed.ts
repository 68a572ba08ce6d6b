import { addDevice, change } from "./devices.ts";
import type { DeviceSeed } from "./scenario.ts";
import type { World } from "./world.ts";

/** A day before now: no delay of a read hides what was seeded. */
const AGO_MS = 86_400_000;

/** Puts a device there as if it had been provisioned long ago; returns its id. */
export function seedDevice(world: World, seed: DeviceSeed): string {
  const atMs = world.timeline.now() - AGO_MS;
  const { status = "SUCCEEDED", inUse = false } = seed;
  const { connection = status === "SUCCEEDED" ? "ONLINE" : "NOT_AVAILABLE" } = seed;
  const device = addDevice(world, seed, () => null, atMs);
  const isKnown = connection === "ONLINE" || connection === "OFFLINE";
  const { leaseMs } = world.settings;
  const lease = isKnown ? { leaseExpiresAtMs: atMs + AGO_MS + leaseMs, software: "6.2.1" } : {};
  change(device, { status, connection, inUse, ...lease }, atMs);
  return device.id;
}
