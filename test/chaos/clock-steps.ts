import { setTimeout as sleep } from "node:timers/promises";
import { restarted } from "./kills.ts";
import { type Durations, type Ended, recoversWithinMs, type Scene, seconds } from "./scene.ts";

/** Work that has to be under way for its going on to mean something. */
const askedFor = 4;
/** The others may have been put off for what happened before. */
const goesOnShare = 0.5;

export async function clockStep({ drover }: Scene, { clockMs, steppedMs }: Durations): Promise<Ended> {
  drover.stepClock(steppedMs);
  await sleep(clockMs);
  const startedMs = performance.now();
  drover.stepClock(0);
  return { startedMs, note: `by ${seconds(steppedMs)}, and back after ${seconds(clockMs)}` };
}

/** The next process finds the clock as wrong as it was, and has it put right under its feet. */
export async function killedOnWrongClock(scene: Scene, { clockMs, steppedMs }: Durations): Promise<Ended> {
  const { drover, random } = scene;
  const byMs = random() < 0.5 ? steppedMs : -steppedMs;
  drover.stepClock(byMs);
  await sleep(clockMs / 2);
  await drover.kill();
  await restarted(scene, "");
  await sleep(clockMs / 2);
  const startedMs = performance.now();
  drover.stepClock(0);
  return { startedMs, note: `while it was wrong by ${seconds(byMs)}` };
}

/** Hours ahead, put right, and started again: what the next process finds written down are times of a clock that nobody has. */
export async function clockPutRight(scene: Scene, { clockMs, aheadMs }: Durations): Promise<Ended> {
  const { drover, reader, random, wrong } = scene;
  const before = new Set(reader.ended.keys());
  drover.stepClock(aheadMs);
  await sleep(clockMs / 2);
  await askForMore(scene);
  await sleep(clockMs / 2);
  const isSeen = random() < 0.5;
  if (isSeen) {
    drover.stepClock(0);
    await sleep(200);
  }
  const inOrder = random() < 0.5;
  if (!inOrder) await drover.kill();
  else if (!(await drover.stop())) wrong.push("drover start did not end in order");
  drover.stepClock(0);
  const underWay = underWayIn(scene);
  const how = `${inOrder ? "ended" : "killed"} ${isSeen ? "after" : "before"} it was put right`;
  const ended = await restarted(scene, `by ${aheadMs / 3_600_000} h, ${how}`);
  // What was accepted and is not told of yet comes with the first events.
  const doubt = () => {
    for (const id of reader.accepted.keys()) if (!before.has(id)) scene.doubtful.add(id);
  };
  doubt();
  const afterwards = async () => {
    const note = await goesOn(scene, underWay);
    doubt();
    return note;
  };
  return { ...ended, afterwards };
}

function underWayIn({ reader }: Scene): string[] {
  return [...reader.accepted.keys()].filter((id) => !reader.ended.has(id));
}

/** What looks next by that clock. Runs of the schedule work on the same group, so that all but one of them wait. */
async function askForMore({ client }: Scene): Promise<void> {
  const asked = Array.from({ length: askedFor }, () => client.once("POST", "/schedules/every-minute/run", "{}"));
  await Promise.all(asked);
}

/** Those that were under way before: a new one knows only the right time. */
async function goesOn({ reader, wrong }: Scene, underWay: readonly string[]): Promise<string> {
  const startedMs = performance.now();
  const endedOf = () => underWay.filter((id) => reader.ended.has(id)).length;
  const enough = Math.ceil(underWay.length * goesOnShare);
  while (endedOf() < enough && performance.now() < startedMs + recoversWithinMs) await sleep(50);
  const ended = endedOf();
  const tookMs = performance.now() - startedMs;
  if (ended < enough) {
    wrong.push(
      `the clock was put right and Drover started again: of ${underWay.length} operations under way ${ended} ended within ${seconds(tookMs)}`,
    );
  }
  return `of ${underWay.length} operations under way ${ended} had ended after ${seconds(tookMs)}`;
}
