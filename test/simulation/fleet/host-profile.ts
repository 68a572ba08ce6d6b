export const platforms = ["aws", "azure", "local"] as const;
export type PlatformName = (typeof platforms)[number];

/** How a host behaves, as far as the engine can tell. */
export interface HostProfile {
  readonly name: PlatformName;
  /** Processes that are handed messages. */
  readonly processes: number;
  /** Deliveries at work in one of them. */
  readonly perProcess: number;
  /** Messages of one queue that one invocation is handed; reported on together. */
  readonly batch: number;
  /** After this time the host ends a function, and with it its process. */
  readonly functionMs: number;
  readonly visibilityMs: number;
  /** Tries after which a message that cannot be handled becomes a dead letter. */
  readonly receiveLimit: number;
  /** Receives after which the platform itself moves a message away, bare. */
  readonly platformReceives: number;
  readonly maxDelayMs: number;
  /** Whether a crash loses what was not flushed. */
  readonly hasJournal: boolean;
  /** Longest time until an index shows what was written. */
  readonly indexLagMs: number;
  /** Whether a late settlement of an earlier delivery still removes the message. */
  readonly oldReceiptsCount: boolean;
  readonly restartMs: number;
  readonly sweepEveryMs: number;
}

const minuteMs = 60_000;

export const profiles: Readonly<Record<PlatformName, HostProfile>> = {
  aws: {
    name: "aws",
    processes: 5,
    perProcess: 1,
    batch: 10,
    functionMs: minuteMs,
    visibilityMs: 7 * minuteMs,
    receiveLimit: 5,
    platformReceives: 50,
    maxDelayMs: 15 * minuteMs,
    hasJournal: false,
    indexLagMs: 3_000,
    oldReceiptsCount: true,
    restartMs: 500,
    sweepEveryMs: minuteMs,
  },
  azure: {
    name: "azure",
    processes: 3,
    perProcess: 8,
    batch: 1,
    functionMs: 2 * minuteMs,
    visibilityMs: 5 * minuteMs,
    receiveLimit: 5,
    platformReceives: 50,
    maxDelayMs: 7 * 24 * 60 * minuteMs,
    hasJournal: false,
    indexLagMs: 0,
    oldReceiptsCount: false,
    restartMs: 2_000,
    sweepEveryMs: minuteMs,
  },
  local: {
    name: "local",
    processes: 1,
    perProcess: 64,
    batch: 1,
    functionMs: minuteMs,
    visibilityMs: 2 * minuteMs + 5_000,
    receiveLimit: 5,
    platformReceives: Number.POSITIVE_INFINITY,
    maxDelayMs: 28 * 24 * 60 * minuteMs,
    hasJournal: true,
    indexLagMs: 0,
    oldReceiptsCount: false,
    restartMs: 5_000,
    sweepEveryMs: minuteMs,
  },
};

/** How long a finished operation and its key are remembered in this world. */
export const retainMs = 2 * 24 * 60 * minuteMs;
export const idempotencyMs = 40 * 24 * 60 * minuteMs;
