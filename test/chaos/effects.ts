import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import type { Clouds } from "./clouds.ts";
import { type Fleet, scheduledGroup, type Work } from "./fleet.ts";

/** What really happened at the providers, by their own books, beside what had to happen. */
export interface EffectCount {
  /** Effects that were asked for and are not there, or that are there once too often: one line each. */
  readonly lost: string[];
  readonly doubled: string[];
}

export interface Judged {
  readonly clouds: Clouds;
  readonly fleet: Fleet;
  /** Outcome by operation, as the events told it. */
  readonly ended: ReadonlyMap<string, string>;
  /** Operations that a schedule has asked for. */
  readonly scheduled: readonly string[];
}

export function countEffects(judged: Judged): EffectCount {
  const { fleet, scheduled } = judged;
  const count: EffectCount = { lost: [], doubled: [] };
  const expect = (what: string, found: number, least: number, most = least): void => {
    if (found < least) count.lost.push(`${what}: ${found} in place of ${least}`);
    if (found > most) count.doubled.push(`${what}: ${found} in place of ${most}`);
  };
  sphere(judged, expect);
  const onSchedule = judged.clouds.sphere.state.acceptedCreates(scheduledGroup);
  expect("the scheduled group", onSchedule, scheduled.length - openAmong(judged, scheduled), scheduled.length);
  heat(judged, expect);
  services(judged, expect);
  for (const work of fleet.work) handedOver(judged, work, expect);
  return count;
}

/** How many of them ended unknown: each may have taken place. */
const openAmong = ({ ended }: Judged, ids: readonly string[]): number =>
  ids.filter((id) => ended.get(id) === "unknown").length;

type Expect = (what: string, found: number, least: number, most?: number) => void;

function sphere(judged: Judged, expect: Expect): void {
  const { clouds, fleet } = judged;
  const wanted = Map.groupBy(
    fleet.work.filter(({ kind }) => kind === "sphere"),
    ({ subjects }) => subjects[0],
  );
  for (const { id, result } of fleet.groups) {
    if (id === scheduledGroup) continue;
    const ids = (wanted.get(id) ?? []).map((work) => work.id);
    const made = clouds.sphere.state.acceptedCreates(id);
    // One that fails leaves nothing behind by which it could be found again after a lost answer, and nothing in force.
    if (result !== "failed")
      expect(`creates for the group ${id}`, made, ids.length - openAmong(judged, ids), ids.length);
    else {
      const least = ids.length - openAmong(judged, ids);
      expect(`creates for the group ${id}, which fails`, made, least, Number.POSITIVE_INFINITY);
      expect(`deployments of the group ${id}, which fails`, clouds.sphere.state.deployments(id).length, 0);
    }
  }
}

function heat({ clouds, fleet, ended }: Judged, expect: Expect): void {
  const runs = new Map<string, number>();
  for (const one of clouds.heats.values()) {
    for (const { serverId } of one.state.runs()) runs.set(serverId, (runs.get(serverId) ?? 0) + 1);
  }
  for (const { kind, id, subjects } of fleet.work) {
    if (!kind.startsWith("heat")) continue;
    // One that was cancelled may have begun, and is then not stopped.
    const least = ended.get(id) === "cancelled" || ended.get(id) === "unknown" ? 0 : 1;
    for (const server of subjects) expect(`runs on the server ${server} (${kind})`, runs.get(server) ?? 0, least, 1);
  }
}

const writing: ReadonlySet<string> = new Set(["dps-policy", "dps-tags"]);

function services(judged: Judged, expect: Expect): void {
  const { clouds, fleet } = judged;
  const { state, vaults } = clouds.dps;
  for (const service of fleet.services) {
    const mine = fleet.work.filter(({ subjects }) => subjects[0] === service);
    const rotations = mine.filter(({ kind }) => kind === "rotation");
    const changes = mine.filter(({ kind }) => writing.has(kind));
    const [rotated, changed] = [rotations, changes].map((some) => some.map(({ id }) => id));
    // A rotation replaces both keys, one after the other.
    const applied = state.effects().filter(({ kind, resource, by }) => {
      return kind.endsWith("-applied") && resource === service && by === "caller";
    });
    const most = changes.length + 2 * rotations.length;
    const least = most - openAmong(judged, changed ?? []) - 2 * openAmong(judged, rotated ?? []);
    expect(`writes of the service ${service}`, applied.length, least, most);
    for (const { kind, id, subjects } of mine) {
      if (kind !== "dps-policy") continue;
      expect(
        `the policy ${subjects[1]}`,
        state.policy(service, subjects[1] ?? "") ? 1 : 0,
        1 - openAmong(judged, [id]),
        1,
      );
    }
    if (rotations.length === 0) continue;
    const { primaryKey, secondaryKey } = state.policy(service, demoDpsIds.policy) ?? {};
    const published = vaults.current(clouds.vault, `dps-${service}`);
    expect(
      `the published key of ${service} in force`,
      published === primaryKey || published === secondaryKey ? 1 : 0,
      1,
    );
  }
}

function handedOver(judged: Judged, { kind, id, subjects: [name = ""] }: Work, expect: Expect): void {
  const { panorama } = judged.clouds;
  const open = openAmong(judged, [id]);
  const there = panorama.state.devices(name);
  if (kind === "panorama") {
    const taken = there.filter(({ status }) => status === "SUCCEEDED").length;
    expect(`devices ${name}`, there.length, 1 - open, 1);
    expect(`devices ${name} that an appliance has taken`, taken, 1 - open, 1);
  }
  if (kind === "panorama-cancelled" || kind === "panorama-late")
    expect(`devices ${name} (${kind})`, there.length, 0, open);
}
