import { RetryableError } from "../../contracts/errors.ts";
import type { Outcome } from "../../contracts/event.ts";
import type { Intent } from "../../contracts/operation.ts";
import type { Traces } from "../../contracts/provider.ts";
import { listConfigs, removeConfig } from "./configs.ts";
import { provider } from "./errors.ts";
import { type Parts, refuseOtherPlace } from "./parts.ts";
import { basisOf, configNameOf, type Deploy, handleOf, type Prepared, preparedOf } from "./request.ts";
import { isMarked, removeRow, rowsOf } from "./rows.ts";

/** An `unknown` one stays as it is: a person will look at it. */
export function cleansUp({ cleanUp }: Deploy, outcome: Outcome): boolean {
  if (outcome === "cancelled") return true;
  if (outcome === "unknown" || cleanUp === "never") return false;
  return cleanUp === "always" || outcome === "succeeded";
}

/**
 * Removes row, config and signal object, in this order, since Heat keeps a config that a row names. Everything is known from what was
 * stored before it was made, so that it can begin again at any point.
 */
export async function cleanUp(parts: Parts, deploy: Deploy, traces: Traces, signal: AbortSignal): Promise<void> {
  const { basis, deployment } = traces.intents;
  const known = knownOf(traces);
  if (known.place !== undefined) refuseOtherPlace(parts, await parts.client.session(signal), known.place);
  if (known.deploymentId !== undefined) await removeRow(parts, known.deploymentId, signal);
  if (deploy.derived) {
    if (known.configId !== undefined) await removeDerived(parts, deploy, known.configId, signal);
    if (basis !== undefined && isDoubtful(basis)) await removeNamed(parts, deploy, signal);
  } else if (deployment !== undefined && (known.deploymentId === undefined || isDoubtful(deployment))) {
    await removeMarked(parts, deploy, signal);
  }
  if (known.signalObject !== undefined) await removeObject(parts, known.signalObject, signal);
}

/** What is stored, as far as it is: a handle, or else what was prepared for one. */
function knownOf({ handle, intents }: Traces) {
  if (handle !== undefined) return handleOf(handle);
  const { basis, deployment } = intents;
  const prepared: Prepared | undefined = deployment === undefined ? undefined : preparedOf(deployment.prepared);
  const made = basis?.result === undefined ? undefined : basisOf(basis.result);
  return {
    deploymentId: undefined,
    configId: prepared?.derived === false ? undefined : (prepared?.configId ?? made?.configId),
    place: prepared?.place ?? made?.place,
    signalObject: prepared?.derived === true ? prepared.signalObject : made?.signalObject,
  };
}

/** More may have been made than is known. */
function isDoubtful({ attempt, result, recovered }: Intent): boolean {
  return attempt > 1 || result === undefined || recovered === true;
}

async function removeDerived(parts: Parts, { server }: Deploy, configId: string, signal: AbortSignal): Promise<void> {
  const first = await removeConfig(parts, configId, signal);
  if (first.kind === "gone") return;
  if (first.kind === "undecided") throw parts.client.refusal(first.asked);
  const { rows } = await rowsOf(parts, server, signal);
  for (const row of rows.filter(({ config_id }) => config_id === configId)) await removeRow(parts, row.id, signal);
  const second = await removeConfig(parts, configId, signal);
  if (second.kind === "undecided") throw parts.client.refusal(second.asked);
  if (second.kind === "referenced") {
    throw new RetryableError(
      `Expected to delete software config ${configId}, got that a deployment still names it: look for one on another server with \`drover heat deployments list --connection ${parts.name}\``,
      { code: "config-in-use", provider, operation: "delete-config" },
    );
  }
}

async function removeNamed(parts: Parts, deploy: Deploy, signal: AbortSignal): Promise<void> {
  const name = configNameOf(deploy);
  const { configs } = await listConfigs(parts, signal);
  for (const config of configs) if (config.name === name) await removeDerived(parts, deploy, config.id, signal);
}

async function removeMarked(parts: Parts, { server, operation }: Deploy, signal: AbortSignal): Promise<void> {
  const { rows } = await rowsOf(parts, server, signal);
  for (const row of rows) if (isMarked(row, operation)) await removeRow(parts, row.id, signal);
}

async function removeObject({ client, connection }: Parts, object: string, signal: AbortSignal): Promise<void> {
  if (connection.tempUrl === undefined) return;
  const asked = await client.ask(
    {
      method: "DELETE",
      service: "object-store",
      path: `/${connection.tempUrl.container}/${encodeURIComponent(object)}`,
      about: `the deletion of signal object ${object}`,
      operation: "delete-signal-object",
    },
    signal,
  );
  const { status } = asked.answer;
  if ((status < 200 || status > 299) && status !== 404) throw client.refusal(asked);
}
