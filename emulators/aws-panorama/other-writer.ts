import { change, factsOf, note, presentDevices, removeDevice } from "./devices.ts";
import { provision } from "./provision.ts";
import type { OtherWrite } from "./scenario.ts";
import type { Device, DeviceFacts, World } from "./world.ts";

/** Acts as people and programs beside the client under test. Its archives are its own: nobody else gets them. */
export interface OtherWriter {
  /** Returns the id of the device. @throws Error when there is no such device */
  write(write: OtherWrite): string;
}

export function createOtherWriter(world: World): OtherWriter {
  return { write: (write) => writeAsOther(world, write, world.timeline.now()).id };
}

export function writeAsOther(world: World, write: OtherWrite, atMs: number): Device {
  if (write.kind === "provision") return provision(world, write, "other-writer", atMs);
  const device = presentDevices(world).findLast(({ name }) => name === write.name);
  const facts = device === undefined ? null : factsOf(device);
  if (device === undefined || facts === null) {
    throw new Error(`Expected a device with the name ${write.name} to exist, got none`);
  }
  if (write.kind === "delete") removeDevice(world, device, "other-writer", atMs);
  else {
    change(device, patchOf(write, facts), atMs);
    note(world, atMs, "changed", device, "other-writer", { write: write.kind });
  }
  return device;
}

function patchOf(
  write: Exclude<OtherWrite, { readonly kind: "provision" | "delete" }>,
  { tags }: DeviceFacts,
): Partial<DeviceFacts> {
  switch (write.kind) {
    case "tag":
      return { tags: { ...tags, ...write.tags } };
    case "untag":
      return { tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !write.keys.includes(key))) };
    case "describe":
      return { description: write.description };
    case "use":
      return { inUse: write.inUse };
  }
}
