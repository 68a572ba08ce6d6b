import type { AccessKeys } from "../aws/access-keys.ts";
import type { Timeline } from "../timeline.ts";

/** An event as rules would see it. */
export interface BusEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  /** As it was sent: JSON of an object. */
  readonly detail: string;
  readonly time: string;
  readonly receivedAtMs: number;
}

export interface EventBridgeSettings {
  readonly region: string;
  readonly accountId: string;
  /** How far the time of a signature may be from the clock. */
  readonly signatureSkewMs: number;
  /** All entries of a request together. 256 KiB; 1 MiB where the service was raised in 2026. */
  readonly maxRequestBytes: number;
}

export const defaultEventBridgeSettings: EventBridgeSettings = {
  region: "eu-central-1",
  accountId: "000000000000",
  signatureSkewMs: 300_000,
  maxRequestBytes: 256 * 1024,
};

export interface EventBridgeWorld {
  settings: EventBridgeSettings;
  readonly newId: () => string;
  readonly timeline: Timeline;
  readonly accessKeys: AccessKeys;
  readonly buses: Set<string>;
  readonly events: BusEvent[];
  /** Answered with an id and then thrown away, as the service does. */
  readonly discarded: BusEvent[];
  /** Entries that fail in the call under way. */
  failing: { readonly code: string; readonly indexes: readonly number[] } | null;
}
