import * as z from "zod/mini";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import { slots } from "../../../lib/contracts/slots.ts";
import { expectedIn } from "../../rotate-dps-keys/state.ts";
import { stateOf } from "../rotation-view.ts";
import type { Recorded } from "./rotated-key.ts";

const resultSchema = z.object({
  published: z.record(z.string(), z.string()),
  slot: z.enum(slots),
  fingerprints: z.object({ primary: z.string(), secondary: z.string() }),
});

/** With what the rotation says it has published: a target that it has only asked for is none of its own. */
export function withPublishedBy(known: Recorded, record: OperationRecord): Recorded {
  const recorded = new Map(known);
  const add = (names: object, fingerprint: string) => {
    for (const name of Object.keys(names)) recorded.set(name, new Set([...(recorded.get(name) ?? []), fingerprint]));
  };
  const state = stateOf(record);
  if (state) add(state.published, expectedIn(state, state.first));
  const { data: result } = resultSchema.safeParse(record.result);
  if (result) add(result.published, result.fingerprints[result.slot]);
  return recorded;
}
