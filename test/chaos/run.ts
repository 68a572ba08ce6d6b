import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../emulators/random.ts";
import { HttpClient } from "./client.ts";
import { Clouds } from "./clouds.ts";
import { writeConfiguration } from "./configuration.ts";
import { KeyConsumers } from "./consumer.ts";
import { type Card, deckOf } from "./deck.ts";
import { type Scene, type Struck, strike } from "./disasters.ts";
import { Drover } from "./drover.ts";
import { freePort } from "./free-port.ts";
import { Installer } from "./installer.ts";
import { readFolder } from "./ledger.ts";
import { planFleet } from "./plan.ts";
import { EventReader } from "./reader.ts";
import { shippedProgram } from "./shipped.ts";
import { submitAll } from "./submitter.ts";
import { judge, type Verdict } from "./verdict.ts";

export interface ChaosOptions {
  readonly operations: number;
  readonly seed: number;
  readonly quick: boolean;
  /** Told what happens, as it happens. */
  readonly say: (line: string) => void;
}

export interface ChaosResult extends Verdict {
  readonly struck: readonly Struck[];
  readonly wrong: readonly string[];
  readonly requests: number;
  readonly repeats: number;
  readonly unanswered: number;
  readonly reconnects: number;
  readonly handedOver: { readonly fetched: number; readonly lost: number };
  readonly consumers: { readonly served: number; readonly refused: number };
  readonly tookMs: number;
  /** The process's folder, kept where something is wrong with it. */
  readonly kept?: string;
}

/** After everything has ended. */
const installerWithinMs = 10_000;
const endsWithinMs = { quick: 60_000, whole: 15 * 60_000 };

/** Thousands of operations on the real process, while everything happens to it that can. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { operations, seed, say } = options;
  const startedMs = performance.now();
  const planning = seededRandom(seed);
  const fleet = planFleet(operations, planning);
  const deck = deckOf(options.quick, planning);
  const folder = mkdtempSync(join(tmpdir(), "drover-chaos-"));
  const main = await shippedProgram();
  const clouds = new Clouds(seed, fleet);
  await clouds.open();
  const port = await freePort();
  writeConfiguration(folder, { urls: clouds.urls, port, scheduledFrom: new Date(Date.now() + 5_000) });
  const drover = new Drover(folder, main, { DROVER_CHAOS_FLUSH_MS: "12" });
  const client = new HttpClient(`http://127.0.0.1:${port}`);
  const wrong: string[] = [];
  drover.onUnexpectedEnd = (how) => wrong.push(how);
  const reader = new EventReader(client);
  const installer = new Installer(client, clouds);
  const consumers = new KeyConsumers(clouds, fleet.services);
  let isClean = false;
  try {
    await drover.start();
    reader.start();
    consumers.start();
    // Each with chance of its own: what one draws does not depend on when another does.
    const chanceOf = (number: number) => seededRandom(seed + number);
    const [sending, coming, striking] = [chanceOf(1), chanceOf(2), chanceOf(3)];
    const perSecond = options.quick ? 40 : fleet.work.length / (deck.length * 8);
    const submitted = (work: (typeof fleet.work)[number]) => installer.comes(work, coming);
    const submitting = submitAll({ client, work: fleet.work, random: sending, perSecond, submitted });
    submitting.catch(() => undefined);
    const scene = { drover, clouds, client, random: striking, wrong };
    const struck = await strikeAll(scene, deck, options);
    const { repeats, wrong: refused } = await submitting;
    say(`everything is submitted, ${reader.ended.size} operations have ended`);
    await untilEnded(reader, operationsOf(fleet.work), options);
    await Promise.race([installer.done(), sleep(installerWithinMs)]);
    // Without its schedule, so that nothing begins any more; and once in order.
    writeConfiguration(folder, { urls: clouds.urls, port });
    if (!(await drover.stop())) wrong.push("drover start did not end in order");
    await drover.start();
    await untilEnded(reader, reader.accepted.size, options);
    consumers.stop();
    await reader.stop();
    if (!(await drover.stop())) wrong.push("drover start did not end in order");
    const verdict = judge(clouds, fleet, reader, await readFolder(drover.dataFolder));
    wrong.push(...refused, ...installer.wrong, ...client.defects);
    if (consumers.refused > 0) wrong.push(`${consumers.refused} uses of a published key were refused`);
    const { lost, doubled, wrongOutcomes, brokenInvariants } = verdict;
    isClean = [lost, doubled, wrongOutcomes, brokenInvariants, wrong].every(({ length }) => length === 0);
    return {
      ...verdict,
      ...(isClean ? {} : { kept: folder }),
      struck,
      wrong,
      requests: fleet.work.length,
      repeats,
      unanswered: client.unanswered,
      reconnects: reader.reconnects,
      handedOver: { fetched: installer.fetched, lost: installer.lostFetches },
      consumers: { served: consumers.served, refused: consumers.refused },
      tookMs: performance.now() - startedMs,
    };
  } finally {
    client.end();
    consumers.stop();
    await drover.kill();
    await reader.stop();
    await clouds.close();
    if (isClean) rmSync(folder, { recursive: true, force: true });
  }
}

const operationsOf = (work: readonly { readonly operations: number }[]): number =>
  work.reduce((sum, { operations }) => sum + operations, 0);

async function strikeAll(
  scene: Scene,
  deck: readonly Card[],
  { quick: isQuick, say }: ChaosOptions,
): Promise<Struck[]> {
  const struck: Struck[] = [];
  for (const { disaster, durations } of deck) {
    await sleep((isQuick ? 150 : 1_500) + scene.random() * (isQuick ? 500 : 3_500));
    const one = await strike(scene, disaster, durations);
    struck.push(one);
    say(`${disaster}: back after ${Math.round(one.recoveryMs)} ms ${one.note}`.trimEnd());
  }
  return struck;
}

/** @param count operations that have to end at least */
async function untilEnded(reader: EventReader, count: number, { quick: isQuick }: ChaosOptions): Promise<void> {
  const endsAtMs = performance.now() + (isQuick ? endsWithinMs.quick : endsWithinMs.whole);
  const isOver = () => reader.ended.size >= count && reader.ended.size >= reader.accepted.size;
  while (!isOver() && performance.now() < endsAtMs) await sleep(100);
}
