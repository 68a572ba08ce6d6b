import { PermanentError, RetryableError } from "../../contracts/errors.ts";
import type { Json } from "../../contracts/json.ts";
import { declaredOf } from "./basis.ts";
import { provider } from "./errors.ts";
import { type Parts, placeOf, refuseOtherPlace } from "./parts.ts";
import { basisOf, type Deploy, type Prepared } from "./request.ts";
import { isMarked, rowsOf } from "./rows.ts";
import { refuseUnfit } from "./validate.ts";

/** What `find` will need: the config of its own, or the marker where the very config is used. */
export async function prepare(
  parts: Parts,
  deploy: Deploy,
  basis: Json | undefined,
  signal: AbortSignal,
): Promise<Json> {
  const session = await parts.client.session(signal);
  if (deploy.derived) {
    const { configId, place, signalObject } = basisOf(basis);
    refuseOtherPlace(parts, session, place);
    const object = signalObject === undefined ? {} : { signalObject };
    return { configId, derived: true, place, ...object } satisfies Prepared;
  }
  const configId = deploy.configId ?? "";
  refuseUnfit(parts, deploy, await declaredOf(parts, deploy, signal));
  await refuseUsed(parts, deploy, configId, signal);
  return { configId, derived: false, marker: deploy.operation, place: placeOf(parts, session) } satisfies Prepared;
}

/** An agent skips a config id that it has run: a second deployment of it on the same server would wait for ever. */
async function refuseUsed(parts: Parts, deploy: Deploy, configId: string, signal: AbortSignal): Promise<void> {
  const { rows } = await rowsOf(parts, deploy.server, signal);
  const own = rows.find((row) => isMarked(row, deploy.operation));
  if (own !== undefined) {
    throw new RetryableError(
      `Expected no deployment of this operation on server ${deploy.server} yet, got ${own.id}: an earlier attempt landed late`,
      { code: "landed-late", provider, operation: "prepare", effect: "none" },
    );
  }
  const other = rows.find((row) => row.config_id === configId);
  if (other === undefined) return;
  throw new PermanentError(
    `Expected server ${deploy.server} without a deployment of software config ${configId}, got ${other.id}: its agent skips a config id that it has run, so use useConfig derived`,
    { code: "config-already-deployed", provider, operation: "prepare" },
  );
}
