import * as z from "zod/mini";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import { type Publication, rotatePolicyKey } from "../../../lib/contracts/requests/rotate-policy-key.ts";
import type { Schedule } from "../../../lib/contracts/schedule.ts";

export interface PolicyName {
  readonly connection: string;
  readonly resourceGroup: string;
  readonly service: string;
  readonly policy: string;
}

/** A policy whose keys are rotated, or are to be, with what is known of that. */
export interface RotatedKey extends PolicyName {
  /** Where the newest request publishes; what is scheduled counts more than what was asked for by hand. */
  readonly publish: readonly Publication[];
  /** The schedules that ask for it. */
  readonly schedules: readonly Schedule[];
  /** Fingerprints that its rotations say they have published, by target and secret. */
  readonly recorded: Recorded;
  /** The newest one that has ended. */
  readonly last?: OperationRecord;
  /** The one that began first of those that go on: others wait for it. */
  readonly underWay?: OperationRecord;
}

export type Recorded = ReadonlyMap<string, ReadonlySet<string>>;

const fieldsSchema = z.object({ ...rotatePolicyKey, connection: z.string() });
type Asked = PolicyName & { readonly publish: readonly Publication[] };

/** Undefined for a request that is none: whoever refuses it says why. */
export function askedIn(data: unknown): Asked | undefined {
  const { data: asked } = fieldsSchema.safeParse(data);
  if (!asked) return undefined;
  const { connection, resourceGroup, service, policy, publish } = asked;
  return { connection, resourceGroup, service, policy, publish };
}

/** Azure takes names for the same whatever their case. */
export const keyOf = ({ connection, resourceGroup, service, policy }: PolicyName): string =>
  JSON.stringify([connection, ...[resourceGroup, service, policy].map((name) => name.toLowerCase())]);
