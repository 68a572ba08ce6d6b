import { change, factsOf } from "./devices.ts";
import { type PlugIn, type PlugInResult, plugIn } from "./plug-in.ts";
import { connect, endProvisioning } from "./provisioning-end.ts";
import type { ConnectionStatus, Device, World } from "./world.ts";

/** What happens at the machine itself, seen by nobody who only calls the API. */
export interface Appliance {
  /** Somebody carries the archive to an appliance and switches it on. Whatever it makes of it, the service hears of success only. */
  plugIn(stick: PlugIn): PlugInResult;
  /** Ends the provisioning of a device that waits or is pending. @throws Error for a device in another state */
  end(deviceId: string, status: "SUCCEEDED" | "FAILED" | "ERROR"): void;
  connect(deviceId: string): void;
  disconnect(deviceId: string): void;
  /** Lets the lease of a device that is not online end now. */
  expireLease(deviceId: string): void;
  /** By hand, at the machine: it can be registered again. */
  reset(serialNumber: string): void;
}

export function createAppliance(world: World): Appliance {
  const connected = (deviceId: string, connection: ConnectionStatus): void => {
    const atMs = world.timeline.now();
    const device = present(world, deviceId);
    connect(world, device, connection, atMs);
  };
  return {
    plugIn: (stick) => plugIn(world, stick, world.timeline.now()),
    end: (deviceId, status) => {
      const atMs = world.timeline.now();
      const device = present(world, deviceId);
      const { status: before } = factsOf(device) ?? {};
      if (before !== "AWAITING_PROVISIONING" && before !== "PENDING") {
        throw new Error(`Expected ${deviceId} to wait for its provisioning, got ${before}`);
      }
      endProvisioning(world, device, status, atMs);
    },
    connect: (deviceId) => connected(deviceId, "ONLINE"),
    disconnect: (deviceId) => connected(deviceId, "OFFLINE"),
    expireLease: (deviceId) => {
      const atMs = world.timeline.now();
      change(present(world, deviceId), { leaseExpiresAtMs: atMs, connection: "OFFLINE" }, atMs);
    },
    reset: (serialNumber) => void world.registered.delete(serialNumber),
  };
}

function present(world: World, deviceId: string): Device {
  const device = world.devices.get(deviceId);
  if (device === undefined || factsOf(device) === null) {
    throw new Error(`Expected the device ${deviceId} to exist, got no such device`);
  }
  return device;
}
