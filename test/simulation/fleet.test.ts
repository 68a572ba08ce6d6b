import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { crashesOf, runCrash, runDirected } from "./fleet/boundaries.ts";
import { knownDefectOf, pastFailures } from "./fleet/corpus.ts";
import type { PlatformName } from "./fleet/host-profile.ts";
import { platforms } from "./fleet/host-profile.ts";
import { interleavings } from "./fleet/interleavings.ts";
import { mutations } from "./fleet/mutations/list.ts";
import { edited, editsOf } from "./fleet/mutations/mutation.ts";
import { optionsOf } from "./fleet/options.ts";
import { runWorld } from "./fleet/run-world.ts";
import { faultsOf, planOf } from "./fleet/swarm.ts";

const root = join(import.meta.dirname, "..", "..");
const play = (seed: number, platform?: PlatformName) => runWorld(planOf(seed, { platform }), faultsOf(seed));

describe("a world", () => {
  test("is the same every time, also in another process", async () => {
    const [first, second] = [await play(7), await play(7)];
    expect(second.trace.digest).toBe(first.trace.digest);
    expect(first.trace.count).toBeGreaterThan(100);
    const main = join(root, "test", "simulation", "main.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [main, "--seed", "7"]);
    expect(stdout).toContain(first.trace.digest);
  });

  test("is another one with another seed", async () => {
    expect((await play(8)).trace.digest).not.toBe((await play(7)).trace.digest);
  });

  test.each(platforms)("keeps every promise on %s", async (platform) => {
    for (const seed of [1, 2, 3, 4]) {
      const { violations } = await play(seed, platform);
      expect(knownDefectOf(violations) ? [] : violations).toEqual([]);
    }
  });

  test("passes the boundaries at which it is crashed", async () => {
    const { crashes } = await crashesOf("aws");
    expect(crashes.length).toBeGreaterThan(300);
    const [crash] = crashes.filter(
      ({ key, fault }) => key.includes("start-deployment queue.send") && fault === "crash-after",
    );
    if (!crash) throw new Error("Expected a crash after a send");
    const { coverage, violations } = await runCrash(crash);
    expect(violations).toEqual([]);
    expect([...(coverage.strikes.get(crash.key) ?? [])]).toEqual(["crash-after"]);
  });
});

describe("who meets whom", () => {
  test.each(Object.entries(interleavings))("%s, and every promise holds", async (_name, directed) => {
    expect((await runDirected(directed)).violations).toEqual([]);
  });
});

describe("the corpus", () => {
  test.each(pastFailures.filter(({ status }) => status === "mended"))(
    "holds for seed $seed: $why",
    async ({ seed, platform }) => {
      expect((await play(seed, platform)).violations).toEqual([]);
    },
  );
});

describe("mutations", () => {
  test("have names of their own", () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
    expect(mutations.length).toBeGreaterThanOrEqual(25);
  });

  test.each(mutations)("$name: the text is there exactly once", (mutation) => {
    for (const edit of editsOf(mutation)) {
      const source = readFileSync(join(root, edit.file), "utf8");
      expect(edited(edit, source)).not.toBe(source);
    }
  });

  test("refuse a text that has gone, or stands there twice", () => {
    const edit = { file: "one.ts", find: "a", replace: "b" };
    expect(() => edited(edit, "c")).toThrow("exactly once");
    expect(() => edited(edit, "aa")).toThrow("2 times");
  });
});

describe("the command line", () => {
  test("reads what it is asked for", () => {
    expect(optionsOf(["--seeds", "1000", "--platform", "aws"])).toMatchObject({
      seeds: 1000,
      platform: "aws",
      from: 1,
    });
    expect(optionsOf(["--seed", "7"])).toMatchObject({ seed: 7 });
  });

  test.each([
    ["--seeds", "many"],
    ["--platform", "gcp"],
    ["--chain", "none"],
    ["--scenario", "unheard-of"],
    ["--interleaving", "unheard-of"],
    ["--fault", "unheard-of"],
  ])("refuses %s %s", (name, value) => expect(() => optionsOf([name, value])).toThrow(/^Expected/));
});
