import { clockPutRight, clockStep, killedOnWrongClock } from "./clock-steps.ts";
import { fullDisk, type Interrupted, limitedFiles } from "./full-disks.ts";
import {
  besideFrozen,
  frozen,
  killed,
  killedAwaking,
  killedInOutage,
  outage,
  powerCut,
  secondProcess,
} from "./kills.ts";
import { type Durations, type Ended, nextCall, recoversWithinMs, type Scene } from "./scene.ts";

type Strike = (scene: Scene, durations: Durations) => Promise<Ended>;

const onFullDisk =
  (how: Partial<Interrupted>): Strike =>
  (scene, durations) =>
    fullDisk(scene, durations, { isKilled: false, isTorn: false, isStarted: false, ...how });

const strikes = {
  SIGKILL: killed,
  "power cut (torn log)": powerCut,
  "frozen (SIGSTOP)": frozen,
  "file limit (EFBIG)": limitedFiles,
  "full disk (ENOSPC)": onFullDisk({}),
  "clock forwards": clockStep,
  "clock backwards": (scene, durations) => clockStep(scene, { ...durations, steppedMs: -durations.steppedMs }),
  "second process": secondProcess,
  "provider refuses": (scene, durations) => outage(scene, durations, true),
  "provider answers 503": (scene, durations) => outage(scene, durations, false),
  "SIGKILL on a full disk": onFullDisk({ isKilled: true }),
  "torn log on a full disk": onFullDisk({ isKilled: true, isTorn: true }),
  "start on a full disk": onFullDisk({ isKilled: true, isStarted: true }),
  "SIGKILL in an outage": killedInOutage,
  "SIGKILL on a wrong clock": killedOnWrongClock,
  "SIGKILL after SIGCONT": killedAwaking,
  "second process, first frozen": besideFrozen,
  "clock ahead, right, restart": clockPutRight,
} satisfies Record<string, Strike>;

export type Disaster = keyof typeof strikes;
export const disasters = Object.keys(strikes) as Disaster[];

export interface Struck {
  readonly disaster: Disaster;
  /** From its end to the first step that is carried out after it, as a provider sees it. */
  readonly recoveryMs: number;
  readonly note: string;
}

/** @returns what it has come to; what should not be is noted in `wrong` */
export async function strike(scene: Scene, disaster: Disaster, durations: Durations): Promise<Struck> {
  const { startedMs, note, afterwards } = await strikes[disaster](scene, durations);
  const [firstMs, also] = await Promise.all([nextCall(scene, () => true, recoversWithinMs), afterwards?.()]);
  if (Number.isNaN(firstMs)) scene.wrong.push(`nothing was asked of a provider within ${recoversWithinMs} ms`);
  return { disaster, recoveryMs: firstMs - startedMs, note: [note, also].filter(Boolean).join(", ") };
}
