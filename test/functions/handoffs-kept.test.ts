import { readdirSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openSystem } from "../../cli/system.ts";
import { readEnvironment } from "../../lib/configuration/environment.ts";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import { openLocalHandoffStore } from "../../lib/platforms/local/handoff.ts";
import { type ManualTime, silentLog } from "../platforms/local/manual-time.ts";
import { canary, fileName, lifeMs } from "./handoff-harness.ts";
import { handoffWorld } from "./handoff-world.ts";
import { temporaryFolder } from "./harness.ts";

/** A data folder in which something waits to be fetched, and the same host as `drover start` opens it. */
async function folderWithOffer() {
  const folder = temporaryFolder();
  const dataFolder = join(folder, "data");
  const configuration = configurationSchema.parse({
    version: 1,
    platform: { kind: "local", dataFolder },
    connections: {},
  });
  const clock = { now: () => Date.now() };
  const store = await openLocalHandoffStore({ dataFolder, clock });
  await store.put("one", canary, { fileName, expiresAt: Date.now() + 3_600_000 });
  const open = (afterRestore?: boolean) =>
    openSystem({
      configuration,
      configPath: join(folder, "drover.json"),
      terminal: { variables: {}, environment: readEnvironment({}) },
      log: silentLog,
      ...(afterRestore === undefined ? {} : { afterRestore }),
    });
  return { dataFolder, store, open, files: () => readdirSync(join(dataFolder, "handoff")) };
}

test("what waited goes on waiting when Drover is started again", async () => {
  const { open, files, store } = await folderWithOffer();
  const { platform } = await open();
  expect(files()).toEqual(["one.sealed"]);
  await platform.close();
  expect(await store.describe("one")).toBeDefined();
});

test("a backup that is restored serves nothing of what waited in it, from before anything starts", async () => {
  const { open, files, store } = await folderWithOffer();
  const { platform } = await open(true);
  expect(files()).toEqual([]);
  expect(await store.take("one")).toBeUndefined();
  await platform.close();
});

test("a restore that cannot drop what waited does not start, and lets the folder go", async () => {
  const { open, dataFolder } = await folderWithOffer();
  await rename(join(dataFolder, "handoff"), join(dataFolder, "elsewhere"));
  await writeFile(join(dataFolder, "handoff"), "no folder");
  await expect(open(true)).rejects.toThrow();
  await rename(join(dataFolder, "handoff"), join(dataFolder, "no-folder"));
  await rename(join(dataFolder, "elsewhere"), join(dataFolder, "handoff"));
  const { platform } = await open(true);
  await platform.close();
});

/** A sweep plans the next one when it has ended, which takes a moment of real time. */
const sweptUntil = (time: ManualTime, check: () => void) =>
  vi.waitFor(
    async () => {
      await time.advance(60_000);
      check();
    },
    { timeout: 10_000 },
  );

test("the sweep removes what nobody has fetched in time", async () => {
  const { provision, offer, handoffs, host, time, log } = handoffWorld();
  const id = await provision();
  const handoff = await offer(id);
  host.start(false);
  await time.advance(1_000);
  expect(await handoffs.describe(handoff)).toBeDefined();
  await time.advance(lifeMs);
  await sweptUntil(time, () => expect(log.fields).toContainEqual({ handoffs: 1 }));
  expect(await handoffs.remove(handoff)).toBe(false);
});

test("a store that cannot be swept holds up nothing else", async () => {
  const { handoffs, host, time, log } = handoffWorld();
  vi.spyOn(handoffs, "expire").mockRejectedValue(new TypeError("canary"));
  host.start(false);
  await sweptUntil(time, () => expect(log.lines.join()).toContain("warn: expired hand-offs could not be removed"));
  expect(log.lines.join()).not.toContain("the sweep failed");
});
