import { RetryableError } from "../../contracts/errors.ts";
import type { Outcome } from "../../contracts/event.ts";
import type { Intent } from "../../contracts/operation.ts";
import type { CallContext, Traces } from "../../contracts/provider.ts";
import type { ServiceCall } from "./client.ts";
import { configsPath, listConfigs, type Removal, removeConfig } from "./configs.ts";
import { isNotFound, provider } from "./errors.ts";
import { type Parts, refuseOtherPlace } from "./parts.ts";
import { basisOf, configNameOf, type Deploy, handleOf, type Prepared, preparedOf } from "./request.ts";
import { isMarked, removeRow, rowsOf } from "./rows.ts";

/** Asked before each change, where changes are counted. */
type Gate = Pick<CallContext, "signal" | "beforeChange">;

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
export async function cleanUp(parts: Parts, deploy: Deploy, traces: Traces, gate: Gate): Promise<void> {
  const { basis, deployment } = traces.intents;
  const known = knownOf(traces);
  if (known.place !== undefined) refuseOtherPlace(parts, await parts.client.session(gate.signal), known.place);
  if (known.deploymentId !== undefined) await dropRow(parts, known.deploymentId, gate);
  if (deploy.derived) {
    if (known.configId !== undefined) await removeDerived(parts, deploy, known.configId, gate);
    if (basis !== undefined && isDoubtful(basis)) await removeNamed(parts, deploy, gate);
  } else if (deployment !== undefined && (known.deploymentId === undefined || isDoubtful(deployment))) {
    await removeMarked(parts, deploy, gate);
  }
  if (known.signalObject !== undefined) await removeObject(parts, known.signalObject, gate);
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

/** Where changes are counted, what is gone already is not asked to go again: an interrupted clean-up begins anew. */
async function mayRemove({ client }: Parts, { signal, beforeChange }: Gate, seen: ServiceCall): Promise<boolean> {
  if (!beforeChange) return true;
  const { answer } = await client.ask(seen, signal);
  if (isNotFound(answer)) return false;
  await beforeChange();
  return true;
}

async function dropRow(parts: Parts, id: string, gate: Gate): Promise<void> {
  const path = `/software_deployments/${encodeURIComponent(id)}`;
  const seen = { method: "GET", path, about: `deployment ${id}`, operation: "show-deployment" } as const;
  if (await mayRemove(parts, gate, seen)) await removeRow(parts, id, gate.signal);
}

async function dropConfig(parts: Parts, id: string, gate: Gate): Promise<Removal> {
  const path = `${configsPath}/${encodeURIComponent(id)}`;
  const seen = { method: "GET", path, about: `software config ${id}`, operation: "read-config" } as const;
  return (await mayRemove(parts, gate, seen)) ? removeConfig(parts, id, gate.signal) : { kind: "gone" };
}

async function removeDerived(parts: Parts, { server }: Deploy, configId: string, gate: Gate): Promise<void> {
  const first = await dropConfig(parts, configId, gate);
  if (first.kind === "gone") return;
  if (first.kind === "undecided") throw parts.client.refusal(first.asked);
  const { rows } = await rowsOf(parts, server, gate.signal);
  for (const row of rows.filter(({ config_id }) => config_id === configId)) await dropRow(parts, row.id, gate);
  const second = await dropConfig(parts, configId, gate);
  if (second.kind === "undecided") throw parts.client.refusal(second.asked);
  if (second.kind === "referenced") {
    throw new RetryableError(
      `Expected to delete software config ${configId}, got that a deployment still names it: look for one on another server with \`drover heat deployments list --connection ${parts.name}\``,
      { code: "config-in-use", provider, operation: "delete-config" },
    );
  }
}

async function removeNamed(parts: Parts, deploy: Deploy, gate: Gate): Promise<void> {
  const name = configNameOf(deploy);
  const { configs } = await listConfigs(parts, gate.signal);
  for (const config of configs) if (config.name === name) await removeDerived(parts, deploy, config.id, gate);
}

async function removeMarked(parts: Parts, { server, operation }: Deploy, gate: Gate): Promise<void> {
  const { rows } = await rowsOf(parts, server, gate.signal);
  for (const row of rows) if (isMarked(row, operation)) await dropRow(parts, row.id, gate);
}

async function removeObject({ client, connection }: Parts, object: string, gate: Gate): Promise<void> {
  if (connection.tempUrl === undefined) return;
  await gate.beforeChange?.();
  const asked = await client.ask(
    {
      method: "DELETE",
      service: "object-store",
      path: `/${connection.tempUrl.container}/${encodeURIComponent(object)}`,
      about: `the deletion of signal object ${object}`,
      operation: "delete-signal-object",
    },
    gate.signal,
  );
  const { status } = asked.answer;
  if ((status < 200 || status > 299) && status !== 404) throw client.refusal(asked);
}
