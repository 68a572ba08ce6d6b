import { describe, expect, test } from "vitest";
import { cancelOperation } from "../../lib/operations/commands.ts";
import type { FakeBehaviour } from "../simulation/fake-cloud.ts";
import { owedEventIds, wrongAtAnyTime, wrongAtTheEnd } from "../simulation/invariants.ts";
import type { Fault, WorldOptions } from "../simulation/world.ts";
import { isChosen } from "./crash-share.ts";
import { Fleet, idOf, serverNames, serversBody } from "./fleet.ts";

/** Three servers, two places in flight and few changes a minute: every run passes through parent, line and rate. */
const limits = { inFlight: 2, changesPerMinute: 2 };

interface Scenario {
  readonly behaviour: () => Partial<FakeBehaviour>;
  readonly outcomes: readonly string[];
  readonly effects: (count: number) => boolean;
  /** Virtual time after which somebody cancels the parent. */
  readonly cancelAfterMs?: number;
}

const scenarios: Record<string, Scenario> = {
  "all goes well": { behaviour: () => ({}), outcomes: ["succeeded"], effects: (count) => count === 3 },
  "the reply to a create is lost": {
    behaviour: () => ({ creates: ["lose-reply"] }),
    outcomes: ["succeeded"],
    effects: (count) => count === 3,
  },
  "a create is refused": {
    behaviour: () => ({ creates: ["refuse"] }),
    outcomes: ["partially-succeeded"],
    effects: (count) => count === 2,
  },
  "the parent is cancelled under way": {
    behaviour: () => ({ durationMs: 300_000 }),
    outcomes: ["partially-succeeded", "cancelled", "succeeded"],
    effects: (count) => count <= 3,
    cancelAfterMs: 20_000,
  },
};

const faults: Fault[] = [{ kind: "crash-before" }, { kind: "crash-after" }, { kind: "reply-lost" }];

async function play(options: WorldOptions, scenario: Scenario) {
  const fleet = new Fleet(options, scenario.behaviour(), limits);
  const problems: string[] = [];
  const owed = new Set<string>();
  fleet.world.afterIo = (label) => {
    if (!label.startsWith("ledger.write") && !label.startsWith("ledger.create")) return;
    if (options.mode === "cloud") for (const id of owedEventIds(fleet.world.store)) owed.add(id);
    problems.push(...wrongAtAnyTime(fleet.world.store).map((problem) => `after ${label}: ${problem}`));
  };
  fleet.submit(serversBody("r1", serverNames(3)));
  if (scenario.cancelAfterMs !== undefined) {
    await fleet.world.run(() => false, scenario.cancelAfterMs);
    await cancelOperation(fleet.world.outside, idOf("r1"), { by: "somebody" });
    fleet.world.keep();
  }
  await fleet.runUntilQuiet();
  problems.push(...wrongAtTheEnd(fleet.world.store));
  const published = new Set(fleet.world.store.events.map((event) => event.id));
  for (const id of owed) if (!published.has(id)) problems.push(`event ${id} was owed and never published`);
  const parent = fleet.row("r1");
  const children = fleet.rows().filter((row) => row.parent !== undefined);
  if (!scenario.outcomes.includes(parent?.outcome ?? ""))
    problems.push(`outcome ${parent?.outcome}: ${parent?.reason}`);
  const succeeded = children.filter((row) => row.outcome === "succeeded").length;
  const told = parent?.result as { children?: { ended?: { succeeded?: number } } } | undefined;
  if ((told?.children?.ended?.succeeded ?? 0) !== succeeded)
    problems.push(`the parent counts otherwise: ${parent?.reason}`);
  const { deployments } = fleet.cloud;
  if (!scenario.effects(deployments.length)) problems.push(`${deployments.length} effects`);
  if (deployments.length !== succeeded) problems.push(`${deployments.length} effects for ${succeeded} successes`);
  const groups = new Set(deployments.map((one) => one.group));
  if (groups.size !== deployments.length) problems.push("a server got two deployments");
  const most = Math.max(
    0,
    ...deployments.map(
      (one) => deployments.filter((two) => two.startedAt <= one.startedAt && one.startedAt < two.endsAt).length,
    ),
  );
  if (most > limits.inFlight) problems.push(`${most} in flight`);
  const starts = deployments.map((one) => one.startedAt).sort((a, b) => a - b);
  if (starts.length === 3 && (starts[2] ?? 0) - (starts[0] ?? 0) < 60_000) problems.push("3 changes within a minute");
  problems.push(...fleet.world.logged.filter((line) => line.startsWith("uncaught")));
  return { trace: fleet.world.trace, problems: [...new Set(problems)] };
}

/** Two test files bind it, so that they run side by side. */
export function describeChildrenCrashPoints(mode: WorldOptions["mode"]): void {
  describe.each(["none", "concurrent"] as const)(
    "a parent and its children with %s duplicate deliveries",
    (duplicates) => {
      test.each(Object.keys(scenarios))("keep every promise at every I/O boundary when %s", async (name) => {
        const scenario = scenarios[name];
        if (!scenario) throw new Error(name);
        const { trace, problems } = await play({ mode, duplicates }, scenario);
        expect(problems).toEqual([]);
        const broken: string[] = [];
        const every = (duplicates === "none" ? 3 : 13) * (mode === "cloud" ? 1 : 2);
        for (const [turn, fault] of faults.entries()) {
          for (const [index, label] of trace.entries()) {
            if (!isChosen(index, turn, { every })) continue;
            const ran = await play({ mode, duplicates, faults: new Map([[index + 1, fault]]) }, scenario);
            if (ran.problems.length === 0) continue;
            broken.push(`${fault.kind} at ${index + 1}/${trace.length}, ${label}: ${ran.problems.join("; ")}`);
          }
        }
        expect(broken.slice(0, 12)).toEqual([]);
      });
    },
  );
}
