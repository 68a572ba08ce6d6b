import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { Chain } from "./chains.ts";
import { secrets } from "./clouds.ts";
import { localRig } from "./local-rig.ts";
import type { Rig } from "./rig.ts";
import { transcriptOf } from "./transcript.ts";

/**
 * Runs the chain on one machine and on a cloud: both tell the same events, and the cloud has kept no secret.
 * @param keptBy all that the cloud has stored and logged, as text
 */
export async function expectAsOnOneMachine<Cloud extends Rig>(
  { run }: Chain,
  open: () => Promise<Cloud>,
  keptBy: (cloud: Cloud) => Promise<string>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "drover-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const local = await localRig(folder);
  onTestFinished(() => local.close());
  await run(local);
  const cloud = await open();
  onTestFinished(() => cloud.close());
  await run(cloud);
  const told = transcriptOf(await cloud.events());
  expect(told).toEqual(transcriptOf(await local.events()));
  expect(told.length).toBeGreaterThan(1);
  const kept = await keptBy(cloud);
  for (const value of Object.values(secrets)) expect(kept).not.toContain(value);
}
