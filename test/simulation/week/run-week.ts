import { Worker } from "node:worker_threads";
import type { Options } from "../fleet/options.ts";
import { progressOf } from "../fleet/progress.ts";
import { platformsOf } from "../fleet/simulate.ts";
import { invariants } from "../fleet/verdicts.ts";
import { type WeekSize, wholeWeek } from "./calendar.ts";
import { weekReport } from "./report.ts";
import { summaryOf } from "./summary.ts";
import type { PlayedWeek, WantedWeek } from "./worker-messages.ts";

const defaultSeed = 1;
/** Of one thread: what a step leaves is mostly short-lived, and is collected seldom with this much room. */
const youngMb = 64;

/**
 * Plays the same week on every host, all of them at the same time, and says what came of it. Returns whether every promise was kept.
 */
export async function runWeek(options: Options): Promise<boolean> {
  const { devices = wholeWeek.devices, days = wholeWeek.days } = options;
  const size: WeekSize = { devices, days };
  const seed = options.seed ?? defaultSeed;
  const startedAt = performance.now();
  const wanted = platformsOf(options).map((platform): WantedWeek => ({ seed, platform, size }));
  const weeks = await playAll(wanted, options.jobs ?? wanted.length);
  const seconds = (performance.now() - startedAt) / 1_000;
  const summary = summaryOf(seed, weeks, invariants.length);
  if (options.json) console.log(JSON.stringify({ ...summary, seconds }));
  else console.log(weekReport(summary, weeks, seconds));
  return summary.invariants.broken === 0;
}

async function playAll(wanted: readonly WantedWeek[], jobs: number): Promise<readonly PlayedWeek[]> {
  const left = [...wanted];
  const played: PlayedWeek[] = [];
  const progress = progressOf(process.stderr);
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      progress.say(`${played.length} of ${wanted.length} hosts, now ${next.platform}`);
      played.push(await playedBy(next));
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, wanted.length) }, work));
  progress.end();
  return wanted.flatMap(({ platform }) => played.find((one) => one.platform === platform) ?? []);
}

function playedBy(wanted: WantedWeek): Promise<PlayedWeek> {
  const worker = new Worker(new URL("./week-worker.ts", import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
  });
  const answer = new Promise<PlayedWeek>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`Expected the week on ${wanted.platform} to end, got no answer`)));
    worker.postMessage(wanted);
  });
  return answer.finally(() => worker.terminate());
}
