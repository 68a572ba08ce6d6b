import { demoDpsIds } from "../../../../emulators/azure-dps/index.ts";
import { type FleetClouds, publishedSecret, vaultName } from "../clouds.ts";
import type { Report } from "../verdicts.ts";

/** What consumers of the published key do. */
export interface ConsumerHabits {
  readonly readIntervalMs: number;
  readonly tokenLifeMs: number;
}

export interface InForce {
  readonly at: number;
  readonly keys: readonly string[];
}

function keysIn(config: unknown): readonly string[] | undefined {
  const policies = (config as { readonly policies?: unknown } | undefined)?.policies;
  if (!Array.isArray(policies)) return undefined;
  const found = policies.find((one) => one.keyName === demoDpsIds.policy);
  return found ? [found.primaryKey, found.secondaryKey] : [];
}

/** The policy's keys that were in force, each pair from its time on. */
export function keysInForce(clouds: FleetClouds, startAt: number): readonly InForce[] {
  const effects = clouds.dps.state.effects().filter(({ resource }) => resource === demoDpsIds.service);
  const before = effects.map(({ detail }) => keysIn(detail["before"])).find((keys) => keys !== undefined);
  const current = clouds.dps.state.policy(demoDpsIds.service, demoDpsIds.policy);
  const first = before ?? (current ? [current.primaryKey, current.secondaryKey] : []);
  const since = effects.flatMap(({ atMs, detail }) => {
    const keys = keysIn(detail["after"]);
    return keys ? [{ at: atMs, keys }] : [];
  });
  return [{ at: startAt, keys: first }, ...since];
}

/**
 * Whoever reads at any moment uses what is published then until he reads again, and tokens that he signed live on: every key has to be
 * good for all that time.
 */
export function consumersNeverRefused(
  clouds: FleetClouds,
  habits: ConsumerHabits,
  times: { readonly startAt: number; readonly now: number },
  report: Report,
  /** Whether an emergency has put these keys there, which ends all others at once. */
  byEmergency: (keys: InForce) => boolean = () => false,
): void {
  const inForce = keysInForce(clouds, times.startAt);
  const versions = clouds.dps.vaults.versions(vaultName, publishedSecret);
  if (inForce.at(-1)?.keys.includes(versions.at(-1)?.value ?? "") === false)
    report("consumers-never-refused", "the key that is published in the end is dead");
  for (const [index, { createdAtMs: at, value }] of versions.entries()) {
    const readUntil = versions[index + 1]?.createdAtMs ?? times.now;
    const usedUntil = Math.min(times.now, readUntil + habits.readIntervalMs + habits.tokenLifeMs);
    for (const [number, pair] of inForce.entries()) {
      const { at: from, keys } = pair;
      const endsAt = inForce[number + 1]?.at ?? Number.POSITIVE_INFINITY;
      if (keys.includes(value) || endsAt <= at || from >= usedUntil) continue;
      // Whoever had it by then is refused, and meant to be.
      if (from > at && byEmergency(pair)) break;
      const diedMs = Math.max(at, from) - times.startAt;
      report(
        "consumers-never-refused",
        `the key of version ${index} is dead ${Math.round(diedMs / 1000)} s after the start`,
      );
    }
  }
}
