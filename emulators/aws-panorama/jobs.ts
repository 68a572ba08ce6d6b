import { flag, list, oneOf, structure, text } from "../aws/constraints.ts";
import { restJson } from "../aws/rest-json.ts";
import type { Answer } from "../exchange/answer.ts";
import { fieldsOf } from "../exchange/call.ts";
import { deviceToChange, type RoutedCall, textOf } from "./call.ts";
import { change, note } from "./devices.ts";
import { conflict, invalid } from "./errors.ts";
import { deviceIdRule } from "./reads.ts";
import type { Device, DeviceJob, JobStatus, World } from "./world.ts";

const imageVersion = text({ min: 1, max: 255 }, /^.+$/);
const createRule = structure(
  // A list that takes exactly one device.
  { DeviceIds: list({ min: 1, max: 1 }, deviceIdRule), JobType: oneOf("OTA", "REBOOT") },
  {
    DeviceJobConfig: structure(
      {},
      { OTAJobConfig: structure({ ImageVersion: imageVersion }, { AllowMajorVersionUpdate: flag }) },
    ),
  },
);

const STEPS: { readonly [K in DeviceJob["type"]]: readonly JobStatus[] } = {
  OTA: ["IN_PROGRESS", "DOWNLOADING", "VERIFYING", "REBOOTING"],
  REBOOT: ["IN_PROGRESS", "REBOOTING"],
};

export function createJob({ world, input, atMs }: RoutedCall): Answer {
  const problems = createRule(input, "");
  if (problems.length > 0) return invalid(problems);
  const type = input["JobType"] === "OTA" ? "OTA" : "REBOOT";
  const config = fieldsOf(fieldsOf(input["DeviceJobConfig"])?.["OTAJobConfig"]);
  const missing = "DeviceJobConfig.OTAJobConfig";
  if (type === "OTA" && config === null) return invalid([{ Name: missing, Message: `${missing} is required for OTA` }]);
  const [id] = Array.isArray(input["DeviceIds"]) ? input["DeviceIds"].map(String) : [];
  const found = deviceToChange(world, id ?? "");
  if ("headers" in found) return found;
  const { device, facts } = found;
  if (facts.status !== "SUCCEEDED") return conflict(device.id, "The device is not provisioned.");
  const last = facts.latestJob?.status ?? "COMPLETED";
  if (last !== "COMPLETED" && last !== "FAILED") return conflict(device.id, "Another job of the device runs.");
  const count = [...world.jobs.values()].filter(({ deviceId }) => deviceId === device.id).length;
  const version = textOf(config?.["ImageVersion"]);
  const job: DeviceJob = {
    id: `${device.id}-${count}`,
    deviceId: device.id,
    type,
    imageVersion: type === "OTA" ? version : null,
    createdAtMs: atMs,
    status: "PENDING",
  };
  note(world, atMs, "job-created", device, "caller", { jobId: job.id, type });
  run(world, device, job, atMs);
  return restJson({ Jobs: [{ JobId: job.id, DeviceId: device.id }] });
}

/** Every state by the clock; the last before the end is where a job fails or stays. */
function run(world: World, device: Device, job: DeviceJob, atMs: number): void {
  const script = world.outcomes.take({ kind: "job", device: device.name });
  const stepMs = script?.workMs ?? world.settings.jobStepMs;
  const show = (status: JobStatus, dueMs: number): void => {
    const shown = { ...job, status };
    world.jobs.set(job.id, shown);
    change(device, { latestJob: shown }, dueMs);
  };
  const steps = STEPS[job.type];
  show("PENDING", atMs);
  for (const [index, status] of steps.entries()) {
    world.timeline.at(atMs + (index + 1) * stepMs, (dueMs) => show(status, dueMs));
  }
  if (script?.result === "stuck") return;
  const end = script === null || script.result === "succeeded" ? "COMPLETED" : "FAILED";
  world.timeline.at(atMs + (steps.length + 1) * stepMs, (dueMs) => {
    show(end, dueMs);
    if (end === "COMPLETED" && job.imageVersion !== null) change(device, { software: job.imageVersion }, dueMs);
    note(world, dueMs, `job-${end.toLowerCase()}`, device, "service", { jobId: job.id });
  });
}
