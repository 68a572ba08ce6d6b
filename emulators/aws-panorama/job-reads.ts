import { structure } from "../aws/constraints.ts";
import { epochSeconds, restJson } from "../aws/rest-json.ts";
import type { Answer } from "../exchange/answer.ts";
import { param, type RoutedCall } from "./call.ts";
import { invalid, notFound } from "./errors.ts";
import { cutPage } from "./pages.ts";
import { deviceIdRule, pageRules } from "./reads.ts";
import type { Device, DeviceJob } from "./world.ts";

const listRule = structure({}, { ...pageRules, DeviceId: deviceIdRule });

export function describeJob(call: RoutedCall): Answer {
  const id = param(call, "JobId");
  const problems = deviceIdRule(id, "JobId");
  if (problems.length > 0) return invalid(problems);
  const job = call.world.jobs.get(id);
  const device = job === undefined ? undefined : call.world.devices.get(job.deviceId);
  if (job === undefined || device === undefined) return notFound("job", id);
  const { imageVersion } = job;
  return restJson({
    ...jobItem(job, device),
    ...(imageVersion === null ? {} : { ImageVersion: imageVersion }),
    Status: job.status,
    DeviceArn: device.arn,
    DeviceType: "PANORAMA_APPLIANCE",
  });
}

/** Of one device or of all, the newest first. */
export function listJobs({ world, url }: RoutedCall): Answer {
  const { searchParams: query } = url;
  const problems = listRule(Object.fromEntries(query), "");
  if (problems.length > 0) return invalid(problems);
  const deviceId = query.get("DeviceId");
  if (deviceId !== null && !world.devices.has(deviceId)) return notFound("device", deviceId);
  const order = new Map([...world.jobs.keys()].map((id, index) => [id, index]));
  const listing = {
    items: [...world.jobs.values()].filter((job) => deviceId === null || job.deviceId === deviceId),
    positionOf: ({ id, createdAtMs }: DeviceJob) => [createdAtMs, order.get(id) ?? 0] as const,
    isDescending: true,
    question: `jobs of ${deviceId}`,
  };
  const size = Number(query.get("MaxResults") ?? 0) || world.settings.pageSize;
  const page = cutPage(listing, size, query.get("NextToken"));
  if (page === null) return invalid([{ Name: "NextToken", Message: "The token is not valid for this request" }]);
  const DeviceJobs = page.items.flatMap((job) => {
    const device = world.devices.get(job.deviceId);
    return device === undefined ? [] : [jobItem(job, device)];
  });
  return restJson({ DeviceJobs, ...(page.nextToken === null ? {} : { NextToken: page.nextToken }) });
}

function jobItem({ id, type, createdAtMs }: DeviceJob, device: Device): object {
  return {
    JobId: id,
    DeviceId: device.id,
    DeviceName: device.name,
    JobType: type,
    CreatedTime: epochSeconds(createdAtMs),
  };
}
