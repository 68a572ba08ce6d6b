import type { Outcome } from "../../lib/contracts/event.ts";
export const kinds = [
  "sphere",
  "heat",
  "heat-cancelled",
  "heat-fleet",
  "dps-read",
  "dps-policy",
  "dps-tags",
  "rotation",
  "panorama",
  "panorama-cancelled",
  "panorama-late",
  "iot",
  "iot-cancelled",
] as const;
export type Kind = (typeof kinds)[number];

/** One request, and what has to become of it whatever happens meanwhile. */
export interface Work {
  readonly kind: Kind;
  readonly id: string;
  readonly body: string;
  readonly expected: readonly Outcome[];
  /** What it works on: a group, servers, a service, a device. */
  readonly subjects: readonly string[];
  /** Operations that it makes: itself, and its parts. */
  readonly operations: number;
}

export interface Fleet {
  readonly work: readonly Work[];
  readonly groups: readonly { readonly id: string; readonly result: "complete" | "failed" | "complete-with-errors" }[];
  readonly failingServers: readonly string[];
  readonly services: readonly string[];
}

export const scheduledGroup = "9a0b0000-0000-4000-8000-00000000feed";
