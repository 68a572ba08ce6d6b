import { Worker } from "node:worker_threads";
import type { Job, Outcome } from "./jobs.ts";

/** Threads that simulate beside each other: a seed gives the same on each of them. */
export class Pool {
  readonly #workers: Worker[];

  constructor(size: number) {
    const url = new URL("./seed-worker.ts", import.meta.url);
    this.#workers = Array.from({ length: size }, () => new Worker(url));
  }

  /** Hands out jobs until there are no more; `undefined` from `next` ends it. Calls back in the order in which they end. */
  async run(next: () => Job | undefined, ended: (outcome: Outcome) => void): Promise<void> {
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (let job = next(); job !== undefined; job = next()) ended(await askOf(worker, job));
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function askOf(worker: Worker, job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const done = (outcome: Outcome) => {
      worker.off("error", reject);
      resolve(outcome);
    };
    worker.once("message", done);
    worker.once("error", reject);
    worker.postMessage(job);
  });
}
