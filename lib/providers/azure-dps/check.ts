import { DroverError } from "../../contracts/errors.ts";
import type { CallContext, ProviderCheck } from "../../contracts/provider.ts";
import type { TokenSource } from "../entra/tokens.ts";
import { listed } from "../quoted.ts";
import type { Parts } from "./parts.ts";
import { models, newerSettingNames } from "./versions.ts";

export interface CheckInput {
  readonly tokens: TokenSource;
  readonly scope: string;
}

/** What each kind of request needs, beside reading. */
const actions = [
  "provisioningServices/read",
  "provisioningServices/write",
  "provisioningServices/listkeys/action",
  "provisioningServices/keys/listkeys/action",
] as const;

/** Logs in and reads, up to the first that fails: a later one would only repeat its cause. */
export async function check(
  { client, connection, name }: Parts,
  { tokens, scope }: CheckInput,
  { signal }: CallContext,
): Promise<readonly ProviderCheck[]> {
  const checks: ProviderCheck[] = [checkVersion(connection.apiVersion, name)];
  const step = async (what: string, run: () => Promise<string>): Promise<boolean> => {
    try {
      checks.push({ what, ok: true, detail: await run() });
      return true;
    } catch (error) {
      if (!(error instanceof DroverError)) throw error;
      checks.push({ what, ok: false, detail: error.message });
      return false;
    }
  };
  const login = await step("login", async () => {
    await tokens.get(signal);
    return `Got a token for ${scope}`;
  });
  if (!login) return checks;
  const read = await step("services", async () => {
    const services = await client.servicesOfSubscription(signal);
    const names = services.flatMap((service) => service.name ?? []);
    const seen = `${services.length} service(s) visible in subscription ${connection.subscriptionId}`;
    return names.length === 0 ? seen : `${seen}: ${listed(names, 5)}`;
  });
  if (read) checks.push(rights(name));
  return checks;
}

/** Nothing can be asked that would show it: listing keys to try would put them on the wire for no need. */
function rights(name: string): ProviderCheck {
  const needed = actions.map((action) => `Microsoft.Devices/${action}`).join(", ");
  return {
    what: "rights",
    ok: true,
    detail: `Reading works; whether more is allowed shows with the first request that needs it: a rotation needs ${needed} for the identity of connection ${name}`,
  };
}

function checkVersion(apiVersion: string, name: string): ProviderCheck {
  const hidden = newerSettingNames.filter((setting) => !models(apiVersion, setting));
  if (hidden.length === 0) return { what: "api-version", ok: true, detail: `${apiVersion} shows every known setting` };
  return {
    what: "api-version",
    ok: true,
    warning: true,
    detail: `${apiVersion} does not show ${hidden.join(", ")}: Drover asks newer versions before a write and refuses to reset what is set; a newer connections.${name}.apiVersion keeps such settings`,
  };
}
