import { factsOf, presentDevices } from "./devices.ts";
import type { Device, DeviceFacts, DeviceJob, Effect, IssuedArchive, World } from "./world.ts";

export interface DeviceView extends DeviceFacts {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly thingName: string;
  readonly createdAtMs: number;
  readonly networking: Device["networking"];
}

/** What is true inside the emulator, for assertions, whatever reads show. Every call first lets what is due happen. */
export interface StateView {
  /** Null for one that never was or is gone. */
  device(id: string): DeviceView | null;
  /** Those that are there, in order of creation; all or those of exactly this name. */
  devices(name?: string): readonly DeviceView[];
  /** The archive that was issued for the device; also of one that is gone. */
  archive(deviceId: string): Readonly<IssuedArchive> | null;
  jobs(deviceId?: string): readonly DeviceJob[];
  effects(): readonly Effect[];
  /** How many devices callers made, whatever they were told. */
  provisioned(name?: string): number;
  /** Every private key and certificate in PEM and every archive in base64, for a scan for leaks. */
  everySecret(): readonly string[];
  /** When something next ends or lands, or null: where a simulation may move its clock. */
  nextChangeMs(): number | null;
}

export function createStateView(world: World): StateView {
  const now = (): number => world.timeline.now();
  return {
    device: (id) => {
      now();
      const device = world.devices.get(id);
      return device === undefined ? null : view(device);
    },
    devices: (name) => {
      now();
      const wanted = presentDevices(world).filter((device) => name === undefined || device.name === name);
      return wanted.flatMap((device) => view(device) ?? []);
    },
    archive: (deviceId) => {
      now();
      return world.devices.get(deviceId)?.archive ?? null;
    },
    jobs: (deviceId) => {
      now();
      return [...world.jobs.values()].filter((job) => deviceId === undefined || job.deviceId === deviceId);
    },
    effects: () => {
      now();
      return [...world.effects];
    },
    provisioned: (name) => {
      now();
      const isMeant = (effect: Effect): boolean => name === undefined || effect.name === name;
      return world.effects.filter(
        (effect) => effect.kind === "provisioned" && effect.by === "caller" && isMeant(effect),
      ).length;
    },
    everySecret: () => {
      now();
      const archives = [...world.devices.values()].flatMap(({ archive }) => archive ?? []);
      return archives.flatMap(({ privateKeyPem, certificatePem, bytes }) => {
        return [privateKeyPem, certificatePem, bytes.toString("base64")];
      });
    },
    nextChangeMs: () => {
      now();
      return world.timeline.nextMs();
    },
  };
}

function view(device: Device): DeviceView | null {
  const facts = factsOf(device);
  if (facts === null) return null;
  const { id, name, arn, thingName, createdAtMs, networking } = device;
  return { id, name, arn, thingName, createdAtMs, networking, ...facts };
}
