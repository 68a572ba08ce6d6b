import { describe, expect, test } from "vitest";
import type { DpsFault } from "../../emulators/azure-dps/index.ts";
import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import { removeLeftKeys } from "../../functions/rotate-dps-keys/staged-keys.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import type { Fault, WorldOptions } from "../simulation/world.ts";
import { isExhaustive } from "./crash-share.ts";
import { DpsRotationWorld } from "./dps-rotation-world.ts";

const { service, policy } = demoDpsIds;
const write = { operation: "IotDpsResource_CreateOrUpdate" } as const;

interface Scenario {
  readonly faults?: readonly DpsFault[];
  /** I/O of the first rotation after which somebody ends it. */
  readonly abortAt?: number;
  readonly ends?: readonly string[];
}

const scenarios: Record<string, Scenario> = {
  "all goes well": {},
  "the replies to writes are lost": { faults: [{ kind: "drop", takesEffect: true, times: 2, ...write }] },
  "a write lands late": { faults: [{ kind: "late-landing", landsAfterMs: 70_000, times: 1, ...write }] },
};

const faults: readonly Fault[] = [
  { kind: "crash-before" },
  { kind: "crash-after" },
  { kind: "reply-lost" },
  { kind: "late-reply", byMs: 400_000 },
];

/** Two rotations of one policy, with the client, the targets and the steps as shipped. */
async function play(options: WorldOptions, { faults: struck = [], abortAt, ends = ["succeeded"] }: Scenario) {
  const rotation = new DpsRotationWorld(options);
  const { world, dps } = rotation;
  for (const fault of struck) dps.addFault(fault);
  rotation.submit("one");
  if (abortAt !== undefined) {
    await world.run(() => world.trace.length >= abortAt, 3_600_000);
    await cancelOperation(world.outside, operationIdOf("/test", "one"), { by: "carol" });
    world.keep();
  }
  await rotation.runUntilQuiet();
  rotation.submit("two");
  await rotation.runUntilQuiet();
  // A function that was frozen may stage a key when all is over.
  await removeLeftKeys({ vault: rotation.vault, ledger: world.outside.ledger });
  const problems = [...wrongAtTheEnd(world.store), ...rotation.refusedConsumers(), ...leaks(rotation)];
  const [one, two] = [rotation.row("one"), rotation.row("two")];
  if (!ends.includes(one?.outcome ?? "none")) problems.push(`the first ended ${one?.outcome}: ${one?.reason}`);
  if (two?.outcome !== "succeeded") problems.push(`the second ended ${two?.outcome}: ${two?.reason}`);
  const keys = new Set(rotation.keysInForce().flatMap((each) => each.keys));
  if (keys.size > 6) problems.push(`${keys.size - 2} new keys were in the service`);
  if (rotation.stored.size > 0) problems.push(`${rotation.stored.size} keys are left staged`);
  const now = dps.state.policy(service, policy);
  for (const versions of rotation.versions()) {
    const value = versions.at(-1)?.value;
    if (value !== now?.primaryKey && value !== now?.secondaryKey) problems.push("a target and the service disagree");
  }
  if (dps.state.service(service)?.config.policies.length !== 2) problems.push("a policy was lost");
  if (!dps.state.linkWorks(service, demoDpsIds.hub)) problems.push("the link to the hub was lost");
  return { trace: world.trace, problems };
}

function leaks(rotation: DpsRotationWorld): string[] {
  const written = rotation.everythingWritten();
  const found = ["canary", "Bearer", "&sig=", "asyncinfo", ...rotation.dps.state.everyKey()].some((secret) =>
    written.includes(secret),
  );
  return found ? ["a secret was written somewhere"] : [];
}

/** Which of the boundaries are broken, and how: by default a share of them, another one for each scenario. */
function chosen(
  count: number,
  stride: number,
  offset: number,
): readonly { readonly at: number; readonly fault: Fault }[] {
  const all = Array.from({ length: count }, (_, index) => faults.map((fault) => ({ at: index + 1, fault }))).flat();
  return isExhaustive ? all : all.filter((_, index) => (index + offset) % stride === 0);
}

export function describeDpsRotationCrashPoints(mode: WorldOptions["mode"]): void {
  describe(`Two rotations with the shipped client on a ${mode} platform`, () => {
    test.each(Object.keys(scenarios))(
      "leave no consumer with a dead key when %s",
      async (name) => {
        const scenario = scenarios[name] ?? {};
        const { trace, problems } = await play({ mode }, scenario);
        expect(problems).toEqual([]);
        const broken: string[] = [];
        // 37 is prime to the number of faults: every fault meets every kind of boundary.
        for (const { at, fault } of chosen(trace.length, 37, Object.keys(scenarios).indexOf(name) * 11)) {
          const duplicates = at % 4 === 0 ? ("concurrent" as const) : ("none" as const);
          const ran = await play({ mode, duplicates, faults: new Map([[at, fault]]) }, scenario);
          if (ran.problems.length > 0)
            broken.push(`${fault.kind} at ${at}, ${trace[at - 1]}: ${ran.problems.join("; ")}`);
        }
        expect(broken.slice(0, 12)).toEqual([]);
      },
      1_800_000,
    );

    test("leave no consumer with a dead key wherever the first one is ended", async () => {
      const { trace } = await play({ mode }, {});
      const broken: string[] = [];
      for (const { at, fault } of chosen(trace.length, 61, 5)) {
        const ran = await play(
          { mode, faults: new Map([[at + 4, fault]]) },
          { abortAt: at, ends: ["cancelled", "succeeded"] },
        );
        if (ran.problems.length > 0) broken.push(`ended at ${at}, ${fault.kind}: ${ran.problems.join("; ")}`);
      }
      expect(broken.slice(0, 12)).toEqual([]);
    }, 1_800_000);
  });
}
