import { describe, expect, test } from "vitest";
import { removeLeftKeys } from "../../functions/rotate-dps-keys/staged-keys.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import type { KeyBehaviour } from "../simulation/fake-keys.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import type { Fault, WorldOptions } from "../simulation/world.ts";
import { isExhaustive } from "./crash-share.ts";
import { RotationWorld } from "./rotation-world.ts";

interface Scenario {
  readonly behaviour?: () => Partial<KeyBehaviour>;
  /** I/O of the first rotation after which somebody ends it. */
  readonly abortAt?: number;
  /** Whether the second rotation is asked for in the grace of the first one. */
  readonly overlapping?: boolean;
  /** How the first one may end. */
  readonly ends?: readonly string[];
}

export const scenarios: Record<string, Scenario> = {
  "all goes well": {},
  "the second is asked for in the grace of the first": { overlapping: true },
  "the replies to both writes are lost": { behaviour: () => ({ puts: ["lose-reply", "lose-reply"] }) },
  "both writes are lost": { behaviour: () => ({ puts: ["lose-request", "lose-request"] }) },
  "the writes land late": { behaviour: () => ({ puts: [{ landLateMs: 50_000 }, { landLateMs: 50_000 }] }) },
  "the publications are lost, or land late": {
    behaviour: () => ({ publishes: ["lose-request", "lose-reply", "lose-reply", { landLateMs: 60_000 }] }),
  },
};

export const faults: readonly Fault[] = [
  { kind: "crash-before" },
  { kind: "crash-after" },
  { kind: "reply-lost" },
  { kind: "late-reply", byMs: 250_000 },
];

/** Two rotations of one policy, one after the other. */
export async function play(options: WorldOptions, { behaviour, abortAt, overlapping, ends = ["succeeded"] }: Scenario) {
  const rotation = new RotationWorld(options, behaviour?.());
  const { world } = rotation;
  const keysBefore = Object.values(rotation.service.keys);
  rotation.submit("one");
  if (abortAt !== undefined) {
    await world.run(() => world.trace.length >= abortAt, 3_600_000);
    await cancelOperation(world.outside, operationIdOf("/test", "one"), { by: "carol" });
    world.keep();
  }
  if (overlapping) {
    await world.run(() => rotation.row("one")?.providerStatus === "grace", 3_600_000);
    rotation.submit("two");
  }
  await rotation.runUntilQuiet();
  if (!overlapping) {
    rotation.submit("two");
    await rotation.runUntilQuiet();
  }
  // A function that was frozen may stage a key when all is over.
  await removeLeftKeys({ vault: rotation.vault, ledger: world.outside.ledger });
  const problems = [...wrongAtTheEnd(world.store), ...rotation.refusedConsumers()];
  const [one, two] = [rotation.row("one"), rotation.row("two")];
  if (!ends.includes(one?.outcome ?? "none"))
    problems.push(`the first ended ${one?.outcome}: ${one?.code} ${one?.reason}`);
  if (two?.outcome !== "succeeded") problems.push(`the second ended ${two?.outcome}: ${two?.code} ${two?.reason}`);
  problems.push(...madeTooMany(rotation, keysBefore));
  if (rotation.staged.size > 0) problems.push(`${rotation.staged.size} keys are left staged`);
  if (rotation.service.around !== "as it was") problems.push("what stands around the keys has changed");
  const { primary, secondary } = rotation.service.keys;
  for (const [name, versions] of rotation.service.published) {
    const value = versions.at(-1)?.value;
    if (value !== primary && value !== secondary) problems.push(`${name} and the service disagree at the end`);
  }
  return { trace: world.trace, problems };
}

/** One new key for each slot and rotation, whatever was repeated. */
function madeTooMany(rotation: RotationWorld, keysBefore: readonly string[]): string[] {
  const seen = new Set(rotation.service.history.flatMap(({ keys }) => Object.values(keys)));
  const made = [...seen].filter((key) => !keysBefore.includes(key)).length;
  return made > 4 ? [`${made} new keys were in the service`] : [];
}

/** By default every second boundary is broken in one way, where all goes well every one; the next boundary and scenario in another. */
function faultsAt(index: number, offset: number): readonly Fault[] {
  if (isExhaustive) return faults;
  if (offset > 0 && (index + offset) % 2 === 1) return [];
  const turn = offset > 0 ? (index + offset) / 2 : index;
  return faults.slice(turn % faults.length).slice(0, 1);
}

const duplicatesAt = (index: number) =>
  isExhaustive || index % 5 === 0 ? (["none", "concurrent"] as const) : (["none"] as const);

/** Breaks two consecutive rotations at every I/O boundary. */
export function describeRotationCrashPoints(mode: WorldOptions["mode"]): void {
  describe(`Two rotations on a ${mode} platform`, () => {
    test.each(Object.keys(scenarios))(
      "leave no consumer with a dead key when %s",
      async (name) => {
        const offset = Object.keys(scenarios).indexOf(name);
        const scenario = scenarios[name] ?? {};
        const { trace, problems } = await play({ mode }, scenario);
        expect(problems).toEqual([]);
        const broken: string[] = [];
        for (const [index, label] of trace.entries()) {
          for (const fault of faultsAt(index, offset)) {
            for (const duplicates of duplicatesAt(index)) {
              const ran = await play({ mode, duplicates, faults: new Map([[index + 1, fault]]) }, scenario);
              if (ran.problems.length === 0) continue;
              broken.push(`${fault.kind} at ${index + 1}, ${label}, ${duplicates}: ${ran.problems.join("; ")}`);
            }
          }
        }
        expect(broken.slice(0, 12)).toEqual([]);
      },
      600_000,
    );

    test("leave no consumer with a dead key wherever the first one is ended", async () => {
      const { trace } = await play({ mode }, {});
      const broken: string[] = [];
      const ends = ["cancelled", "succeeded"];
      for (const [index, label] of trace.entries()) {
        if (index < 3) continue;
        for (const fault of faultsAt(index, 1)) {
          const ran = await play({ mode, faults: new Map([[index + 3, fault]]) }, { abortAt: index, ends });
          if (ran.problems.length > 0)
            broken.push(`ended at ${index}, ${label}, ${fault.kind}: ${ran.problems.join("; ")}`);
        }
      }
      expect(broken.slice(0, 12)).toEqual([]);
    }, 600_000);
  });
}
