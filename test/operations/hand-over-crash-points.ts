import { describe, expect, test } from "vitest";
import { defaultSettings } from "../../emulators/aws-panorama/index.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { FakeMint, type MintBehaviour } from "../simulation/fake-mint.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { memoryHandoffs } from "../simulation/memory-handoffs.ts";
import type { Fault, WorldOptions } from "../simulation/world.ts";
import { isExhaustive } from "./crash-share.ts";
import { EmulatedPanorama } from "./emulated-panorama.ts";
import { type HandOverCloud, HandOverWorld, type Served } from "./hand-over-world.ts";

export interface Scenario {
  /** Of the model. */
  readonly behaviour?: () => Partial<MintBehaviour>;
  /** Of the emulator, with the shipped client. */
  readonly emulated?: ConstructorParameters<typeof EmulatedPanorama>[2];
  readonly data?: Record<string, unknown>;
  /** Credentials that nobody fetches before somebody does. */
  readonly ignores?: number;
  /** Credentials that are fetched and never plugged in, before one is. */
  readonly forgets?: number;
  /** Downloads that break off after the archive was taken. */
  readonly breaks?: number;
  /** A device of that name that belongs to somebody else. */
  readonly foreign?: boolean;
  /** I/O after which somebody ends it. */
  readonly abortAt?: number;
  readonly ends?: readonly string[];
  /** Whether it has to be the first credential that was plugged in. */
  readonly mayMint?: number;
}

const once = { ends: ["succeeded"], mayMint: 1 } as const;

export const scenarios: Record<string, Scenario> = {
  "all goes well": once,
  "one name may stand twice": { ...once, behaviour: () => ({ sameName: "second-device", listedAfterMs: 3_000 }) },
  "the answer is lost": { behaviour: () => ({ creates: ["lose-reply"], listedAfterMs: 3_000 }), mayMint: 2 },
  "the request is lost": { behaviour: () => ({ creates: ["lose-request"], sameName: "second-device" }), mayMint: 1 },
  "it is made late": {
    behaviour: () => ({ creates: [{ landLateMs: 50_000 }], sameName: "second-device", listedAfterMs: 3_000 }),
    mayMint: 2,
  },
  "nobody fetches the first": { ignores: 1, mayMint: 2 },
  "the first download breaks off": { breaks: 1, mayMint: 2 },
  "nobody plugs the first in": { forgets: 1, mayMint: 2, behaviour: () => ({ removals: ["lose-reply"] }) },
  "it is minted at once": { ...once, data: { mint: "immediate" } },
  "it is minted at once and nobody comes": {
    data: { mint: "immediate" },
    ignores: 99,
    ends: ["timed-out"],
    mayMint: 1,
    behaviour: () => ({ removals: ["lose-request"] }),
  },
  "the name is somebody else's": { foreign: true, ends: ["failed"], mayMint: 0 },
  "the quota is used up": { behaviour: () => ({ creates: ["refuse"] }), ends: ["failed"], mayMint: 1 },
};

export const faults: readonly Fault[] = [
  { kind: "crash-before" },
  { kind: "crash-after" },
  { kind: "reply-lost" },
  { kind: "late-reply", byMs: 250_000 },
  { kind: "frozen", byMs: 250_000 },
];

const patienceMs = 60_000;
const credentialLifeMs = 300_000;

/** Somebody at the appliance, who does what events and answers tell him to, and asks again where nothing comes of it. */
class Bystander {
  readonly #all: HandOverWorld<HandOverCloud>;
  readonly #scenario: Required<Pick<Scenario, "ignores" | "forgets" | "breaks">> & Scenario;
  readonly #askedAt = new Map<string, number>();
  readonly #offers = new Set<string>();
  #seen = 0;
  #forgotten = 0;
  #broken = 0;

  constructor(all: HandOverWorld<HandOverCloud>, scenario: Scenario) {
    this.#all = all;
    this.#scenario = { ignores: 0, forgets: 0, breaks: 0, ...scenario };
  }

