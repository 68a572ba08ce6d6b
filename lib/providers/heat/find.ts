import type { Intent } from "../../contracts/operation.ts";
import type { Found, Started } from "../../contracts/provider.ts";
import { removeConfig } from "./configs.ts";
import { startedOf } from "./create.ts";
import { endedOf } from "./outcome.ts";
import { type Parts, refuseOtherPlace } from "./parts.ts";
import { type Deploy, type Prepared, preparedOf } from "./request.ts";
import { isMarked, oldestFirst, removeSurplus, rowsOf } from "./rows.ts";

/**
 * Looks for the row of a create whose answer was lost: by the config of its own, or by the marker; never by time, status or order.
 * An empty list proves nothing, since a row can appear minutes later. Without its config it cannot appear at all: where the config is
 * ours its deletion decides.
 */
export async function find(parts: Parts, deploy: Deploy, intent: Intent, signal: AbortSignal): Promise<Found<Started>> {
  const prepared = preparedOf(intent.prepared);
  refuseOtherPlace(parts, await parts.client.session(signal), prepared.place);
  const seen = await look(parts, deploy, prepared, signal);
  if (seen !== undefined) return seen;
  if (!prepared.derived) return { kind: "absent-so-far" };
  const removal = await removeConfig(parts, prepared.configId, signal);
  switch (removal.kind) {
    case "gone":
      return {
        kind: "fenced",
        evidence: `Software config ${prepared.configId} is deleted, and no deployment names it: a create that is still under way is refused`,
      };
    case "referenced":
      return (await look(parts, deploy, prepared, signal)) ?? { kind: "absent-so-far" };
    case "undecided":
      return { kind: "absent-so-far" };
  }
}

async function look(
  parts: Parts,
  deploy: Deploy,
  prepared: Prepared,
  signal: AbortSignal,
): Promise<Found<Started> | undefined> {
  const { rows, answer } = await rowsOf(parts, deploy.server, signal);
  const own = rows.filter((row) =>
    prepared.derived ? row.config_id === prepared.configId : isMarked(row, prepared.marker),
  );
  const [kept, ...surplus] = oldestFirst(own);
  if (kept === undefined) return undefined;
  await removeSurplus(parts, surplus, signal);
  const ended = await endedOf(parts, deploy, kept);
  const what = prepared.derived ? `names software config ${prepared.configId}` : "has this operation's marker";
  const removed = surplus.length === 0 ? "" : `; ${surplus.length} more like it removed`;
  return {
    kind: "found",
    result: {
      ...startedOf(deploy, prepared, kept),
      ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
      ...(ended === undefined ? {} : { ended }),
    },
    evidence: `Deployment ${kept.id} ${what}${removed}`,
  };
}
