import { restJson } from "../aws/rest-json.ts";
import type { Answer } from "../exchange/answer.ts";
import { fieldsOf } from "../exchange/call.ts";
import { issueArchive } from "./archive.ts";
import { type RoutedCall, textOf } from "./call.ts";
import { addDevice, change, factsOf, note, presentDevices } from "./devices.ts";
import { conflict, invalid, quotaExceeded } from "./errors.ts";
import { missingAddresses, provisionRule } from "./provision-rules.ts";
import type { Device, Effect, World } from "./world.ts";

/** There is no token that makes a repeated call the same one: each that gets through makes one more device. */
export function provisionDevice({ world, input, atMs }: RoutedCall): Answer {
  const problems = provisionRule(input, "");
  if (problems.length > 0) return invalid(problems);
  const missing =
    world.settings.staticWithoutAddress === "accept" ? [] : missingAddresses(input["NetworkingConfiguration"]);
  if (missing.length > 0) return invalid(missing);
  const name = textOf(input["Name"]) ?? "";
  const present = presentDevices(world);
  const namesake = present.find((device) => device.name === name);
  if (world.settings.sameName === "conflict" && namesake !== undefined) {
    return conflict(namesake.id, `The target resource is in use: a device with the name ${name} exists.`);
  }
  const { deviceQuota, quotaCountsDeleting } = world.settings;
  const counted = present.filter((device) => quotaCountsDeleting || factsOf(device)?.status !== "DELETING");
  if (counted.length >= deviceQuota) return quotaExceeded(deviceQuota);
  const device = provision(
    world,
    {
      name,
      description: textOf(input["Description"]),
      tags: tagsOf(input["Tags"]),
      networking: fieldsOf(input["NetworkingConfiguration"]),
    },
    "caller",
    atMs,
  );
  return restJson({
    DeviceId: device.id,
    Arn: device.arn,
    Status: factsOf(device)?.status,
    IotThingName: device.thingName,
    Certificates: device.archive?.bytes.toString("base64"),
  });
}

/** Makes a device with its archive, whoever asked. */
export function provision(
  world: World,
  wanted: Parameters<typeof addDevice>[1],
  by: Effect["by"],
  atMs: number,
): Device {
  const device = addDevice(world, wanted, (identity) => issueArchive(world, identity, atMs), atMs);
  note(world, atMs, "provisioned", device, by, { tags: wanted.tags ?? {} });
  const { expiredArchive } = world.settings;
  const { archive } = device;
  if (archive !== null && expiredArchive !== "stays") {
    // One millisecond later, as a certificate still holds at the very moment of its end.
    world.timeline.at(archive.expiresAtMs + 1, (dueMs) => {
      if (factsOf(device)?.status !== "AWAITING_PROVISIONING") return;
      change(device, { status: expiredArchive === "failed" ? "FAILED" : "ERROR" }, dueMs);
      note(world, dueMs, "archive-expired", device, "service");
    });
  }
  return device;
}

export function tagsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fieldsOf(value) ?? {}).map(([key, item]) => [key, String(item)]));
}
