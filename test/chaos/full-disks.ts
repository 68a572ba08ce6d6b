import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { restarted, torn } from "./kills.ts";
import { type Durations, type Ended, type Scene, seconds } from "./scene.ts";
import { missingOnDisk } from "./snapshot.ts";
import { roomInLog } from "./wal.ts";

/** Retries come once a second. */
const storesWithinMs = 15_000;
/** The log's own file may have room for a while although the disk has none. */
const refusesWithinMs = 45_000;
/** With that much left, nothing had to be refused. */
const tellingBytes = 256 * 1024;
/** After that long, something is asked for that has to be stored. */
const askedAfterMs = 3_000;
const lookEveryMs = 100;
const beginsWithinMs = 15_000;
/** Exit code of `drover start` where its data folder cannot be used as it is. */
const configurationCode = 3;

/** No file may grow beyond a limit (EFBIG): nothing has to be mounted for it. */
export async function limitedFiles({ drover, client, random, wrong }: Scene, { fullMs }: Durations): Promise<Ended> {
  // First the log has a little room left, so that a transaction breaks off in its middle.
  drover.limitFiles((statSync(drover.log, { throwIfNoEntry: false })?.size ?? 0) + Math.floor(random() * 40_000));
  await sleep(fullMs / 4);
  drover.limitFiles(4_096);
  // Where nothing has to be stored, nothing is refused.
  void client.once("POST", "/schedules/every-minute/run", "{}");
  await sleep((fullMs * 3) / 4);
  const health = await client.once("GET", "/healthz");
  if (health?.status !== 503) {
    wrong.push(`files were limited for ${fullMs} ms, and /healthz answered ${health?.status}`);
  }
  const startedMs = performance.now();
  drover.limitFiles("unlimited");
  return { startedMs, note: `for ${seconds(fullMs)}, /healthz ${health?.status}` };
}

export interface Interrupted {
  readonly isKilled: boolean;
  readonly isTorn: boolean;
  /** Also before there is room again. */
  readonly isStarted: boolean;
}

/** A disk without a free byte, and what it says of it. */
export async function fullDisk(scene: Scene, durations: Durations, how: Interrupted): Promise<Ended> {
  const { drover, disk, random, wrong } = scene;
  const full = await fill(scene);
  const notes = [full.note, await untilRefused(scene)];
  await sleep(durations.fullMs * random());
  drover.signal("SIGSTOP");
  const promised = [...scene.promised];
  await sleep(5);
  if (how.isKilled) await drover.kill();
  if (how.isTorn) notes.push(torn(scene));
  const missing = await missingOnDisk(drover, promised);
  if (missing.length > 0) wrong.push(`promised and not on the full disk: ${missing.join(", ")}`);
  notes.push(`${promised.length - missing.length} promised operations on it`);
  if (!how.isKilled) drover.signal("SIGCONT");
  else if (how.isStarted && typeof disk !== "string") notes.push(await startedFull(scene));
  const startedMs = performance.now();
  await full.end();
  if (drover.pid === 0) await restarted(scene, "");
  const note = notes.filter(Boolean).join(", ");
  return { startedMs, note, afterwards: () => untilStored(scene, startedMs) };
}

interface Full {
  readonly note: string;
  end(): Promise<void>;
}

async function fill({ drover, disk }: Scene): Promise<Full> {
  if (typeof disk !== "string") {
    await disk.fill();
    return { note: "", end: () => disk.empty() };
  }
  const log = statSync(drover.log, { throwIfNoEntry: false })?.size ?? 0;
  drover.limitFiles(Math.max(4_096, log - roomInLog(drover.log)));
  const end = async () => {
    if (drover.pid !== 0) drover.limitFiles("unlimited");
  };
  return { note: `no disk that can be full here (${disk}), so files were limited`, end };
}

/** As soon as there is something to store that does not fit into what the log has already. */
async function untilRefused({ client, drover, wrong }: Scene): Promise<string> {
  const startedMs = performance.now();
  let isAsked = false;
  for (;;) {
    const forMs = performance.now() - startedMs;
    const health = await client.once("GET", "/healthz");
    if (health?.status === 503) return `/healthz 503 after ${seconds(forMs)}`;
    if (forMs > refusesWithinMs) {
      const room = roomInLog(drover.log);
      if (room < tellingBytes) {
        wrong.push(`the disk was full for ${seconds(forMs)} and /healthz answered ${health?.status}`);
      }
      return `stored on for ${seconds(forMs)} in the log's own room, with ${room} bytes left`;
    }
    if (!isAsked && forMs > askedAfterMs) {
      isAsked = true;
      void client.once("POST", "/schedules/every-minute/run", "{}");
    }
    await sleep(lookEveryMs);
  }
}

/** It may refuse to begin, in a sentence, or begin and wait for room. */
async function startedFull({ drover, wrong }: Scene): Promise<string> {
  const outcome = await Promise.race([drover.tryToStart(), sleep(beginsWithinMs, "neither" as const)]);
  if (outcome === undefined) return "started on it";
  if (outcome === "neither") {
    wrong.push(`on a full disk it neither listens nor ends within ${beginsWithinMs} ms: ${drover.lines.at(-1)}`);
    await drover.kill();
    return "neither started on it nor refused";
  }
  if (outcome.exitCode !== configurationCode) wrong.push(`started on a full disk, it ended with ${outcome.text}`);
  return `refused to start on it with exit code ${outcome.exitCode}`;
}

/** By itself, without having been started again. */
async function untilStored({ client, wrong }: Scene, startedMs: number): Promise<string> {
  for (;;) {
    const health = await client.once("GET", "/healthz");
    const tookMs = performance.now() - startedMs;
    if (health?.status === 200) return `stores again after ${seconds(tookMs)}`;
    if (tookMs > storesWithinMs) {
      wrong.push(`the disk had room again for ${seconds(tookMs)} and /healthz answered ${health?.status}`);
      return "does not store again";
    }
    await sleep(lookEveryMs);
  }
}
