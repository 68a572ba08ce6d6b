/**
 * What the service model and the documentation leave open, as switches, and their figures. `settingsEvidence` says what is known about
 * each; where nothing confirms a behaviour, the default is the reading that does the most harm to a careless client.
 */
export interface Settings {
  readonly accountId: string;
  readonly region: string;
  readonly signatureSkewMs: number;
  /** Devices of the account; one more is refused with 402. */
  readonly deviceQuota: number;
  readonly quotaCountsDeleting: boolean;
  /** Calls in any one second; null throttles nobody. */
  readonly throttling: Throttling | null;
  /** Whether calls that create or modify share their budget, or each operation has one of its own. */
  readonly mutationBudget: "shared" | "per-operation";
  readonly throttleAnswer: "400-throttling" | "429-throttling" | "429-too-many-requests";
  /** Sent with a throttled call; null sends none. */
  readonly throttleRetryAfterSeconds: number | null;
  /** A ProvisionDevice with the name of a device that exists. */
  readonly sameName: "second-device" | "conflict";
  /** `STATIC_IP` without `StaticIpConnectionInfo`. */
  readonly staticWithoutAddress: "accept" | "refuse-400";
  readonly certificateLifetimeMs: number;
  /** What becomes of a device whose archive expires unused. */
  readonly expiredArchive: "stays" | "failed" | "error";
  /** Where the files of the archive are. */
  readonly archiveLayout: "in-folder" | "flat";
  /** From the plug-in to the end of `PENDING`. */
  readonly provisioningMs: number;
  /** From `SUCCEEDED` until the device is online. */
  readonly connectMs: number;
  /** Whether a deleted device shows `DELETING` for `deleteMs` or is gone at once. */
  readonly deletion: "deleting-first" | "at-once";
  readonly deleteMs: number;
  /** A DeleteDevice for a device in `DELETING`. */
  readonly deleteWhileDeleting: "conflict" | "accept";
  /** How old lists are. */
  readonly listDelayMs: number;
  /** How old DescribeDevice and tags are. */
  readonly describeDelayMs: number;
  /** Items per page without `MaxResults`. */
  readonly pageSize: number;
  /** Whether filters strike after a page was cut, so that a page can be empty and have a next one, or before. */
  readonly filteredPages: "short" | "full";
  readonly leaseMs: number;
  /** How long a job stays in each of its states. */
  readonly jobStepMs: number;
}

export interface Throttling {
  readonly callsPerSecond: number;
  readonly mutationsPerSecond: number;
}

export type SettingsPatch = { readonly [K in keyof Settings]?: Settings[K] };

export const defaultSettings: Settings = {
  accountId: "123456789012",
  region: "eu-west-1",
  signatureSkewMs: 300_000,
  deviceQuota: 50,
  quotaCountsDeleting: true,
  throttling: { callsPerSecond: 5, mutationsPerSecond: 1 },
  mutationBudget: "shared",
  throttleAnswer: "400-throttling",
  throttleRetryAfterSeconds: null,
  sameName: "second-device",
  staticWithoutAddress: "accept",
  certificateLifetimeMs: 300_000,
  expiredArchive: "stays",
  archiveLayout: "in-folder",
  provisioningMs: 60_000,
  connectMs: 10_000,
  deletion: "deleting-first",
  deleteMs: 20_000,
  deleteWhileDeleting: "conflict",
  listDelayMs: 3_000,
  describeDelayMs: 1_000,
  pageSize: 10,
  filteredPages: "short",
  leaseMs: 5 * 24 * 3_600_000,
  jobStepMs: 15_000,
};
