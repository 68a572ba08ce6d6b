import type { OperationRecord } from "../../../../lib/contracts/operation.ts";
import type { FleetClouds } from "../clouds.ts";
import { ticketIn } from "../heat-tickets.ts";
import type { Report } from "../verdicts.ts";

/** What the providers themselves say was made, whatever anybody was told. */

/** Every deployment of a group by its images: each request of the simulation has images of its own. */
export function sphereDeployments(clouds: FleetClouds): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const group of clouds.groups) {
    for (const { imageIds } of clouds.sphere.state.deployments(group)) {
      const key = `${group} ${imageIds.join(",").toLowerCase()}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

export interface HeatEffect {
  rows: number;
  runs: number;
}

/**
 * Deployments that ever landed, and scripts that were run, by server and ticket: each server is asked for once, or with a ticket of its
 * own each time.
 */
export function heatEffects(clouds: FleetClouds): ReadonlyMap<string, HeatEffect> {
  clouds.tickets.look();
  const effects = new Map<string, HeatEffect>();
  const effectOn = (server: string, configId: string): HeatEffect => {
    const key = heatKey(server, clouds.tickets.of(configId));
    const known = effects.get(key) ?? { rows: 0, runs: 0 };
    effects.set(key, known);
    return known;
  };
  for (const { state } of clouds.heats) {
    for (const { serverId, configId } of state.runs()) effectOn(serverId, configId).runs += 1;
    for (const { serverId, configId } of state.everCreated()) effectOn(serverId, configId).rows += 1;
  }
  return effects;
}

const heatKey = (server: string, ticket: string) => (ticket === "" ? server : `${server} ${ticket}`);

export interface Made {
  readonly id: string;
  readonly operation: string;
  readonly attempt: string;
  readonly name: string;
}

/** Devices that callers made, with what they were marked with. */
export function panoramaMade(clouds: FleetClouds): readonly Made[] {
  return clouds.panorama.state.effects().flatMap(({ kind, by, deviceId: id, name, detail }) => {
    if (kind !== "provisioned" || by !== "caller") return [];
    const tags = (detail["tags"] ?? {}) as Readonly<Record<string, string>>;
    const mark = (end: string) => Object.entries(tags).find(([key]) => key.endsWith(end))?.[1] ?? "";
    return [{ id, name, operation: mark("operation"), attempt: mark("attempt") }];
  });
}

/** Holds after every effect. @param exempt operations of which a restored backup knew nothing @returns how many there are */
export function noEffectTwice(clouds: FleetClouds, report: Report, exempt: { readonly all: boolean }): number {
  if (exempt.all) return 0;
  const deployments = sphereDeployments(clouds);
  for (const [key, count] of deployments) {
    if (count > 1) report("no-effect-twice", `${count} deployments of ${key}`);
  }
  const scripts = heatEffects(clouds);
  for (const [server, { rows, runs }] of scripts) {
    if (rows > 1 || runs > 1) report("no-effect-twice", `${rows} deployments and ${runs} runs on server ${server}`);
  }
  const byAttempt = Map.groupBy(panoramaMade(clouds), ({ operation, attempt }) => `${operation} ${attempt}`);
  for (const [attempt, made] of byAttempt) {
    if (made.length > 1) report("no-effect-twice", `${made.length} devices of attempt ${attempt}`);
  }
  return deployments.size + scripts.size + byAttempt.size;
}

/** Effects are looked through again once there may be one more among this many. */
const effectsPerLook = 100;

/**
 * Looks through all effects as they are brought about: after each one while they are few, later after every hundredth part of them.
 * Providers forget none, so that what one look would have found the next one finds.
 */
export class EffectsWatch {
  readonly #look: () => number;
  readonly #noted: () => void;
  #known = 0;
  #since = 0;

  constructor(look: () => number, noted: () => void) {
    this.#look = look;
    this.#noted = noted;
  }

  readonly effected = (): void => {
    this.#noted();
    this.#since += 1;
    if (this.#since * effectsPerLook < this.#known) return;
    this.#since = 0;
    this.#known = this.#look();
  };
}

/** Answers whether anything was brought about for an operation; undefined where the providers cannot tell. */
export function effectedBy(clouds: FleetClouds): (row: OperationRecord) => boolean | undefined {
  const deployments = sphereDeployments(clouds);
  const scripts = heatEffects(clouds);
  return ({ request: { fields, type }, children }) => {
    if (type === "drover.azure-sphere.deploy") {
      const key = `${fields["deviceGroupId"]} ${(fields["images"] as readonly string[]).join(",")}`;
      return (deployments.get(key) ?? 0) > 0;
    }
    if (type !== "drover.heat.deploy" || children) return undefined;
    const [server = ""] = fields["servers"] as readonly string[];
    const { config, input_values: inputs } = fields["deployment"] as HeatDeployment;
    return (scripts.get(heatKey(server, ticketIn(config?.config, inputs) ?? ""))?.rows ?? 0) > 0;
  };
}

interface HeatDeployment {
  readonly config?: { readonly config?: unknown };
  readonly input_values?: Readonly<Record<string, unknown>>;
}
