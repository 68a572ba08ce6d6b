import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { HttpClient } from "./client.ts";
import { Clouds } from "./clouds.ts";
import { writeConfiguration } from "./configuration.ts";
import { deckOf } from "./deck.ts";
import { Drover } from "./drover.ts";
import { freePort } from "./free-port.ts";
import { planFleet } from "./plan.ts";
import { runChaos } from "./run.ts";
import { removeShipped, shippedProgram } from "./shipped.ts";
import { soak } from "./soak.ts";
import { measureWaiting } from "./waiting.ts";
import { framesOf } from "./wal.ts";

/** A small one of what `npm run chaos` and `npm run load` do at length. */

const seed = Number(process.env["DROVER_TEST_SEED"] ?? Math.trunc(Math.random() * 1e9));

afterAll(removeShipped);

describe("the real process", () => {
  test(`loses and doubles nothing through every disaster once (seed ${seed})`, { timeout: 180_000 }, async () => {
    const result = await runChaos({ operations: 120, seed, quick: true, say: () => undefined });
    const { lost, doubled, wrongOutcomes, brokenInvariants, wrong, struck } = result;
    expect({ lost, doubled, wrongOutcomes, brokenInvariants, wrong }).toEqual({
      lost: [],
      doubled: [],
      wrongOutcomes: [],
      brokenInvariants: [],
      wrong: [],
    });
    const dealt = deckOf(true, () => 0).map(({ disaster }) => disaster);
    expect(struck.map(({ disaster }) => disaster).toSorted()).toEqual(dealt.toSorted());
    expect(result.operations).toBeGreaterThanOrEqual(120);
  });

  test("tells nobody of what a killed process had not flushed before it has", { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "drover-chaos-"));
    const fleet = planFleet(1, () => 0);
    const clouds = new Clouds(1, fleet);
    await clouds.open();
    const port = await freePort();
    writeConfiguration(folder, { urls: clouds.urls, port });
    const drover = new Drover(folder, await shippedProgram(), { DROVER_CHAOS_FLUSH_MS: "1500" });
    onTestFinished(async () => {
      await drover.kill();
      await clouds.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const client = new HttpClient(`http://127.0.0.1:${port}`);
    const frames = () => framesOf(join(drover.dataFolder, "drover.db-wal"), join(folder, "flushed"));
    await drover.start();
    expect((await client.once("POST", "/requests", fleet.work[0]?.body))?.status).toBe(202);
    for (let waited = 0; frames().written === frames().durable && waited < 200; waited += 1) await sleep(10);
    await sleep(100);
    await drover.kill();
    const { written, durable } = frames();
    expect(written).toBeGreaterThan(durable);
    await drover.start();
    expect((await client.once("GET", "/events?after=0"))?.json()["events"]).not.toEqual([]);
    expect(frames().durable).toBeGreaterThanOrEqual(written);
  });

  test("waits for two thousand operations in bounded memory", { timeout: 120_000 }, async () => {
    expect((await measureWaiting(2_000, true)).problems).toEqual([]);
  });

  test("goes on beside readers of events who do not read", { timeout: 60_000 }, async () => {
    expect((await soak(0.1, true)).problems).toEqual([]);
  });
});
