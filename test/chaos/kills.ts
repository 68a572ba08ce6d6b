import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type Durations, type Ended, isChange, nextCall, recoversWithinMs, type Scene, seconds } from "./scene.ts";
import { isLoose, tearLog } from "./wal.ts";

/** Exit code of `drover start` where another process holds the folder: unavailable, to be tried again. */
const heldCode = 5;
/** Moments at which there is nothing to lose, in a row. */
const triesToTear = 60;
const changesWithinMs = 1_000;

/** Half of the time right when a change has reached a provider, which has not answered yet. */
export async function killed(scene: Scene): Promise<Ended> {
  if (scene.random() < 0.5) await nextCall(scene, isChange, changesWithinMs);
  await scene.drover.kill();
  return restarted(scene, "");
}

export async function restarted({ drover, random }: Scene, note: string): Promise<Ended> {
  await sleep(random() * 200);
  const startedMs = performance.now();
  // Its first call may come before it has said that it listens.
  await drover.start();
  return { startedMs, note };
}

export async function powerCut(scene: Scene): Promise<Ended> {
  const { drover, random } = scene;
  for (let tries = 0; tries < triesToTear; tries += 1) {
    await sleep(random() * 30);
    drover.signal("SIGSTOP");
    await sleep(1);
    if (isLoose(drover.log, drover.flushed)) break;
    drover.signal("SIGCONT");
  }
  await drover.kill();
  return restarted(scene, torn(scene));
}

/** What a power cut leaves of the log of a process that was killed. Half of them lose all that may be lost. */
export function torn({ drover, random }: Scene): string {
  const fraction = random() < 0.5 ? 0 : random();
  const { how, frames, durable, lostBytes } = tearLog(drover.log, drover.flushed, fraction, random() < 0.5);
  return `${how}: ${lostBytes} bytes, of ${frames} frames ${durable} were flushed`;
}

export async function frozen({ drover, random }: Scene, { frozenMs }: Durations): Promise<Ended> {
  const lastsMs = Math.round(frozenMs * (0.8 + 0.4 * random()));
  drover.signal("SIGSTOP");
  await sleep(lastsMs);
  const startedMs = performance.now();
  drover.signal("SIGCONT");
  return { startedMs, note: `for ${seconds(lastsMs)}` };
}

/** Everything that came due meanwhile is under way at once when it ends. */
export async function killedAwaking(scene: Scene, durations: Durations): Promise<Ended> {
  const { note } = await frozen(scene, durations);
  const awakeMs = Math.round(scene.random() * 30);
  await sleep(awakeMs);
  await scene.drover.kill();
  return restarted(scene, `frozen ${note}, killed ${awakeMs} ms after it`);
}

export async function secondProcess({ drover, wrong }: Scene): Promise<Ended> {
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
  const endedMs = performance.now();
  return { startedMs: endedMs, note: `refused with exit code ${code} after ${seconds(endedMs - startedMs)}` };
}

/** One that does not move holds its folder all the same. */
export async function besideFrozen(scene: Scene, { frozenMs }: Durations): Promise<Ended> {
  scene.drover.signal("SIGSTOP");
  const stoppedMs = performance.now();
  const { note } = await secondProcess(scene);
  await sleep(Math.max(0, frozenMs - (performance.now() - stoppedMs)));
  const startedMs = performance.now();
  scene.drover.signal("SIGCONT");
  return { startedMs, note };
}

export async function outage(scene: Scene, { downMs }: Durations, isRefusing: boolean): Promise<Ended> {
  await away(scene, isRefusing);
  await sleep(downMs);
  await back(scene);
  return { startedMs: performance.now(), note: `for ${seconds(downMs)}` };
}

/** Whoever starts anew finds nobody to ask what has become of what was under way. */
export async function killedInOutage(scene: Scene, { downMs }: Durations): Promise<Ended> {
  const isRefusing = scene.random() < 0.5;
  await away(scene, isRefusing);
  await sleep((downMs / 2) * scene.random());
  await scene.drover.kill();
  await restarted(scene, "");
  await sleep(downMs / 2);
  await back(scene);
  return { startedMs: performance.now(), note: isRefusing ? "while it refused" : "while it answered 503" };
}

async function away({ clouds }: Scene, isRefusing: boolean): Promise<void> {
  if (isRefusing) await clouds.close();
  else clouds.refuse(true);
}

async function back({ clouds }: Scene): Promise<void> {
  clouds.refuse(false);
  await clouds.open();
}
