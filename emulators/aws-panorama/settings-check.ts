import { type Check, flag, integer, matching, nullable, oneOf, optional, record } from "../check.ts";
import type { SettingsPatch, Throttling } from "./settings.ts";

const ms = integer();
const throttling = record<Throttling>({ callsPerSecond: integer(1), mutationsPerSecond: integer(1) });

export const settingsCheck: Check<SettingsPatch> = record<SettingsPatch>({
  accountId: optional(matching(/^\d{12}$/, "an account id of twelve digits")),
  region: optional(matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as eu-west-1")),
  signatureSkewMs: optional(ms),
  deviceQuota: optional(integer()),
  quotaCountsDeleting: optional(flag),
  throttling: optional(nullable(throttling)),
  mutationBudget: optional(oneOf("shared", "per-operation")),
  throttleAnswer: optional(oneOf("400-throttling", "429-throttling", "429-too-many-requests")),
  throttleRetryAfterSeconds: optional(nullable(integer())),
  sameName: optional(oneOf("second-device", "conflict")),
  staticWithoutAddress: optional(oneOf("accept", "refuse-400")),
  certificateLifetimeMs: optional(integer(1_000)),
  expiredArchive: optional(oneOf("stays", "failed", "error")),
  archiveLayout: optional(oneOf("in-folder", "flat")),
  provisioningMs: optional(ms),
  connectMs: optional(ms),
  deletion: optional(oneOf("deleting-first", "at-once")),
  deleteMs: optional(ms),
  deleteWhileDeleting: optional(oneOf("conflict", "accept")),
  listDelayMs: optional(ms),
  describeDelayMs: optional(ms),
  pageSize: optional(integer(1, 25)),
  filteredPages: optional(oneOf("short", "full")),
  leaseMs: optional(integer(1)),
  jobStepMs: optional(ms),
});
