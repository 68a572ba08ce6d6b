import { DroverError, PermanentError } from "../../contracts/errors.ts";
import type { Json } from "../../contracts/json.ts";
import type { Intent } from "../../contracts/operation.ts";
import type { Basis, Found, Settling } from "../../contracts/provider.ts";
import { unreadable } from "../answer.ts";
import { endpointOf } from "./catalogue.ts";
import { configsPath, listConfigs, readConfig, removeConfig } from "./configs.ts";
import { derivedBody, derivedShape, refuseTooLong, signalFor } from "./derived.ts";
import type { Declared } from "./inputs.ts";
import { type Parts, placeOf } from "./parts.ts";
import { type BasisResult, configNameOf, type Deploy } from "./request.ts";
import { oldestFirst } from "./rows.ts";
import { objectIn } from "./temp-url.ts";
import { refuseUnfit } from "./validate.ts";
import { createdConfigSchema } from "./wire.ts";

/**
 * The derived config: a copy of the source with a value for every input, made for one run on one server. An agent skips a config id
 * that it has run before, so that a config of its own makes a duplicate deployment harmless, and its deletion fences a lost one.
 */
export function basis(parts: Parts, deploy: Deploy, settling: Settling, signal: AbortSignal): Basis {
  let source: Promise<Declared> | undefined;
  const load = () => {
    source ??= declaredOf(parts, deploy, signal);
    return source;
  };
  return {
    // A second config of the same name does no harm, and is removed in the end.
    settling: { ...settling, settlingMs: 0 },
    prepare: async () => {
      const declared = await load();
      refuseUnfit(parts, deploy, declared);
      refuseTooLong(JSON.stringify(derivedShape(deploy, declared)));
      if (deploy.completion === "temp-url") {
        endpointOf(parts.connection, parts.name, await parts.client.session(signal), "object-store");
      }
      return { name: configNameOf(deploy) };
    },
    create: async (intent) => create(parts, deploy, await load(), { intent, settling, signal }),
    find: async () => find(parts, deploy, signal),
  };
}

/** What the deployment is derived from: the config that came along, or the one at the provider. */
export async function declaredOf(parts: Parts, { config, configId }: Deploy, signal: AbortSignal): Promise<Declared> {
  if (config !== undefined) {
    const { inputs = [], outputs = [], ...rest } = config;
    return { ...rest, inputs, outputs };
  }
  const found = await readConfig(parts, configId ?? "", signal);
  return { ...found, inputs: found.inputs ?? [], outputs: found.outputs ?? [] };
}

interface Sending {
  readonly intent: Intent;
  readonly settling: Settling;
  readonly signal: AbortSignal;
}

async function create(
  parts: Parts,
  deploy: Deploy,
  declared: Declared,
  { intent, settling, signal }: Sending,
): Promise<Json> {
  const { client } = parts;
  const session = await client.session(signal);
  const reported = await signalFor(parts, deploy, session, intent);
  const body = await derivedBody(parts, deploy, declared, reported);
  const name = configNameOf(deploy);
  const { value, answer, call } = await client.create(
    {
      method: "POST",
      path: configsPath,
      about: `software config ${name}`,
      operation: "create-config",
      body,
      timeoutMs: settling.requestTimeoutMs,
    },
    createdConfigSchema,
    { signal, sendBefore: intent.sendBefore },
  );
  const { id, name: echoed } = value.software_config;
  if (echoed !== name) throw unreadable(answer, call, "a config of another name", "mismatch");
  return resultOf(id, placeOf(parts, session), reported?.object);
}

function resultOf(configId: string, place: string, signalObject: string | undefined): Json {
  return {
    configId,
    place,
    ...(signalObject === undefined ? {} : { signalObject }),
  } satisfies BasisResult;
}

async function find(parts: Parts, deploy: Deploy, signal: AbortSignal): Promise<Found<Json>> {
  const name = configNameOf(deploy);
  const place = placeOf(parts, await parts.client.session(signal));
  const { configs } = await listConfigs(parts, signal);
  const [kept, ...surplus] = oldestFirst(configs.filter((config) => config.name === name));
  if (kept === undefined) return { kind: "absent-so-far" };
  for (const { id } of surplus) await removeQuietly(parts, id, signal);
  if (deploy.completion !== "temp-url") return { kind: "found", result: resultOf(kept.id, place, undefined) };
  const object = await objectNamedBy(parts, kept.id, signal);
  if (object === undefined) return { kind: "absent-so-far" };
  return { kind: "found", result: resultOf(kept.id, place, object) };
}

/** An earlier attempt may have made the config: the object to read and remove is the one that it names. */
async function objectNamedBy(parts: Parts, id: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { inputs } = await readConfig(parts, id, signal);
    return objectIn(inputs?.find((input) => input.name === "deploy_signal_id")?.["value"]);
  } catch (error) {
    if (error instanceof PermanentError && error.status === 404) return undefined;
    throw error;
  }
}

/** What stays is removed at the clean-up, by its name. */
async function removeQuietly(parts: Parts, id: string, signal: AbortSignal): Promise<void> {
  try {
    await removeConfig(parts, id, signal);
  } catch (error) {
    if (!(error instanceof DroverError)) throw error;
  }
}
