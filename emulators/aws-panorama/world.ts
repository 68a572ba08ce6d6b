import type { AccessKeys } from "../aws/access-keys.ts";
import type { Authority } from "../aws/certificate.ts";
import type { RateLimit } from "../aws/rate-limit.ts";
import type { SecretMaker } from "../aws/secrets.ts";
import type { Random } from "../random.ts";
import type { Timeline } from "../timeline.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Settings } from "./settings.ts";

export type DeviceStatus = "AWAITING_PROVISIONING" | "PENDING" | "SUCCEEDED" | "FAILED" | "ERROR" | "DELETING";
export type ConnectionStatus = "ONLINE" | "OFFLINE" | "AWAITING_CREDENTIALS" | "NOT_AVAILABLE" | "ERROR";
export type JobStatus = "PENDING" | "IN_PROGRESS" | "VERIFYING" | "REBOOTING" | "DOWNLOADING" | "COMPLETED" | "FAILED";

/** What reads show of a device, as of one moment. */
export interface DeviceFacts {
  readonly status: DeviceStatus;
  readonly connection: ConnectionStatus;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly updatedAtMs: number;
  /** Of an appliance that took the archive. */
  readonly serialNumber: string | null;
  readonly software: string | null;
  /** Null before it was ever online. While it is, the lease is renewed. */
  readonly leaseExpiresAtMs: number | null;
  readonly latestJob: DeviceJob | null;
  /** An application runs on it, or something else that forbids its deletion. */
  readonly inUse: boolean;
}

export interface Device {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  readonly thingName: string;
  readonly createdAtMs: number;
  /** Order of creation, also at one and the same time. */
  readonly order: number;
  readonly networking: Readonly<Record<string, unknown>> | null;
  /** Of seeded devices that never had one, null. */
  readonly archive: IssuedArchive | null;
  /** Every state with its time, the newest last; null is gone. Reads may show an older one. */
  readonly history: { readonly atMs: number; readonly facts: DeviceFacts | null }[];
}

export interface IssuedArchive {
  readonly bytes: Buffer;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  usedAtMs: number | null;
}

export interface DeviceJob {
  readonly id: string;
  readonly deviceId: string;
  readonly type: "OTA" | "REBOOT";
  readonly imageVersion: string | null;
  readonly createdAtMs: number;
  readonly status: JobStatus;
}

/** Something that changed what is in force, in order. */
export interface Effect {
  readonly atMs: number;
  readonly kind: string;
  readonly deviceId: string;
  readonly name: string;
  readonly by: "caller" | "other-writer" | "appliance" | "service";
  /** Never a secret. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface World {
  settings: Settings;
  readonly newId: () => string;
  readonly random: Random;
  readonly secrets: SecretMaker;
  readonly authority: Authority;
  readonly timeline: Timeline;
  readonly accessKeys: AccessKeys;
  readonly rates: RateLimit;
  readonly outcomes: Outcomes;
  /** Gone ones too. */
  readonly devices: Map<string, Device>;
  readonly jobs: Map<string, DeviceJob>;
  /** Serial numbers of appliances, with the device that each is registered as until somebody resets it. */
  readonly registered: Map<string, string>;
  readonly effects: Effect[];
}
