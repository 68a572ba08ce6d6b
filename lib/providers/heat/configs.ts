import { PermanentError } from "../../contracts/errors.ts";
import type { Asked } from "./client.ts";
import { isReferenced, provider } from "./errors.ts";
import type { Parts } from "./parts.ts";
import { isDone } from "./rows.ts";
import { configSchema, configsSchema, type HeatConfig, isId, type ListedConfig } from "./wire.ts";

export const configsPath = "/software_configs";

/** @throws PermanentError when there is none */
export async function readConfig({ client }: Parts, id: string, signal: AbortSignal): Promise<HeatConfig> {
  const about = `software config ${id}`;
  const advice = "check config_id, and that the config belongs to the connection's project and region";
  if (!isId(id)) {
    throw new PermanentError(`Expected ${about}, got an id that no config has: ${advice}`, {
      code: "not-found",
      provider,
      operation: "read-config",
    });
  }
  const call = {
    method: "GET",
    path: `${configsPath}/${id}`,
    about,
    operation: "read-config",
    advice: { 404: advice },
  } as const;
  const { value } = await client.read(call, configSchema, signal);
  return value.software_config;
}

/** Pages until a short or a repeated one: what does not know `marker` answers with the first page again. */
export async function listConfigs(
  { client, bounds }: Parts,
  signal: AbortSignal,
): Promise<{ readonly configs: readonly ListedConfig[]; readonly complete: boolean }> {
  const found = new Map<string, ListedConfig>();
  let marker: string | undefined;
  for (let page = 1; page <= bounds.configPages; page += 1) {
    const query = { limit: String(bounds.configPageSize), ...(marker === undefined ? {} : { marker }) };
    const { value } = await client.read(
      { method: "GET", path: configsPath, query, about: "software configs", operation: "list-configs" },
      configsSchema,
      signal,
    );
    const fresh = value.software_configs.filter(({ id }) => !found.has(id));
    for (const config of fresh) found.set(config.id, config);
    marker = fresh.at(-1)?.id;
    if (marker === undefined || value.software_configs.length < bounds.configPageSize) {
      return { configs: [...found.values()], complete: true };
    }
  }
  return { configs: [...found.values()], complete: false };
}

/** `gone`: no deployment can name it any more, not even one that is still under way. */
export type Removal =
  | { readonly kind: "gone" }
  | { readonly kind: "referenced" }
  | { readonly kind: "undecided"; readonly asked: Asked };

/** @throws only for the connection; what Heat says is in the answer */
export async function removeConfig({ client }: Parts, id: string, signal: AbortSignal): Promise<Removal> {
  const asked = await client.ask(
    {
      method: "DELETE",
      path: `${configsPath}/${encodeURIComponent(id)}`,
      about: `the deletion of software config ${id}`,
      operation: "delete-config",
    },
    signal,
  );
  const { answer } = asked;
  if (isDone(asked)) return { kind: "gone" };
  return isReferenced(answer) ? { kind: "referenced" } : { kind: "undecided", asked };
}
