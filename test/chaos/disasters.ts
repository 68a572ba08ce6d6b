import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpClient } from "./client.ts";
import type { Clouds } from "./clouds.ts";
import type { Drover } from "./drover.ts";
import { isLoose, tearLog } from "./wal.ts";

export const disasters = [
  "SIGKILL",
  "power cut (torn log)",
  "frozen (SIGSTOP)",
  "full disk",
  "clock forwards",
  "clock backwards",
  "second process",
  "provider refuses",
  "provider answers 503",
] as const;
export type Disaster = (typeof disasters)[number];

/** How long things last; a quick run has less of everything. */
export interface Durations {
  readonly frozenMs: number;
  readonly fullMs: number;
  readonly downMs: number;
  readonly clockMs: number;
  readonly steppedMs: number;
}

export interface Struck {
  readonly disaster: Disaster;
  /** From its end to the first step that is carried out after it, as a provider sees it. */
  readonly recoveryMs: number;
  readonly note: string;
}

export interface Scene {
  readonly drover: Drover;
  readonly clouds: Clouds;
  readonly client: HttpClient;
  readonly random: () => number;
  readonly wrong: string[];
}

const recoversWithinMs = 120_000;
/** Exit code of `drover start` where another process holds the folder: unavailable, to be tried again. */
const heldCode = 5;

/** @returns what it has come to; what should not be is noted in `wrong` */
export async function strike(scene: Scene, disaster: Disaster, durations: Durations): Promise<Struck> {
  const { startedMs, note } = await lastsThrough(scene, disaster, durations);
  const firstMs = await nextCall(scene, () => true, recoversWithinMs);
  if (Number.isNaN(firstMs)) scene.wrong.push(`nothing was asked of a provider within ${recoversWithinMs} ms`);
  return { disaster, recoveryMs: firstMs - startedMs, note };
}

interface Ended {
  readonly startedMs: number;
  readonly note: string;
}

async function lastsThrough(scene: Scene, disaster: Disaster, durations: Durations): Promise<Ended> {
  switch (disaster) {
    case "SIGKILL":
      await killed(scene);
      return restarted(scene, "");
    case "power cut (torn log)":
      return powerCut(scene);
    case "frozen (SIGSTOP)":
      return frozen(scene, durations.frozenMs);
    case "full disk":
      return fullDisk(scene, durations.fullMs);
    case "clock forwards":
      return clockStep(scene, durations);
    case "clock backwards":
      return clockStep(scene, { ...durations, steppedMs: -durations.steppedMs });
    case "second process":
      return secondProcess(scene);
    case "provider refuses": {
      await scene.clouds.close();
      await sleep(durations.downMs);
      await scene.clouds.open();
      return { startedMs: performance.now(), note: `for ${durations.downMs / 1000} s` };
    }
    case "provider answers 503": {
      scene.clouds.refuse(true);
      await sleep(durations.downMs);
      scene.clouds.refuse(false);
      return { startedMs: performance.now(), note: `for ${durations.downMs / 1000} s` };
    }
  }
}

/** Half of the time right when a change has reached a provider, which has not answered yet. */
async function killed(scene: Scene): Promise<void> {
  if (scene.random() < 0.5) await nextCall(scene, isChange, changesWithinMs);
  await scene.drover.kill();
}

async function restarted({ drover, random }: Scene, note: string): Promise<Ended> {
  await sleep(random() * 200);
  const startedMs = performance.now();
  // Its first call may come before it has said that it listens.
  await drover.start();
  return { startedMs, note };
}

async function powerCut(scene: Scene): Promise<Ended> {
  const { drover, random } = scene;
  const wal = join(drover.dataFolder, "drover.db-wal");
  const flushed = join(drover.folder, "flushed");
  for (let tries = 0; tries < triesToTear; tries += 1) {
    await sleep(random() * 30);
    drover.signal("SIGSTOP");
    await sleep(1);
    if (isLoose(wal, flushed)) break;
    drover.signal("SIGCONT");
  }
  await drover.kill();
  // Half of them lose all that may be lost.
  const fraction = random() < 0.5 ? 0 : random();
  const { how, frames, durable, lostBytes } = tearLog(wal, flushed, fraction, random() < 0.5);
  return restarted(scene, `${how}: ${lostBytes} bytes, of ${frames} frames ${durable} were flushed`);
}

async function frozen({ drover, random }: Scene, forMs: number): Promise<Ended> {
  const lastsMs = Math.round(forMs * (0.8 + 0.4 * random()));
  drover.signal("SIGSTOP");
  await sleep(lastsMs);
  const startedMs = performance.now();
  drover.signal("SIGCONT");
  return { startedMs, note: `for ${(lastsMs / 1000).toFixed(1)} s` };
}

async function fullDisk({ drover, client, random, wrong }: Scene, forMs: number): Promise<Ended> {
  // First the log has a little room left, so that a transaction breaks off in its middle.
  drover.limitFiles(sizeOf(join(drover.dataFolder, "drover.db-wal")) + Math.floor(random() * 40_000));
  await sleep(forMs / 4);
  drover.limitFiles(4_096);
  await sleep((forMs * 3) / 4);
  const health = await client.once("GET", "/healthz");
  if (health?.status !== 503) wrong.push(`the disk was full for ${forMs} ms, and /healthz answered ${health?.status}`);
  const startedMs = performance.now();
  drover.limitFiles("unlimited");
  return { startedMs, note: `for ${forMs / 1000} s, /healthz ${health?.status}` };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function clockStep({ drover }: Scene, { clockMs, steppedMs }: Durations): Promise<Ended> {
  drover.stepClock(steppedMs);
  await sleep(clockMs);
  const startedMs = performance.now();
  drover.stepClock(0);
  return { startedMs, note: `by ${steppedMs / 1000} s, and back after ${clockMs / 1000} s` };
}

async function secondProcess({ drover, wrong }: Scene): Promise<Ended> {
  const child = drover.spawn();
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (said += chunk));
  const startedMs = performance.now();
  const tooLate = setTimeout(() => child.kill("SIGKILL"), recoversWithinMs);
  const [code] = await once(child, "close");
  clearTimeout(tooLate);
  if (code !== heldCode || !said.includes(`process ${drover.pid} holds`)) {
    wrong.push(`a second process ended with ${code} and said: ${said}`);
  }
  return {
    startedMs: performance.now(),
    note: `refused with exit code ${code} after ${Math.round(performance.now() - startedMs)} ms`,
  };
}

/** Moments at which there is nothing to lose, in a row. */
const triesToTear = 60;
const changesWithinMs = 1_000;
const isChange = ({ method, url }: Request): boolean => method !== "GET" && !url.includes("token");

/** When a provider is next asked for something of the kind; not a number when it is not. */
async function nextCall({ clouds }: Scene, isMeant: (request: Request) => boolean, withinMs: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  clouds.onCall = (request) => {
    if (isMeant(request)) resolve(performance.now());
  };
  const tooLate = setTimeout(() => resolve(Number.NaN), withinMs);
  const at = await promise;
  clearTimeout(tooLate);
  clouds.onCall = () => undefined;
  return at;
}
