import type { AccessKeys } from "../aws/access-keys.ts";
import type { Timeline } from "../timeline.ts";
import type { Queue } from "./queue.ts";

export interface SqsSettings {
  readonly region: string;
  readonly accountId: string;
  /** How far the time of a signature may be from the clock. */
  readonly signatureSkewMs: number;
}

export const defaultSqsSettings: SqsSettings = {
  region: "eu-central-1",
  accountId: "000000000000",
  signatureSkewMs: 300_000,
};

export interface SqsWorld {
  settings: SqsSettings;
  readonly newId: () => string;
  readonly timeline: Timeline;
  readonly accessKeys: AccessKeys;
  readonly queues: Map<string, Queue>;
  /** Entries that fail in the call under way. */
  failing: { readonly code: string; readonly indexes: readonly number[] } | null;
}
