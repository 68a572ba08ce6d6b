import type { Configuration } from "../../lib/contracts/configuration.ts";
import { describeDuration } from "../../lib/contracts/duration.ts";
import type { Log } from "../../lib/contracts/ports.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { type ControlServer, serveControl } from "../control-socket.ts";
import { exitCodes } from "../exit-codes.ts";
import { CommandError } from "../failure.ts";
import { type HttpListener, listenHttp } from "../http-listener.ts";
import { readableLog, structuredLog } from "../log.ts";
import { packageVersion } from "../package.ts";
import { openSystem, type System } from "../system.ts";
import { styleOf } from "../terminal.ts";
import { findingLines, findingsOf } from "./config.ts";

/** What is under way gets this long: a provider's answer may be due. */
const stopWithinMs = 25_000;

export function startCommand(cli: Cli) {
  const command = describedCommand(
    "start",
    "Run Drover on the data folder until interrupted",
    "drover start --config ./drover.json",
  ).option(
    "--after-restore",
    "the data folder comes from a backup: reconcile what was under way, then begin new changes",
  );
  return runs(cli, command, start);
}

async function start(
  context: Context,
  { afterRestore = false }: { readonly afterRestore?: boolean } = {},
): Promise<number> {
  const { terminal } = context;
  const log = logOf(context);
  await refuseProblems(context, log);
  const configuration = await context.configuration();
  const system = await openSystem({ configuration, configPath: context.configPath, terminal, log, afterRestore });
  let control: ControlServer;
  try {
    control = await serveControl(system.platform.folder, (request) => system.host.application.fetch(request));
  } catch (error) {
    await system.platform.close();
    throw error;
  }
  const ended = untilStopped(context, system, log);
  const listener = await openDoor(configuration, system, log).catch(async (error: unknown) => {
    await control.close();
    await system.platform.close();
    throw error;
  });
  system.host.start();
  announce(context, system, Object.keys(configuration.connections), { socket: control.path, url: listener?.url });
  const why = await ended;
  await listener?.close();
  return stop(system, control, log, why);
}

/** Without a client nobody could be let in, so nothing is served. */
async function openDoor(
  { http, clients }: Configuration,
  { host }: System,
  log: Log,
): Promise<HttpListener | undefined> {
  const known = Object.keys(clients).length;
  if (!http && known === 0) return undefined;
  if (known === 0) {
    log.warn("nothing is served over HTTP: no client is configured", { at: "clients" });
    return undefined;
  }
  return listenHttp(http?.listen ?? "127.0.0.1:8080", (request) => host.guarded.fetch(request));
}

function logOf({ terminal }: Context): Log {
  const { logLevel } = terminal.environment;
  const write = (text: string) => terminal.err(text);
  if (!terminal.errIsTty) return structuredLog(logLevel, write);
  return readableLog(logLevel, styleOf({ ...terminal, isTty: terminal.errIsTty }), write);
}

/** All problems at once; warnings are said and lived with. */
async function refuseProblems(context: Context, log: Log): Promise<void> {
  const findings = await findingsOf(context);
  const problems = findings.filter(({ level }) => level === "problem");
  if (problems.length > 0) {
    throw new CommandError(
      `Expected a configuration that can work in ${context.configPath}, got ${problems.length === 1 ? "a problem" : `${problems.length} problems`}`,
      exitCodes.configuration,
      "invalid-configuration",
      findingLines(problems, context).map((line) => line.replace(/^\S+ {2}/, "")),
    );
  }
  for (const { path, message } of findings) log.warn(message, { at: path });
}

function announce(
  context: Context,
  { platform, host }: System,
  connections: readonly string[],
  { socket, url }: { readonly socket: string; readonly url: string | undefined },
): void {
  context.data({
    kind: "started",
    version: packageVersion(),
    folder: platform.folder,
    connections,
    queues: host.queues,
    socket,
    ...(url === undefined ? {} : { url }),
  });
  context.lines([
    `Drover ${packageVersion()} runs on ${platform.folder}`,
    `connections  ${connections.join(", ") || "none"}`,
    `queues       ${host.queues.filter((queue) => !queue.endsWith("-dead-letters")).join(", ")}, and their dead letters`,
    `commands     reach it over ${socket}`,
    url === undefined
      ? "clients      none are configured: nothing is served beyond this machine"
      : `clients      reach it over ${url}, each with its credentials`,
    "Ctrl-C ends it: what is under way is finished first.",
  ]);
}

type Why = "signal" | "fatal";

/** Resolves with the first signal, or when storage is beyond another try. A second signal ends the process at once. */
function untilStopped({ terminal }: Context, { platform }: System, log: Log): Promise<Why> {
  const { promise, resolve } = Promise.withResolvers<Why>();
  let signals = 0;
  terminal.onSignal((signal) => {
    signals += 1;
    if (signals > 1) terminal.exitNow(exitCodes.interrupted);
    log.info(`stopping: what is under way is finished first, for at most ${describeDuration(stopWithinMs)}`, {
      signal,
    });
    resolve("signal");
  });
  platform.onHealth(() => {
    const health = platform.health();
    if (!health.ok && health.fatal) resolve("fatal");
  });
  return promise;
}

async function stop({ platform, host }: System, control: ControlServer, log: Log, why: Why): Promise<number> {
  await control.close();
  if (why === "fatal") {
    await platform.close();
    throw new CommandError(
      "Expected storage that takes changes, got a failure that another try cannot mend: start Drover again, and it says what to do",
      exitCodes.unavailable,
      "storage-unavailable",
    );
  }
  const left = await host.stop(stopWithinMs);
  const stored = await platform.close();
  log.info("stopped", { unfinished: left });
  if (stored) return exitCodes.ok;
  throw new CommandError(
    "Expected the disk to take the last changes, got a refusal: what it had refused is done again at the next start",
    exitCodes.unavailable,
    "storage-unavailable",
  );
}
