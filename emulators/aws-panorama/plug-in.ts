import { archiveFileName, openArchive } from "./archive.ts";
import { change, factsOf, note } from "./devices.ts";
import { isGenuineArchive } from "./genuine-archive.ts";
import { endProvisioning } from "./provisioning-end.ts";
import type { Device, DeviceStatus, World } from "./world.ts";

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

/** Whether the appliance takes the archive; if so, its provisioning begins. */
export function plugIn(world: World, { archive, fileName, serialNumber }: PlugIn, atMs: number): PlugInResult {
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
    if (factsOf(device)?.status === "PENDING") endProvisioning(world, device, end, dueMs);
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
