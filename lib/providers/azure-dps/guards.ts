import { DroverError, PermanentError, RetryableError } from "../../contracts/errors.ts";
import type { DpsClient } from "./client.ts";
import { linksByIdentity } from "./editable.ts";
import { provider } from "./errors.ts";
import type { Where } from "./paths.ts";
import { quotedWord } from "./said.ts";
import { stateOf } from "./states.ts";
import { models, type NewerSetting, newerSettingNames, olderShowingVersion, showingVersions } from "./versions.ts";
import type { ServiceDescription } from "./wire.ts";

/** @throws RetryableError while it passes by itself, PermanentError for a state in which a write makes no sense */
export function requireActive({ service }: Where, { properties }: Pick<ServiceDescription, "properties">): void {
  const state = stateOf(properties.state);
  if (state === undefined) {
    throw new PermanentError(
      `Expected service ${service} to be Active, got the unknown state ${quotedWord(properties.state)}: update Drover, or wait for a known state and submit the request again`,
      { provider, code: "unknown-state" },
    );
  }
  if (state.kind === "settled") return;
  const message = `Expected service ${service} to be Active, got ${state.name}: ${state.advice}`;
  if (state.kind === "passing") throw new RetryableError(message, { provider, code: state.code, effect: "none" });
  throw new PermanentError(message, { provider, code: state.code });
}

/** What the connection's api-version does not show of a service, as newer ones do. */
export interface Hidden {
  readonly shown: readonly ServiceDescription[];
}

/**
 * Reads the service with versions that show everything. Where a cloud does not know one of them, the next is asked.
 * @throws RetryableError, UnauthorizedError; PermanentError when it is not there
 */
export async function readHidden(client: DpsClient, where: Where, signal: AbortSignal): Promise<Hidden> {
  const shown: ServiceDescription[] = [];
  for (const version of showingVersions) {
    const description = await readAs(client, where, version, signal);
    if (description !== undefined) shown.push(description);
  }
  if (shown.length > 0) return { shown };
  const older = await readAs(client, where, olderShowingVersion, signal);
  return { shown: older === undefined ? [] : [older] };
}

async function readAs(client: DpsClient, where: Where, version: string, signal: AbortSignal) {
  try {
    return await client.service(where, signal, version);
  } catch (error) {
    // A cloud without this version; what it shows nobody can have set there.
    if (error instanceof DroverError && error.code === "api-version-refused") return undefined;
    throw error;
  }
}

/** @throws PermanentError when keys do not work at all: replacing one would prove nothing */
export function requireLocalAuth({ service }: Where, { shown }: Hidden): void {
  if (!shown.some(({ properties }) => properties.disableLocalAuth === true)) return;
  throw new PermanentError(
    `Expected service ${service} to accept keys, got disableLocalAuth: rotate nothing, or allow keys there first`,
    { provider, code: "keys-disabled" },
  );
}

/**
 * A write replaces the whole service, and what its api-version does not know may fall back to a default: whether it does is nowhere said.
 * @throws PermanentError naming what is set
 */
export function requireNothingToReset(where: Where, { shown }: Hidden, apiVersion: string): void {
  const names = newerSettingNames.filter(
    (name) => !models(apiVersion, name) && shown.some((description) => isSet(name, settingIn(name, description))),
  );
  const hubs = shown.some(({ properties }) => (properties.iotHubs ?? []).some(linksByIdentity));
  const all = [...names, ...(hubs ? ["hubs linked by an identity"] : [])];
  if (all.length === 0) return;
  throw new PermanentError(
    `Expected service ${where.service} without settings that a write with api-version ${apiVersion} may reset, got ${all.join(", ")}: set the connection's apiVersion to one that knows them, or make the change with the tool that set them`,
    { provider, code: "would-reset" },
  );
}

function settingIn(name: NewerSetting, { properties, identity }: ServiceDescription): unknown {
  return name === "identity" ? identity : properties[name];
}

/** Whether a setting differs from what a service has that nobody ever touched. */
function isSet(name: NewerSetting, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  if (name === "publicNetworkAccess") return typeof value !== "string" || value.toLowerCase() !== "enabled";
  if (name === "identity" && typeof value === "object" && "type" in value) {
    return typeof value.type !== "string" || value.type.toLowerCase() !== "none";
  }
  return true;
}
