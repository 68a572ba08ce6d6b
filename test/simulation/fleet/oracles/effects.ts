import { demoIds } from "../../../../emulators/azure-sphere/index.ts";
import type { OperationRecord } from "../../../../lib/contracts/operation.ts";
import { type FleetClouds, sphereGroups } from "../clouds.ts";
import type { Report } from "../verdicts.ts";

/** What the providers themselves say was made, whatever anybody was told. */

const groupsOf = () => [...sphereGroups, ...Object.values(demoIds.groups)];

/** Every deployment of a group by its images: each request of the simulation has images of its own. */
export function sphereDeployments(clouds: FleetClouds): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const group of groupsOf()) {
    for (const { imageIds } of clouds.sphere.state.deployments(group)) {
      const key = `${group} ${imageIds.join(",").toLowerCase()}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/** Deployments that ever landed, and scripts that were run, by server: each server is asked for once. */
export function heatEffects(
  clouds: FleetClouds,
): ReadonlyMap<string, { readonly rows: number; readonly runs: number }> {
  const { state } = clouds.heat;
  const runs = Map.groupBy(state.runs(), ({ serverId }) => serverId);
  const rows = Map.groupBy(state.everCreated(), ({ serverId }) => serverId);
  return new Map(
    [...new Set([...runs.keys(), ...rows.keys()])].map((server) => [
      server,
      { rows: rows.get(server)?.length ?? 0, runs: runs.get(server)?.length ?? 0 },
    ]),
  );
}

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

/** Holds after every effect. @param exempt operations of which a restored backup knew nothing */
export function noEffectTwice(clouds: FleetClouds, report: Report, exempt: { readonly all: boolean }): void {
  if (exempt.all) return;
  for (const [key, count] of sphereDeployments(clouds)) {
    if (count > 1) report("no-effect-twice", `${count} deployments of ${key}`);
  }
  for (const [server, { rows, runs }] of heatEffects(clouds)) {
    if (rows > 1 || runs > 1) report("no-effect-twice", `${rows} deployments and ${runs} runs on server ${server}`);
  }
  const byAttempt = Map.groupBy(panoramaMade(clouds), ({ operation, attempt }) => `${operation} ${attempt}`);
  for (const [attempt, made] of byAttempt) {
    if (made.length > 1) report("no-effect-twice", `${made.length} devices of attempt ${attempt}`);
  }
}

/** Whether anything was brought about for this operation; undefined where the providers cannot tell. */
export function wasEffected({ request, children }: OperationRecord, clouds: FleetClouds): boolean | undefined {
  const { fields, type } = request;
  if (type === "drover.azure-sphere.deploy") {
    const key = `${fields["deviceGroupId"]} ${(fields["images"] as readonly string[]).join(",")}`;
    return (sphereDeployments(clouds).get(key) ?? 0) > 0;
  }
  if (type === "drover.heat.deploy" && !children) {
    const [server = ""] = fields["servers"] as readonly string[];
    return (heatEffects(clouds).get(server)?.rows ?? 0) > 0;
  }
  return undefined;
}
