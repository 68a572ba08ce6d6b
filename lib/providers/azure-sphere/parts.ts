import type { Clock } from "../../contracts/ports.ts";
import type { SphereClient } from "./client.ts";
import type { Paths } from "./paths.ts";

/** Limits of this provider; each can be set for tests and demonstrations. */
export interface Bounds {
  /** Longest time of one read, body included. */
  readonly readTimeoutMs: number;
  /** Longest answer, decompressed. */
  readonly answerBytes: number;
  /** Pages of a group's history that are read at most. */
  readonly historyPages: number;
  /** Reads under way at the same time. */
  readonly concurrentReads: number;
  /** By how much the service's clock may be behind ours before a find cannot tell. */
  readonly clockMarginMs: number;
  /** Deployments of this long before the request are remembered by their ids. */
  readonly baselineWindowMs: number;
  /** How long after the end of an operation its details are asked for again when that fails. */
  readonly detailsPatienceMs: number;
}

export const defaultBounds: Bounds = {
  readTimeoutMs: 30_000,
  answerBytes: 1024 * 1024,
  historyPages: 500,
  concurrentReads: 4,
  clockMarginMs: 2 * 60_000,
  baselineWindowMs: 15 * 60_000,
  detailsPatienceMs: 10 * 60_000,
};

/** What the parts of the provider share. */
export interface Parts {
  readonly client: SphereClient;
  readonly paths: Paths;
  readonly clock: Clock;
  readonly bounds: Bounds;
  readonly endpoint: string;
  readonly sphereTenantId: string;
}
