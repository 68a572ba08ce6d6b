import { epochSeconds } from "../aws/rest-json.ts";
import { fieldsOf } from "../exchange/call.ts";
import type { Device, DeviceFacts, DeviceJob } from "./world.ts";

const HARDWARE = { Brand: "AWS_PANORAMA", Type: "PANORAMA_APPLIANCE" };

/** Provisioning, lease, job and connection folded into one word, as of a moment. */
export function aggregatedStatus(
  { status, connection, leaseExpiresAtMs, latestJob }: DeviceFacts,
  atMs: number,
): string {
  if (status !== "SUCCEEDED") return status;
  if (latestJob?.status === "REBOOTING") return "REBOOTING";
  if (connection === "ONLINE") return "ONLINE";
  return leaseExpiresAtMs !== null && leaseExpiresAtMs <= atMs ? "LEASE_EXPIRED" : "OFFLINE";
}

/** An item of a list. */
export function deviceItem(device: Device, facts: DeviceFacts, atMs: number, leaseMs: number): object {
  return { ...shared(device, facts, atMs, leaseMs), LastUpdatedTime: epochSeconds(facts.updatedAtMs) };
}

export function deviceDescription(device: Device, facts: DeviceFacts, atMs: number, leaseMs: number): object {
  const { networking } = device;
  const { connection, serialNumber } = facts;
  return {
    ...shared(device, facts, atMs, leaseMs),
    Arn: device.arn,
    DeviceConnectionStatus: connection,
    LatestSoftware: "7.2.20",
    AlternateSoftwares: [{ Version: "6.2.1" }],
    LatestAlternateSoftware: "6.2.1",
    ...(networking === null ? {} : { NetworkingConfiguration: networking }),
    ...(serialNumber === null ? {} : { SerialNumber: serialNumber }),
    ...(facts.leaseExpiresAtMs === null ? {} : { CurrentNetworkingStatus: networkingStatus(device, facts) }),
  };
}

function shared(device: Device, facts: DeviceFacts, atMs: number, leaseMs: number): object {
  const { status, description, tags, latestJob, software, connection } = facts;
  const leaseEndsMs = connection === "ONLINE" ? atMs + leaseMs : facts.leaseExpiresAtMs;
  return {
    DeviceId: device.id,
    Name: device.name,
    CreatedTime: epochSeconds(device.createdAtMs),
    ProvisioningStatus: status,
    DeviceAggregatedStatus: aggregatedStatus(facts, atMs),
    CurrentSoftware: software ?? "NOT_AVAILABLE",
    Tags: tags,
    ...HARDWARE,
    ...(description === null ? {} : { Description: description }),
    ...(leaseEndsMs === null ? {} : { LeaseExpirationTime: epochSeconds(leaseEndsMs) }),
    ...(latestJob === null ? {} : { LatestDeviceJob: latest(latestJob) }),
  };
}

function latest({ imageVersion, status, type }: DeviceJob): object {
  return { JobType: type, Status: status, ...(imageVersion === null ? {} : { ImageVersion: imageVersion }) };
}

/** As documented answers have it, against the model's own patterns: an address with its prefix length, and `--` for none. */
function networkingStatus({ networking }: Device, { connection, updatedAtMs }: DeviceFacts): object {
  const ConnectionStatus = connection === "ONLINE" ? "CONNECTED" : "NOT_CONNECTED";
  const port = (name: string, last: number): object => {
    const isWired = name === "Ethernet0" || fieldsOf(networking?.[name]) !== null;
    return isWired
      ? { ConnectionStatus, HwAddress: `8C:0F:6F:60:F4:F${last}`, IpAddress: `192.168.0.${last}/24` }
      : { ConnectionStatus: "NOT_CONNECTED", HwAddress: `8C:0F:6F:60:F4:F${last}`, IpAddress: "--" };
  };
  return {
    Ethernet0Status: port("Ethernet0", 1),
    Ethernet1Status: port("Ethernet1", 2),
    LastUpdatedTime: epochSeconds(updatedAtMs),
  };
}
