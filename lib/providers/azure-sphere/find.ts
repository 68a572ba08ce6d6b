import { PermanentError } from "../../contracts/errors.ts";
import type { Intent } from "../../contracts/operation.ts";
import type { CallContext, Found, Started } from "../../contracts/provider.ts";
import { preparedOf } from "./baseline.ts";
import { type History, readHistory } from "./history.ts";
import { judge } from "./judge.ts";
import type { Parts } from "./parts.ts";
import type { DeployFields } from "./request.ts";

/** Looks for the effect of a create whose answer was lost. */
export async function find(
  { client, clock, paths, bounds }: Parts,
  { deviceGroupId, images }: DeployFields,
  intent: Intent,
  { signal }: CallContext,
): Promise<Found<Started>> {
  // Read at the start, and so never before the engine's own reading: what it takes for the last look is one here too.
  const isLastLook = clock.now() >= intent.settledAt;
  const prepared = preparedOf(intent.prepared);
  const undecided = (evidence: string): Found<Started> =>
    isLastLook ? { kind: "ambiguous", evidence } : { kind: "absent-so-far" };
  let history: History;
  try {
    history = await readHistory(client, paths, deviceGroupId, { signal, maxPages: bounds.historyPages });
  } catch (error) {
    // A history that the service refuses to show, of a group that is gone for one, neither proves nor disproves an effect.
    if (error instanceof PermanentError) return undecided(error.message);
    throw error;
  }
  const verdict = judge(history, images, prepared, bounds.clockMarginMs);
  switch (verdict.kind) {
    case "found": {
      const ids = { deploymentId: verdict.deploymentId, deviceGroupId };
      return { kind: "found", result: { handle: ids, ids }, evidence: verdict.evidence };
    }
    case "absent":
      return { kind: "absent-so-far" };
    case "undecided":
      // Ours may still land. If it has not at the end, then repeating it would undo what somebody else deployed since.
      return undecided(verdict.evidence);
    case "ambiguous":
      return { kind: "ambiguous", evidence: verdict.evidence };
  }
}
