import type { Route } from "./call.ts";
import { deleteDevice, updateDeviceMetadata } from "./changes.ts";
import { describeJob, listJobs } from "./job-reads.ts";
import { createJob } from "./jobs.ts";
import { provisionDevice } from "./provision.ts";
import { describeDevice, listDevices } from "./reads.ts";
import { listTags, tagResource, untagResource } from "./tags.ts";

export const ROUTES: readonly Route[] = [
  { operation: "ProvisionDevice", method: "POST", path: "/devices", handle: provisionDevice },
  { operation: "ListDevices", method: "GET", path: "/devices", handle: listDevices },
  { operation: "DescribeDevice", method: "GET", path: "/devices/{DeviceId}", handle: describeDevice },
  { operation: "DeleteDevice", method: "DELETE", path: "/devices/{DeviceId}", handle: deleteDevice },
  { operation: "UpdateDeviceMetadata", method: "PUT", path: "/devices/{DeviceId}", handle: updateDeviceMetadata },
  { operation: "CreateJobForDevices", method: "POST", path: "/jobs", handle: createJob },
  { operation: "ListDevicesJobs", method: "GET", path: "/jobs", handle: listJobs },
  { operation: "DescribeDeviceJob", method: "GET", path: "/jobs/{JobId}", handle: describeJob },
  { operation: "ListTagsForResource", method: "GET", path: "/tags/{ResourceArn}", handle: listTags },
  { operation: "TagResource", method: "POST", path: "/tags/{ResourceArn}", handle: tagResource },
  { operation: "UntagResource", method: "DELETE", path: "/tags/{ResourceArn}", handle: untagResource },
];
