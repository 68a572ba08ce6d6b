import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AzureSphereScenario, demoIds, demoScenario } from "../../emulators/azure-sphere/index.ts";
import type { Outcome } from "../../lib/contracts/event.ts";
import { examplesFolder } from "../package.ts";

export interface DemoCase {
  /** Of the request file, without its ending. */
  readonly name: string;
  readonly deviceGroupId: string;
  readonly expected: Outcome;
  /** What the device group does. */
  readonly story: string;
}

const { groups } = demoIds;

/** Sent at once. Each takes effect exactly once, whatever becomes of it. */
export const firstCases: readonly DemoCase[] = [
  { name: "happy", deviceGroupId: groups.happy, expected: "succeeded", story: "takes the deployment" },
  { name: "failing", deviceGroupId: groups.failing, expected: "failed", story: "fails at the provider" },
  {
    name: "partly-failing",
    deviceGroupId: groups.partlyFailing,
    expected: "partially-succeeded",
    story: "completes with errors",
  },
  { name: "throttled", deviceGroupId: groups.throttled, expected: "succeeded", story: "answers 429 twice" },
  { name: "reply-lost", deviceGroupId: groups.replyLost, expected: "succeeded", story: "starts it and never answers" },
];

/** Sent when the first ones have begun, so that the crash hits all of them in the middle. */
export const crashedCase: DemoCase = {
  name: "crashed",
  deviceGroupId: groups.slow,
  expected: "succeeded",
  story: "answers slowly; Drover is killed meanwhile",
};

export const demoCases: readonly DemoCase[] = [...firstCases, crashedCase];

/** The fleet of the emulator, in which the slow group is slow to answer and not to finish. */
export function scenario(): AzureSphereScenario {
  const all = demoScenario();
  const outcomes = (all.outcomes ?? []).map((script) =>
    script.deviceGroupId === crashedCase.deviceGroupId ? { ...script, notStartedMs: 500, inProgressMs: 3_000 } : script,
  );
  return { ...all, outcomes };
}

export function readExample(...path: readonly string[]): Promise<string> {
  return readFile(join(examplesFolder(), ...path), "utf8");
}

/** The example's configuration, pointing at the emulator's address of this run. */
export async function configurationFor(url: string): Promise<string> {
  const text = await readExample("drover.json");
  return text.replaceAll(/"http:\/\/127\.0\.0\.1:\d+"/g, JSON.stringify(url));
}
