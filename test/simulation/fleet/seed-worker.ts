import { parentPort } from "node:worker_threads";
import { carryOut, type Job } from "./jobs.ts";

/** One thread that simulates what it is handed, one world after another. */
parentPort?.on("message", async (job: Job) => {
  parentPort?.postMessage(await carryOut(job));
});
