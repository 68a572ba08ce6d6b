import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import { ticketIn } from "../fleet/heat-tickets.ts";
import type { FleetWorld } from "../fleet/world.ts";

/** From when on a provider could have told how an operation has ended (virtual time); undefined where it ended without one. */
export type FinalStates = (row: OperationRecord) => number | undefined;

/** Read from the providers themselves, not from what anybody was told. */
export function finalStatesOf({ clouds, startAt }: FleetWorld): FinalStates {
  const byType: Readonly<Record<string, FinalStates>> = {
    "drover.azure-sphere.deploy": sphereStates(clouds.sphere),
    "drover.heat.deploy": heatStates(clouds),
    "drover.azure-dps.tag-service": dpsStates(clouds.dps),
    "drover.azure-dps.put-policy": dpsStates(clouds.dps),
    "drover.aws-panorama.provision": panoramaStates(clouds.panorama),
  };
  return (row) => {
    const at = byType[row.request.type]?.(row);
    return at === undefined ? undefined : at - startAt;
  };
}

type Clouds = FleetWorld["clouds"];

function sphereStates({ state }: Clouds["sphere"]): FinalStates {
  const keyOf = (group: string, images: readonly string[]) => `${group} ${images.join(",")}`.toLowerCase();
  const ends = new Map<string, number>();
  for (const { deviceGroupId, imageIds, result } of state.operations()) {
    if (result) ends.set(keyOf(deviceGroupId ?? "", imageIds), result.atMs);
  }
  return ({ request: { fields } }) => ends.get(keyOf(String(fields["deviceGroupId"]), fields["images"] as string[]));
}

/** A server's script has ended, and its signal was taken. */
function heatStates({ heats, tickets }: Clouds): FinalStates {
  const ends = new Map<string, number>();
  for (const { state } of heats) {
    for (const { serverId, configId, endedAtMs, signal } of state.runs()) {
      if (endedAtMs !== null && signal === "delivered") ends.set(`${serverId} ${tickets.of(configId)}`, endedAtMs);
    }
  }
  return ({ children, request: { fields } }) => {
    if (children) return undefined;
    const [server] = fields["servers"] as readonly string[];
    const { config, input_values: inputs } = fields["deployment"] as {
      readonly config?: { readonly config?: unknown };
      readonly input_values?: Readonly<Record<string, unknown>>;
    };
    return ends.get(`${server} ${ticketIn(config?.config, inputs) ?? ""}`);
  };
}

interface DpsConfig {
  readonly tags: unknown;
  readonly policies: readonly { readonly keyName: string }[];
}

/** The first configuration in force after it was asked for that has what was asked for. */
function dpsStates({ state }: Clouds["dps"]): FinalStates {
  const applied = state.effects().filter(({ kind }) => kind.endsWith("-applied"));
  return ({ createdAt, request: { fields } }) => {
    const tags = fields["tags"];
    const keyName = (fields["policy"] as { readonly keyName?: string } | undefined)?.keyName;
    return applied.find(({ atMs, resource, detail }) => {
      if (atMs < createdAt || resource !== fields["service"]) return false;
      const after = detail["after"] as DpsConfig;
      if (tags !== undefined) return JSON.stringify(after.tags) === JSON.stringify(tags);
      return after.policies.some((policy) => policy.keyName === keyName);
    })?.atMs;
  };
}

function panoramaStates({ state }: Clouds["panorama"]): FinalStates {
  const ends = new Map<string, number>();
  for (const { kind, name, atMs } of state.effects()) if (kind.startsWith("provisioning-")) ends.set(name, atMs);
  return ({ request: { fields } }) => ends.get(String((fields["device"] as { readonly Name?: string })?.Name));
}
