import { asRecord } from "./call.ts";
import { declaredOutputs, inputText } from "./config-inputs.ts";
import { deliver } from "./deliver.ts";
import { metadataOf, rowsOf } from "./rows.ts";
import type { Config, Run, ScriptedRun, Skip, World } from "./world.ts";

/** The agent of the server will look; `configId` is what makes it. */
export function expectAgent(world: World, serverId: string, configId: string, atMs: number): void {
  const server = world.servers.get(serverId);
  if (server === undefined ? !world.settings.anyServer : server.agent === false) return;
  const dueMs = atMs + (server?.pickUpMs ?? world.settings.pickUpMs);
  world.timeline.at(dueMs, (lookMs) => look(world, serverId, configId, lookMs));
}

/** Reads the server's metadata and runs what it has not run before. A row deleted by now is not in it. */
function look(world: World, serverId: string, newConfigId: string, atMs: number): void {
  const rows = rowsOf(world, serverId);
  for (const config of new Set(metadataOf(world, rows))) {
    const why = reasonToSkip(world, serverId, config);
    if (why === null) {
      const deploymentIds = rows.filter(({ configId }) => configId === config.id).map(({ id }) => id);
      begin(world, {
        serverId,
        configId: config.id,
        atMs,
        deploymentIds,
        endedAtMs: null,
        exitCode: null,
        signal: null,
      });
    } else if (config.id === newConfigId) {
      world.skips.push({ serverId, configId: config.id, atMs, why });
    }
  }
}

function reasonToSkip(world: World, serverId: string, config: Config): Skip["why"] | null {
  if (world.hasRun.has(`${serverId}/${config.id}`)) return "already-run";
  // The runner stumbles over it before it notes the config as run, and signals nothing.
  if (config.inputs.some((input) => !Object.hasOwn(asRecord(input) ?? {}, "value"))) return "input-without-value";
  return world.settings.runners.includes(config.group ?? "Heat::Ungrouped") ? null : "no-runner";
}

/** Once begun, a run goes on whatever becomes of its rows and its config. */
function begin(world: World, run: Run): void {
  const config = world.configs.get(run.configId);
  if (config === undefined) return;
  world.hasRun.add(`${run.serverId}/${run.configId}`);
  world.runs.push(run);
  const script = world.outcomes.take({ serverId: run.serverId, config });
  if (script?.result === "stuck") return;
  const runMs = script?.runMs ?? world.servers.get(run.serverId)?.runMs ?? world.settings.runMs;
  world.timeline.at(run.atMs + runMs, (endMs) => end(world, run, config, script, endMs));
}

function end(world: World, run: Run, config: Config, script: ScriptedRun | null, atMs: number): void {
  const failed = script?.result === "failed";
  run.endedAtMs = atMs;
  run.exitCode = failed ? (script.exitCode ?? 1) : 0;
  if (script?.result === "silent") {
    run.signal = "none";
    return;
  }
  const outputs = script?.outputs ?? (failed ? {} : usualOutputs(config));
  const details = {
    ...outputs,
    deploy_stdout: script?.stdout ?? "",
    deploy_stderr: script?.stderr ?? "",
    deploy_status_code: run.exitCode,
  };
  run.signal = deliver(world, run, config, details, atMs);
}

function usualOutputs(config: Config): Record<string, unknown> {
  const plain = declaredOutputs(config).filter(({ isError }) => !isError);
  return Object.fromEntries(plain.map(({ name }) => [name, inputText(config, name) ?? "done"]));
}
