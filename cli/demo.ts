import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeDuration } from "../lib/contracts/duration.ts";
import { Secret } from "../lib/contracts/secret.ts";
import { type Cli, describedCommand, runs } from "./command.ts";
import type { Context } from "./context.ts";
import { Board } from "./demo/board.ts";
import { configurationFor, crashedCase, readExample, secretFiles } from "./demo/cases.ts";
import { DemoCloud } from "./demo/cloud.ts";
import { DroverProcess } from "./demo/process.ts";
import { DemoRun } from "./demo/run.ts";
import { exitCodes } from "./exit-codes.ts";

export function demoCommand(cli: Cli) {
  const command = describedCommand(
    "demo",
    "Send the example requests to emulated providers, crash in the middle, and show what becomes of each",
    "drover demo --json",
  );
  return runs(cli, command, demo);
}

async function demo(context: Context): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "drover-demo-"));
  const cloud = new DemoCloud();
  const interruption = new AbortController();
  const endListening = context.terminal.onSignal(() => interruption.abort());
  const board = new Board(context);
  let drover: DroverProcess | undefined;
  try {
    const urls = await cloud.serve();
    const configPath = join(folder, "drover.json");
    const token = new Secret(randomBytes(32).toString("base64url"));
    await writeFile(configPath, await configurationFor(urls, token));
    for (const file of secretFiles) await writeFile(join(folder, file), await readExample(file), { mode: 0o600 });
    drover = new DroverProcess(context.terminal, configPath);
    await drover.start();
    board.say(
      "serving",
      `Azure Sphere, three flavours of Heat, a provisioning service with its Key Vault, AWS Panorama and AWS IoT are emulated on this machine; drover start runs as process ${drover.pid} on ${folder}`,
      { urls: Object.values(urls) },
    );
    return await show(board, new DemoRun(drover, cloud, board, token), cloud, interruption.signal);
  } finally {
    board.clear();
    endListening();
    await drover?.stop();
    await cloud.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function show(board: Board, run: DemoRun, cloud: DemoCloud, signal: AbortSignal): Promise<number> {
  const beganMs = performance.now();
  const results = await run.run(signal);
  const ok = results.every((result) => result.ok);
  const tookMs = Math.round(performance.now() - beganMs);
  const crashed = cloud.counts(crashedCase);
  board.close(results, run.completions, { ok, tookMs, providerCalls: cloud.allCalls });
  board.say(
    "verdict",
    ok
      ? `Every outcome is the expected one, and every effect took place exactly once, also for ${crashedCase.name}: ${crashed.creates} create sent, ${crashed.effects} took effect. ${cloud.allCalls} provider calls in ${describeDuration(tookMs)}.`
      : "Something came out otherwise than expected: see EXPECTED and EFFECTS above, and what the servers ran below it.",
    { ok },
  );
  return ok ? exitCodes.ok : exitCodes.otherwise;
}
