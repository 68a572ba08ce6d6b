import { describe, expect, test } from "vitest";
import type { FakeBehaviour } from "../simulation/fake-cloud.ts";
import { owedEventIds, wrongAtAnyTime, wrongAtTheEnd } from "../simulation/invariants.ts";
import type { Fault, WorldOptions } from "../simulation/world.ts";
import { isChosen } from "./crash-share.ts";
import { Fleet, image, requestBody } from "./fleet.ts";

/** Two operations on one device group, so that every run also passes through the turn. */
const scenarios: Record<
  string,
  { readonly behaviour: () => Partial<FakeBehaviour>; outcomes: string[]; effects: number }
> = {
  "both succeed": { behaviour: () => ({}), outcomes: ["succeeded"], effects: 2 },
  "the reply to a create is lost": {
    behaviour: () => ({ creates: ["lose-reply"], visibleAfterMs: 45_000 }),
    outcomes: ["succeeded"],
    effects: 2,
  },
  "a create lands late, after its reply was lost": {
    behaviour: () => ({ creates: [{ landLateMs: 20_000 }], visibleAfterMs: 100_000 }),
    outcomes: ["succeeded"],
    effects: 2,
  },
  "a create never arrives": { behaviour: () => ({ creates: ["lose-request"] }), outcomes: ["succeeded"], effects: 2 },
  "a create is throttled, then refused": {
    behaviour: () => ({ creates: ["throttle", "refuse"] }),
    outcomes: ["failed", "succeeded"],
    effects: 1,
  },
};

const crashes: Fault[] = [{ kind: "crash-before" }, { kind: "crash-after" }, { kind: "reply-lost" }];
const faults: Fault[] = [...crashes, { kind: "late-reply", byMs: 400_000 }, { kind: "frozen", byMs: 400_000 }];

interface Ran {
  readonly trace: readonly string[];
  readonly problems: string[];
}

async function play(options: WorldOptions, scenario: keyof typeof scenarios): Promise<Ran> {
  const { behaviour, outcomes, effects } = scenarios[scenario] ?? {
    behaviour: () => ({}),
    outcomes: [] as string[],
    effects: 0,
  };
  const fleet = new Fleet(options, behaviour());
  const problems: string[] = [];
  const owed = new Set<string>();
  fleet.world.afterIo = (label) => {
    if (!label.startsWith("ledger.write") && !label.startsWith("ledger.create")) return;
    // On a local platform a crash takes back what was not flushed, and what it owed with it.
    if (options.mode === "cloud") for (const id of owedEventIds(fleet.world.store)) owed.add(id);
    problems.push(...wrongAtAnyTime(fleet.world.store).map((problem) => `after ${label}: ${problem}`));
  };
  fleet.submit(requestBody("one"));
  fleet.submit(requestBody("two", { images: [image(2)] }));
  await fleet.runUntilQuiet();
  problems.push(...wrongAtTheEnd(fleet.world.store));
  const published = new Set(fleet.world.store.events.map((event) => event.id));
  for (const id of owed) if (!published.has(id)) problems.push(`event ${id} was owed and never published`);
  const rows = fleet.rows();
  if (rows.length !== 2) problems.push(`${rows.length} operations instead of 2`);
  for (const row of rows) {
    if (!outcomes.some((outcome) => outcome === row.outcome)) problems.push(`outcome ${row.outcome}: ${row.reason}`);
  }
  if (fleet.cloud.deployments.length !== effects)
    problems.push(`${fleet.cloud.deployments.length} effects instead of ${effects}`);
  problems.push(...overlaps(fleet));
  problems.push(...fleet.world.logged.filter((line) => line.startsWith("uncaught")));
  return { trace: fleet.world.trace, problems: [...new Set(problems)] };
}

/**
 * A process that is frozen between its last look at the clock and the socket write, and for longer than the settling time, sends too
 * late: docs/architecture.md names it as what remains. Frozen anywhere else it does not send.
 */
const isResidue = (label: string, fault: Fault) => label === "provider.create" && fault.kind === "frozen";

/** Two deployments on one group never run at the same time: that is what the turn is for. */
function overlaps(fleet: Fleet): string[] {
  const [first, second] = [...fleet.cloud.deployments].sort((a, b) => a.startedAt - b.startedAt);
  return first && second && second.startedAt < first.endsAt
    ? [`${second.id} started before ${first.id} had ended`]
    : [];
}

/** Crashes the shipped steps at every I/O boundary of every scenario. Two test files bind it, so that they run side by side. */
export function describeCrashPoints(mode: WorldOptions["mode"]): void {
  describe.each(["none", "concurrent", "late"] as const)("with %s duplicate deliveries", (duplicates) => {
    test.each(Object.keys(scenarios))("keeps every promise at every I/O boundary when %s", async (scenario) => {
      const { trace, problems } = await play({ mode, duplicates }, scenario);
      expect(problems).toEqual([]);
      const broken: string[] = [];
      for (const [index, label] of trace.entries()) {
        const at = index + 1;
        for (const [turn, fault] of (duplicates === "none" ? faults : crashes).entries()) {
          // With duplicates the boundaries repeat themselves.
          if (isResidue(label, fault) || !isChosen(index, turn, { every: duplicates === "none" ? 1 : 3 })) continue;
          const ran = await play({ mode, duplicates, faults: new Map([[at, fault]]) }, scenario);
          if (ran.problems.length > 0) {
            broken.push(`${fault.kind} at ${at}/${trace.length}, ${label}: ${ran.problems.join("; ")}`);
          }
        }
      }
      expect(broken.slice(0, 12)).toEqual([]);
    });
  });
}
