import { archiveFileName, openArchive } from "./archive.ts";
import { change, factsOf, note } from "./devices.ts";
import { isGenuineArchive } from "./genuine-archive.ts";
import type { ConnectionStatus, Device, DeviceStatus, World } from "./world.ts";

export interface PlugIn {
  readonly archive: Uint8Array;
  /** As on the stick; without one it is the right one. */
  readonly fileName?: string;
  /** Of the appliance; one that is registered already takes no archive before it is reset. Default one made for the device. */
  readonly serialNumber?: string;
}

export type ArchiveRefusal =
  | "no-archive"
  | "foreign-certificate"
  | "expired"
  | "device-gone"
  | "used-before"
  | "other-device"
  | "device-not-waiting"
  | "appliance-not-reset";

export type PlugInResult =
  | { readonly accepted: true; readonly deviceId: string; readonly serialNumber: string }
  | { readonly accepted: false; readonly reason: ArchiveRefusal; readonly deviceId: string | null };

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
      finish(world, device, status, atMs);
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

function plugIn(world: World, { archive, fileName, serialNumber }: PlugIn, atMs: number): PlugInResult {
  const opened = openArchive(archive);
  if (opened === null) return { accepted: false, reason: "no-archive", deviceId: null };
  const device = [...world.devices.values()].find(({ thingName }) => thingName === opened.thingName);
  const isOurs = device?.archive?.certificatePem === opened.certificatePem && isGenuineArchive(world.authority, opened);
  if (device === undefined || device.archive === null || !isOurs) {
    return { accepted: false, reason: "foreign-certificate", deviceId: null };
  }
  const serial = serialNumber ?? `GAL${device.id.slice(-6).toUpperCase()}`;
  const reason = refusalOf(world, device, fileName, opened.validToMs, serial, atMs);
  if (reason !== null) {
    note(world, atMs, "archive-refused", device, "appliance", { reason });
    return { accepted: false, reason, deviceId: device.id };
  }
  device.archive.usedAtMs = atMs;
  world.registered.set(serial, device.id);
  change(device, { status: "PENDING", serialNumber: serial, connection: "AWAITING_CREDENTIALS" }, atMs);
  note(world, atMs, "archive-taken", device, "appliance", { serialNumber: serial });
  const script = world.outcomes.take({ kind: "provisioning", device: device.name });
  const workMs = script?.result === "stuck" ? Infinity : (script?.workMs ?? world.settings.provisioningMs);
  const end: DeviceStatus = script?.result === "failed" ? "FAILED" : script?.result === "error" ? "ERROR" : "SUCCEEDED";
  world.timeline.at(atMs + workMs, (dueMs) => {
    if (factsOf(device)?.status === "PENDING") finish(world, device, end, dueMs);
  });
  return { accepted: true, deviceId: device.id, serialNumber: serial };
}

function refusalOf(
  world: World,
  device: Device,
  fileName: string | undefined,
  validToMs: number,
  serialNumber: string,
  atMs: number,
): ArchiveRefusal | null {
  const status = factsOf(device)?.status;
  if (fileName !== undefined && fileName !== archiveFileName(device.name)) return "other-device";
  if (status === undefined || status === "DELETING") return "device-gone";
  if (device.archive?.usedAtMs !== null) return "used-before";
  if (atMs > validToMs) return "expired";
  if (status !== "AWAITING_PROVISIONING") return "device-not-waiting";
  return world.registered.has(serialNumber) ? "appliance-not-reset" : null;
}

function finish(world: World, device: Device, status: DeviceStatus, atMs: number): void {
  change(device, { status, connection: status === "SUCCEEDED" ? "AWAITING_CREDENTIALS" : "NOT_AVAILABLE" }, atMs);
  note(world, atMs, `provisioning-${status.toLowerCase()}`, device, "service");
  if (status !== "SUCCEEDED") return;
  world.timeline.at(atMs + world.settings.connectMs, (dueMs) => {
    if (factsOf(device)?.connection === "AWAITING_CREDENTIALS") connect(world, device, "ONLINE", dueMs);
  });
}

/** While a device is online its lease is renewed; it begins to run out when the connection is lost. */
function connect(world: World, device: Device, connection: ConnectionStatus, atMs: number): void {
  const { leaseMs } = world.settings;
  const software = factsOf(device)?.software ?? (connection === "ONLINE" ? "7.2.20" : null);
  change(device, { connection, software, leaseExpiresAtMs: atMs + leaseMs }, atMs);
  note(world, atMs, connection.toLowerCase(), device, "appliance");
}

function present(world: World, deviceId: string): Device {
  const device = world.devices.get(deviceId);
  if (device === undefined || factsOf(device) === null) {
    throw new Error(`Expected the device ${deviceId} to exist, got no such device`);
  }
  return device;
}
