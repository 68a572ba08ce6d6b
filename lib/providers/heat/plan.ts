import type { Json } from "../../contracts/json.ts";
import type { PlannedCall } from "../../contracts/provider.ts";
import { configsPath } from "./configs.ts";
import { rowFor } from "./create.ts";
import { derivedShape } from "./derived.ts";
import type { Declared } from "./inputs.ts";
import type { Parts } from "./parts.ts";
import type { Deploy } from "./request.ts";

/** What only the calls before can say. */
const derivedId = "<id of the derived config>";
const signedUrl = "<signed URL for one object, made when it is sent>";

/** The calls that a deployment begins with. Logins, polls and the clean-up come on top. */
export function planOf({ connection }: Parts, deploy: Deploy): readonly PlannedCall[] {
  const base = connection.endpoint?.replace(/\/+$/, "") ?? `<orchestration of region ${connection.region}>`;
  const read = (path: string): PlannedCall => ({ method: "GET", url: `${base}${path}`, changes: false });
  const post = (path: string, body: unknown): PlannedCall => ({
    method: "POST",
    url: `${base}${path}`,
    body: body as Json,
    changes: true,
  });
  const { derived, configId } = deploy;
  const source = configId === undefined ? [] : [read(`${configsPath}/${encodeURIComponent(configId)}`)];
  const row = post(
    "/software_deployments",
    rowFor(deploy, { derived, configId: derived ? derivedId : (configId ?? "") }),
  );
  if (!derived) {
    return [...source, read(`/software_deployments?${new URLSearchParams({ server_id: deploy.server })}`), row];
  }
  const url = deploy.completion === "temp-url" ? signedUrl : undefined;
  return [...source, post(configsPath, derivedShape(deploy, plannedSource(deploy), url)), row];
}

/** Secrets show as the references they are; what the provider holds is not read for a plan. */
function plannedSource({ config, configId, inputValues }: Deploy): Declared {
  if (config !== undefined) {
    const { inputs = [], outputs = [], ...rest } = config;
    return { ...rest, inputs, outputs };
  }
  const inputs = Object.keys(inputValues).map((name) => ({ name }));
  return { group: `<of ${configId}>`, config: `<of ${configId}>`, inputs, outputs: [] };
}
