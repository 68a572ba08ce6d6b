import { parentPort } from "node:worker_threads";
import { playWeek } from "./play-week.ts";
import type { WantedWeek } from "./worker-messages.ts";

/** One thread that plays the week on the hosts that it is handed. */
parentPort?.on("message", async ({ seed, platform, size }: WantedWeek) => {
  const { world: _, ...played } = await playWeek(seed, platform, size);
  parentPort?.postMessage(played);
});
