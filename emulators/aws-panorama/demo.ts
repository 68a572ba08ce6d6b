import type { PanoramaScenario } from "./scenario.ts";

/** Ids and credentials of `demoPanoramaScenario`, stable so that example requests can name them. None opens anything real. */
export const demoPanoramaIds = {
  accountId: "123456789012",
  region: "eu-west-1",
  accessKeyId: "AKIADEMOPANORAMA0001",
  secretAccessKey: "demo-panorama-secret-access-key",
  /** Provisioned and online. */
  device: "dock-north",
  deviceId: "device-a2b3c4d5e6f7a2b3c4d5e6f7ab",
  /** Provisioned, without a connection. */
  offlineDevice: "dock-north-2",
  offlineDeviceId: "device-b2b3c4d5e6f7a2b3c4d5e6f7ab",
  /** Waits for an archive that nobody has any more. */
  waitingDevice: "gate-east",
  waitingDeviceId: "device-c2b3c4d5e6f7a2b3c4d5e6f7ab",
} as const;

/** One account in eu-west-1 with three devices, at the pace of a demo. */
export function demoPanoramaScenario(): PanoramaScenario {
  const { accountId, region, accessKeyId, secretAccessKey } = demoPanoramaIds;
  return {
    settings: {
      accountId,
      region,
      provisioningMs: 6_000,
      connectMs: 2_000,
      deleteMs: 3_000,
      jobStepMs: 2_000,
      listDelayMs: 500,
      describeDelayMs: 200,
    },
    accessKeys: [{ accessKeyId, secretAccessKey }],
    devices: [
      { name: demoPanoramaIds.device, id: demoPanoramaIds.deviceId, tags: { site: "north" } },
      {
        name: demoPanoramaIds.offlineDevice,
        id: demoPanoramaIds.offlineDeviceId,
        tags: { site: "north" },
        connection: "OFFLINE",
      },
      {
        name: demoPanoramaIds.waitingDevice,
        id: demoPanoramaIds.waitingDeviceId,
        tags: { site: "east" },
        status: "AWAITING_PROVISIONING",
      },
    ],
  };
}