  async stand(): Promise<void> {
    const isOver = () => this.#all.row()?.state === "ended";
    for (let round = 0; round < 2_000 && !isOver(); round += 1) {
      const [seq, served] = [this.#all.row()?.seq, this.#all.served.length];
      const hasMoved = () => isOver() || this.#all.row()?.seq !== seq || this.#all.served.length !== served;
      await this.#all.run(hasMoved, patienceMs);
      if (!isOver()) this.#look();
    }
  }

  #look(): void {
    const row = this.#all.row();
    const phase = this.#all.phase();
    const state = row?.handle as { readonly offer?: { readonly id: string } } | undefined;
    if (phase === "awaiting" && this.#scenario.data?.["mint"] !== "immediate") this.#ask("ready");
    if (phase === "offered" && state?.offer) {
      this.#offers.add(state.offer.id);
      if (this.#offers.size > this.#scenario.ignores) this.#ask("fetch");
    }
    for (const served of this.#all.served.slice(this.#seen)) this.#use(served);
    this.#seen = this.#all.served.length;
    // Who got neither an answer nor a file says it again, and so does he whose file did not arrive.
    const given = row?.pickup?.fetched?.handoff;
    const mine = this.#all.served.find(({ handoff }) => handoff === given);
    if (phase === "following" && given !== undefined && !mine?.arrived) this.#ask("ready");
  }

  #use(served: Served): void {
    if (this.#broken < this.#scenario.breaks) {
      this.#broken += 1;
      served.arrived = false;
    } else if (this.#forgotten < this.#scenario.forgets) {
      this.#forgotten += 1;
    } else if (served.arrived) {
      this.#all.cloud.plugIn(served.content);
    }
  }

  #ask(what: "ready" | "fetch"): void {
    const now = this.#all.world.clock.now();
    if (now - (this.#askedAt.get(what) ?? 0) < patienceMs) return;
    this.#askedAt.set(what, now);
    this.#all.ask(what, "ines");
  }
}

export async function play(options: WorldOptions, scenario: Scenario) {
  const { behaviour, emulated, data, foreign, abortAt, ends = ["succeeded"], mayMint = 9 } = scenario;
  const all = new HandOverWorld<HandOverCloud>(options, ({ clock, randomness }) =>
    emulated === undefined ? new FakeMint(clock, behaviour?.()) : new EmulatedPanorama(clock, randomness, emulated),
  );
  const { world, cloud } = all;
  const theirs = foreign ? cloud.addForeign("cam-1") : undefined;
  all.submit("one", data);
  if (abortAt !== undefined) {
    await all.run(() => world.trace.length >= abortAt, 60_000);
    await cancelOperation(world.outside, operationIdOf("/test", "one"), { by: "carol" });
    world.keep();
  }
  await new Bystander(all, scenario).stand();
  await all.runUntilQuiet();
  const row = all.row();
  const broken = (options.faults?.size ?? 0) > 0 || options.duplicates !== undefined;
  const problems = [...wrongAtTheEnd(world.store), ...all.leaks(), ...cloud.violations, ...wrongServings(all)];
  if (!ends.includes(row?.outcome ?? "none")) problems.push(`it ended ${row?.outcome}: ${row?.code} ${row?.reason}`);
  const kept = cloud.standing().filter(({ id }) => id !== theirs);
  const orphans = kept.filter(({ status }) => status !== "SUCCEEDED");
  if (orphans.length > 0) problems.push(`left ${orphans.map(({ id, status }) => `${id} ${status}`).join(", ")}`);
  if (row?.outcome === "succeeded" && kept.length !== 1) problems.push(`${kept.length} devices stand`);
  const untouched = cloud.standing().some(({ id, status }) => id === theirs && status === "AWAITING_PROVISIONING");
  if (theirs !== undefined && !untouched) problems.push("a device of others was touched");
  if (!broken && cloud.made() > mayMint) problems.push(`${cloud.made()} devices were made`);
  // A function that was frozen may store one when all is over: nobody is given it, and it goes with its end.
  await memoryHandoffs(all.kept, world.clock).expire(world.clock.now() + credentialLifeMs);
  if (all.kept.size > 0) problems.push(`${all.kept.size} credentials are left in the store`);
  return { trace: world.trace, problems, served: all.served, row };
}

/** Each credential at most once, and never after its end. */
function wrongServings({ served, cloud }: HandOverWorld<HandOverCloud>): string[] {
  const times = Map.groupBy(served, ({ content }) => content);
  const twice = [...times].filter(([, all]) => all.length > 1).map(() => "a credential was served twice");
  const late = served.filter(({ leftMs }) => leftMs <= 0).map(() => "a credential was served too late");
  const strange = served.filter(({ content }) => !cloud.isCredential(content)).map(() => "no credential was served");
  return [...twice, ...late, ...strange];
}

/** By default one of so many boundaries is broken in one way, where all goes well every one; the next boundary and scenario in another. */
function faultsAt(index: number, offset: number, every: number): readonly Fault[] {
  if (isExhaustive) return faults;
  if (offset > 0 && (index + offset) % every !== 0) return [];
  const turn = offset > 0 ? (index + offset) / every : index;
  return faults.slice(turn % faults.length).slice(0, 1);
}

const duplicatesAt = (index: number) =>
  isExhaustive || index % 5 === 0 ? (["none", "concurrent"] as const) : (["none"] as const);

/** With the shipped client and the emulator. */
export const emulatedScenarios: Record<string, Scenario> = {
  "all goes well": { ...once, emulated: {} },
  "one name may stand twice and lists lag": { ...once, emulated: { settings: { sameName: "second-device" } } },
  "names have to differ": { ...once, emulated: { settings: { sameName: "conflict" } } },
  "the answer is lost": {
    emulated: { faults: [{ kind: "drop", takesEffect: true, operation: "ProvisionDevice", times: 1 }] },
    mayMint: 2,
  },
  "it is made late": {
    emulated: { faults: [{ kind: "late-landing", landsAfterMs: 40_000, operation: "ProvisionDevice", times: 1 }] },
    mayMint: 2,
  },
  "calls are throttled": { ...once, emulated: { settings: { throttling: defaultSettings.throttling } } },
  "nobody plugs the first in": { emulated: {}, forgets: 1, mayMint: 2 },
  "it is minted at once and nobody comes": {
    emulated: {},
    data: { mint: "immediate" },
    ignores: 99,
    ends: ["timed-out"],
    mayMint: 1,
  },
  "the name is somebody else's": { emulated: {}, foreign: true, ends: ["failed"], mayMint: 0 },
};

/** Breaks a hand-over at every I/O boundary. */
export function describeHandOverCrashPoints(mode: WorldOptions["mode"], all = scenarios, every = 2): void {
  describe(`A hand-over on a ${mode} platform`, () => {
    test.each(Object.keys(all))(
      "leaves nothing half-made and serves nothing twice when %s",
      async (name) => {
        const offset = Object.keys(all).indexOf(name);
        const scenario = all[name] ?? {};
        const { trace, problems } = await play({ mode, sweepEveryMs: 60_000 }, scenario);
        expect(problems).toEqual([]);
        const broken: string[] = [];
        for (const [index, label] of trace.entries()) {
          for (const fault of faultsAt(index, offset, every)) {
            for (const duplicates of duplicatesAt(index)) {
              const ran = await play(
                { mode, duplicates, sweepEveryMs: 60_000, faults: new Map([[index + 1, fault]]) },
                scenario,
              );
              if (ran.problems.length === 0) continue;
              broken.push(`${fault.kind} at ${index + 1}, ${label}, ${duplicates}: ${ran.problems.join("; ")}`);
            }
          }
        }
        expect(broken.slice(0, 12)).toEqual([]);
      },
      600_000,
    );

    test("leaves nothing half-made wherever somebody ends it", async () => {
      const scenario = Object.values(all)[0] ?? {};
      const { trace } = await play({ mode }, scenario);
      const broken: string[] = [];
      for (const [index, label] of trace.entries()) {
        if (index < 3) continue;
        const ran = await play({ mode }, { ...scenario, abortAt: index, ends: ["cancelled", "succeeded"] });
        if (ran.problems.length > 0) broken.push(`ended at ${index}, ${label}: ${ran.problems.join("; ")}`);
      }
      expect(broken.slice(0, 12)).toEqual([]);
    }, 600_000);
  });
}
