import type { Device, DeviceFacts, Effect, IssuedArchive, World } from "./world.ts";

export interface NewDevice {
  readonly name: string;
  readonly id?: string | undefined;
  readonly description?: string | null;
  readonly tags?: Readonly<Record<string, string>>;
  readonly networking?: Device["networking"];
}

/** Devices that are there, in order of creation; `DELETING` ones too. */
export function presentDevices(world: World): Device[] {
  return [...world.devices.values()].filter((device) => factsOf(device) !== null);
}

/** The facts in force, or null for a device that is gone. */
export function factsOf({ history }: Device): DeviceFacts | null {
  return history.at(-1)?.facts ?? null;
}

/** The facts as they were; null before it was created and after it went. */
export function factsAt({ history }: Device, ms: number): DeviceFacts | null {
  return history.findLast(({ atMs }) => atMs <= ms)?.facts ?? null;
}

/** Changes a device that is still there. */
export function change(device: Device, patch: Partial<DeviceFacts>, atMs: number): void {
  const facts = factsOf(device);
  if (facts !== null) device.history.push({ atMs, facts: { ...facts, updatedAtMs: atMs, ...patch } });
}

export function addDevice(
  world: World,
  { name, id = newDeviceId(world), description = null, tags = {}, networking = null }: NewDevice,
  archiveOf: (device: Pick<Device, "id" | "name" | "thingName" | "networking">) => IssuedArchive | null,
  atMs: number,
): Device {
  const { region, accountId } = world.settings;
  const identity = { id, name, thingName: `AWSPanorama-${id}`, networking };
  const facts: DeviceFacts = {
    status: "AWAITING_PROVISIONING",
    connection: "NOT_AVAILABLE",
    description,
    tags,
    updatedAtMs: atMs,
    serialNumber: null,
    software: null,
    leaseExpiresAtMs: null,
    latestJob: null,
    inUse: false,
  };
  const device: Device = {
    ...identity,
    arn: `arn:aws:panorama:${region}:${accountId}:device/${id}`,
    createdAtMs: atMs,
    order: world.devices.size,
    archive: archiveOf(identity),
    history: [{ atMs, facts }],
  };
  world.devices.set(id, device);
  return device;
}

/** Begins a deletion, or carries it out at once, as the settings say. */
export function removeDevice(world: World, device: Device, by: Effect["by"], atMs: number): void {
  const { deletion, deleteMs } = world.settings;
  note(world, atMs, "delete-accepted", device, by);
  const vanish = (dueMs: number): void => {
    device.history.push({ atMs: dueMs, facts: null });
    note(world, dueMs, "deleted", device, "service");
  };
  if (deletion === "at-once") vanish(atMs);
  else {
    change(device, { status: "DELETING" }, atMs);
    world.timeline.at(atMs + deleteMs, vanish);
  }
}

export function note(
  world: World,
  atMs: number,
  kind: string,
  { id, name }: Pick<Device, "id" | "name">,
  by: Effect["by"],
  detail: Effect["detail"] = {},
): void {
  world.effects.push({ atMs, kind, deviceId: id, name, by, detail });
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

function newDeviceId(world: World): string {
  const characters = Array.from({ length: 26 }, () => BASE32[Math.floor(world.random() * BASE32.length)]);
  return `device-${characters.join("")}`;
}
