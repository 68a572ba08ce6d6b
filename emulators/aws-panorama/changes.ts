import { structure } from "../aws/constraints.ts";
import { restJson } from "../aws/rest-json.ts";
import type { Answer } from "../exchange/answer.ts";
import { deviceToChange, param, type RoutedCall, textOf } from "./call.ts";
import { change, note, removeDevice } from "./devices.ts";
import { conflict, invalid } from "./errors.ts";
import { descriptionRule } from "./provision-rules.ts";
import { deviceIdRule } from "./reads.ts";

const updateRule = structure({}, { Description: descriptionRule });

export function deleteDevice(call: RoutedCall): Answer {
  const { world, atMs } = call;
  const id = param(call, "DeviceId");
  const problems = deviceIdRule(id, "DeviceId");
  if (problems.length > 0) return invalid(problems);
  const found = deviceToChange(world, id);
  if ("headers" in found) return found;
  const { device, facts } = found;
  if (facts.status === "DELETING") {
    if (world.settings.deleteWhileDeleting === "conflict") return conflict(id, "The device is being deleted.");
    return restJson({ DeviceId: id });
  }
  if (facts.inUse) return conflict(id, "The target resource is in use.");
  removeDevice(world, device, "caller", atMs);
  return restJson({ DeviceId: id });
}

export function updateDeviceMetadata(call: RoutedCall): Answer {
  const { world, input, atMs } = call;
  const id = param(call, "DeviceId");
  const problems = [...deviceIdRule(id, "DeviceId"), ...updateRule(input, "")];
  if (problems.length > 0) return invalid(problems);
  const found = deviceToChange(world, id);
  if ("headers" in found) return found;
  const { device, facts } = found;
  if (facts.status === "DELETING") return conflict(id, "The device is being deleted.");
  const description = textOf(input["Description"]) ?? facts.description;
  change(device, { description }, atMs);
  note(world, atMs, "updated", device, "caller", { description });
  return restJson({ DeviceId: id });
}
