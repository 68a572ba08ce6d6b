import type { CloudPace } from "./clouds.ts";
import type { ConfiguredWith } from "./connections.ts";
import type { FleetSeeds } from "./fleet-seeds.ts";
import type { HostProfile, PlatformName } from "./host-profile.ts";
import type { Chain } from "./requests.ts";

export type CloudName = "sphere" | "heat" | "dps" | "panorama" | "iot" | "vaults";
export const cloudNames = ["sphere", "heat", "dps", "panorama", "iot", "vaults"] as const;

/** Something that a provider does for a while. */
export interface CloudFault {
  readonly cloud: CloudName;
  readonly fromMs: number;
  readonly forMs: number;
  readonly fault: Readonly<Record<string, unknown>> & { readonly kind: string };
}

export interface Submission {
  readonly chain: Chain;
  readonly atMs: number;
  /** How often the same request is put into the inbox. */
  readonly copies: number;
  /** In place of what chance would ask for. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** After this time somebody cancels it, over the inbox or directly. */
  readonly cancelAfterMs?: number;
  readonly cancelBy?: "inbox" | "door";
}

/** All that one world does, before chance decides about the rest. */
export interface WorldPlan {
  readonly seed: number;
  readonly platform: PlatformName;
  /** Requests come, and faults strike, until then. */
  readonly activeMs: number;
  readonly submissions: readonly Submission[];
  readonly pace: CloudPace;
  readonly configured: ConfiguredWith;
  readonly temper: { readonly jitterMs: number; readonly duplicates: number; readonly duplicatesLeft: number };
  readonly skewMs: number;
  readonly jumps: readonly { readonly atMs: number; readonly byMs: number }[];
  readonly cloudFaults: readonly CloudFault[];
  /** Times at which a defect of ours makes every provider call throw. */
  readonly defects: readonly { readonly fromMs: number; readonly forMs: number }[];
  readonly pauses: readonly { readonly atMs: number; readonly forMs: number; readonly connection: string }[];
  readonly rolloutAtMs?: number;
  /** One machine alone: a backup is taken, and comes back later. */
  readonly restore?: { readonly backupAtMs: number; readonly atMs: number };
  readonly garbage: readonly { readonly atMs: number; readonly queue: string; readonly body: string }[];
  readonly hasSchedule: boolean;
  readonly installersInFour: number;
  /** Whoever fetches what is handed over comes with somebody else who does. */
  readonly comeInPairs?: boolean;
  /** From the fetching to the plugging in; default: by chance. */
  readonly plugInAfterMs?: number;
  /** Runs on until everything is forgotten. */
  readonly untilForgotten: boolean;
  /** What is there beside the small fleet that every world has. */
  readonly fleet?: FleetSeeds;
  /** Where this host differs from what is usual for its kind. */
  readonly profile?: Partial<HostProfile>;
  /** I/Os above which a world goes round in circles; without it, what no small one needs. */
  readonly mostIos?: number;
  /** At most one thing goes wrong: what costs more than it should is seen. */
  readonly isCalm?: boolean;
}
