import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../emulators/random.ts";
import { type Card, deckOf } from "./deck.ts";
import { type Struck, strike } from "./disasters.ts";
import { planFleet } from "./plan.ts";
import type { EventReader } from "./reader.ts";
import type { Scene } from "./scene.ts";
import { leftBehind } from "./snapshot.ts";
import { Stage, type StageOptions } from "./stage.ts";
import { submitAll } from "./submitter.ts";
import { judge, type Verdict } from "./verdict.ts";

export interface ChaosOptions extends StageOptions {
  /** Only disasters whose name has this in it. */
  readonly only?: string | undefined;
}

export interface ChaosResult extends Verdict {
  readonly struck: readonly Struck[];
  readonly wrong: readonly string[];
  readonly requests: number;
  readonly repeats: number;
  readonly unanswered: number;
  readonly reconnects: number;
  /** Operations that nobody could tell the outcome of, on a clock that was hours ahead. */
  readonly resolved: number;
  readonly handedOver: { readonly fetched: number; readonly lost: number };
  readonly consumers: { readonly served: number; readonly refused: number };
  readonly tookMs: number;
  /** The process's folder, kept where something is wrong with it. */
  readonly kept?: string;
}

/** Requests come at that pace at most: so many milliseconds for the share of each disaster. */
const [paceMs, quickPaceMs] = [8_000, 1_500];
/** After everything has ended. */
const installerWithinMs = 10_000;
const endsWithinMs = { quick: 60_000, whole: 15 * 60_000 };

/** Thousands of operations on the real process, while everything happens to it that can. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { operations, seed, quick, say } = options;
  const startedMs = performance.now();
  const planning = seededRandom(seed);
  const fleet = planFleet(operations, planning);
  const deck = deckOf(quick, planning).filter(({ disaster }) => disaster.includes(options.only ?? ""));
  const stage = await Stage.open(options, fleet);
  const { clouds, drover, client, reader, installer, consumers, resolver, disk } = stage;
  const wrong: string[] = [];
  drover.onUnexpectedEnd = (how) => wrong.push(how);
  let [isClean, isOver] = [false, false];
  try {
    await stage.begin();
    // Each with chance of its own: what one draws does not depend on when another does.
    const chanceOf = (number: number) => seededRandom(seed + number);
    const [sending, coming, striking] = [chanceOf(1), chanceOf(2), chanceOf(3)];
    const overMs = Math.max(4, deck.length) * (quick ? quickPaceMs : paceMs);
    const perSecond = (fleet.work.length / overMs) * 1_000;
    const promised = new Set<string>();
    const submitted = (work: (typeof fleet.work)[number]) => {
      promised.add(work.id);
      installer.comes(work, coming);
    };
    const struck: Struck[] = [];
    // Each disaster finds work under way, however long those before it took.
    const allowed = () =>
      isOver ? Number.POSITIVE_INFINITY : (fleet.work.length * (struck.length + 1)) / Math.max(1, deck.length);
    const submitting = submitAll({ client, work: fleet.work, random: sending, perSecond, allowed, submitted });
    submitting.catch(() => undefined);
    const { doubtful } = resolver;
    const scene = { drover, clouds, client, reader, random: striking, disk, promised, doubtful, wrong };
    await strikeAll(scene, deck, struck, options);
    const { repeats, wrong: refused } = await submitting;
    say(`everything is submitted, ${reader.ended.size} operations have ended`);
    await untilEnded(reader, operationsOf(fleet.work), options);
    await Promise.race([installer.done(), sleep(installerWithinMs)]);
    // So that nothing begins any more; and once in order.
    stage.schedule(false);
    if (!(await drover.stop())) wrong.push("drover start did not end in order");
    await drover.start();
    await untilEnded(reader, reader.accepted.size, options);
    consumers.stop();
    await reader.stop();
    if (!(await drover.stop())) wrong.push("drover start did not end in order");
    const verdict = judge({ clouds, fleet, reader, left: await leftBehind(drover), doubtful });
    wrong.push(...refused, ...installer.wrong, ...resolver.wrong, ...client.defects);
    if (consumers.refused > 0) wrong.push(`${consumers.refused} uses of a published key were refused`);
    const { lost, doubled, wrongOutcomes, brokenInvariants } = verdict;
    isClean = [lost, doubled, wrongOutcomes, brokenInvariants, wrong].every(({ length }) => length === 0);
    return {
      ...verdict,
      ...(isClean ? {} : { kept: stage.folder }),
      struck,
      wrong,
      requests: fleet.work.length,
      repeats,
      unanswered: client.unanswered,
      reconnects: reader.reconnects,
      resolved: resolver.resolved,
      handedOver: { fetched: installer.fetched, lost: installer.lostFetches },
      consumers: { served: consumers.served, refused: consumers.refused },
      tookMs: performance.now() - startedMs,
    };
  } finally {
    isOver = true;
    await stage.close(!isClean);
  }
}

const operationsOf = (work: readonly { readonly operations: number }[]): number =>
  work.reduce((sum, { operations }) => sum + operations, 0);

async function strikeAll(
  scene: Scene,
  deck: readonly Card[],
  struck: Struck[],
  { quick: isQuick, say }: ChaosOptions,
): Promise<void> {
  for (const { disaster, durations } of deck) {
    await sleep((isQuick ? 150 : 1_500) + scene.random() * (isQuick ? 500 : 3_500));
    const one = await strike(scene, disaster, durations);
    struck.push(one);
    say(`${disaster}: back after ${Math.round(one.recoveryMs)} ms ${one.note}`.trimEnd());
  }
}

/** @param count operations that have to end at least */
async function untilEnded(reader: EventReader, count: number, { quick: isQuick }: ChaosOptions): Promise<void> {
  const endsAtMs = performance.now() + (isQuick ? endsWithinMs.quick : endsWithinMs.whole);
  const isOver = () => reader.ended.size >= count && reader.ended.size >= reader.accepted.size;
  while (!isOver() && performance.now() < endsAtMs) await sleep(100);
}
