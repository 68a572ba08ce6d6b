import * as z from "zod/mini";
import { durationMs } from "../../lib/contracts/duration.ts";
import { parseAs } from "../../lib/contracts/parse.ts";
import type { Slot } from "../../lib/contracts/publish-target.ts";
import type { OperationRequest } from "../../lib/contracts/request.ts";
import { type Publication, rotatePolicyKey } from "../../lib/contracts/requests/rotate-policy-key.ts";

const fieldsSchema = z.object(rotatePolicyKey);

export interface RotationRequest {
  readonly policy: string;
  readonly graceMs: number;
  readonly emergency: boolean;
  readonly slotInUse: Slot | undefined;
  readonly publish: readonly Publication[];
  /** Targets of the last rotation where nobody reads any more. */
  readonly drop: readonly string[];
  /** Consumers that have to say so before the old key goes. */
  readonly acknowledge: readonly string[];
}

/** The fields of a request that the schema has let in. */
export function rotationRequestOf(request: OperationRequest): RotationRequest {
  const { policy, grace, emergency, slotInUse, publish, consumers, drop } = parseAs(
    fieldsSchema,
    request.fields,
    "the fields of a key rotation",
  );
  return {
    policy,
    graceMs: grace === undefined ? 0 : durationMs(grace),
    emergency: emergency === true,
    slotInUse,
    publish,
    drop: drop ?? [],
    acknowledge: consumers?.acknowledge ?? [],
  };
}

export const nameOf = ({ target, secret }: Publication): string => `${target}/${secret}`;
