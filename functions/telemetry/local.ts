import { performance } from "node:perf_hooks";
import { instruments } from "../../lib/contracts/telemetry.ts";
import type { LocalPlatform } from "../../lib/platforms/local/platform.ts";
import type { ScheduleState } from "../../lib/schedules/run.ts";
import type { SinkState } from "../../lib/sinks/describe.ts";
import type { Activity, HealthCheck } from "../receive-webhook/dependencies.ts";
import { checksOf, type HealthFacts, openLetters } from "./health.ts";
import { pausedOf } from "./paused.ts";
import type { Reading } from "./prometheus.ts";

export interface LocalSources {
  readonly platform: LocalPlatform;
  readonly activity: () => Activity;
  readonly workerLimit: number;
  readonly sweepEveryMs: number;
  readonly connections: readonly string[];
  readonly schedules: () => Promise<readonly ScheduleState[]>;
  readonly sinks: () => Promise<readonly SinkState[]>;
}

/** All figures of one machine that nobody counts, computed now. */
export function localReadings(sources: LocalSources): () => Promise<readonly Reading[]> {
  let used = performance.eventLoopUtilization();
  return async () => {
    const { platform, activity, workerLimit, connections } = sources;
    const delayMs = await loopDelayMs(platform);
    const total = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(total, used);
    used = total;
    const { running, sweptAt, startedAt } = activity();
    const now = platform.clock.now();
    const folder = folderReadings(platform, now);
    const paused = new Set(folder.length > 0 ? (await pausedOf(platform, connections)).map(({ name }) => name) : []);
    return [
      ...folder,
      ...connections.map((name) => ({
        instrument: instruments.pausedConnections,
        value: paused.has(name) ? 1 : 0,
        values: [name],
      })),
      { instrument: instruments.sweepAge, value: Math.max(0, now - (sweptAt ?? startedAt)) / 1000 },
      { instrument: instruments.workerRunning, value: running },
      { instrument: instruments.workerLimit, value: workerLimit },
      { instrument: instruments.memory, value: process.memoryUsage.rss() },
      { instrument: instruments.uptime, value: process.uptime() },
      { instrument: instruments.loopUtilization, value: utilization },
      { instrument: instruments.loopDelay, value: delayMs / 1000 },
    ];
  };
}

/** Nothing while the storage cannot be read: the other figures are still worth having. */
function folderReadings(platform: LocalPlatform, now: number): Reading[] {
  const read = readFolder(platform);
  if (!read) return [];
  const { queues, store, ...folder } = read.figures;
  const open = openLetters(read.letters, now).length;
  return [
    ...queues.flatMap(({ queue, waiting, inFlight, firstReadyAt }): Reading[] => [
      { instrument: instruments.queueMessages, value: waiting, values: [queue, "waiting"] },
      { instrument: instruments.queueMessages, value: inFlight, values: [queue, "in-flight"] },
      { instrument: instruments.queueAge, value: secondsSince(firstReadyAt, now), values: [queue] },
    ]),
    { instrument: instruments.activeOperations, value: folder.activeOperations },
    { instrument: instruments.overdueRows, value: folder.overdueRows },
    { instrument: instruments.overdueAge, value: secondsSince(folder.firstDueAt, now) },
    { instrument: instruments.openDeadLetters, value: open },
    { instrument: instruments.storageSize, value: folder.databaseBytes, values: ["database"] },
    { instrument: instruments.storageSize, value: folder.logBytes, values: ["log"] },
    { instrument: instruments.eventPosition, value: folder.oldestEvent, values: ["oldest"] },
    { instrument: instruments.eventPosition, value: folder.newestEvent, values: ["newest"] },
    { instrument: instruments.commits, value: store.commits },
    { instrument: instruments.commitTime, value: store.commitMs / 1000 },
    { instrument: instruments.flushes, value: store.flushes },
    { instrument: instruments.flushTime, value: store.flushMs / 1000 },
  ];
}

/** Of one machine, for `/health`. */
export function localChecks(sources: LocalSources): () => Promise<readonly HealthCheck[]> {
  return async () => {
    const { platform, activity, sweepEveryMs, connections, schedules, sinks } = sources;
    const facts = {
      now: platform.clock.now(),
      storage: platform.health(),
      activity: activity(),
      sweepEveryMs,
    };
    const read = readFolder(platform);
    return checksOf({
      ...facts,
      read,
      paused: read ? await pausedOf(platform, connections) : [],
      schedules: read ? await known(schedules) : undefined,
      sinks: read ? await known(sinks) : undefined,
    });
  };
}

/** Undefined for what cannot be found out: the other checks are still worth having. */
async function known<Value>(find: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await find();
  } catch {
    return undefined;
  }
}

/** Undefined while the storage cannot be read. The platform's own log says why. */
function readFolder(platform: LocalPlatform): HealthFacts["read"] {
  try {
    return { figures: platform.figures(), letters: platform.newestDeadLetters() };
  } catch {
    return undefined;
  }
}

const secondsSince = (at: number | undefined, now: number) => (at === undefined ? 0 : Math.max(0, now - at) / 1000);

/** How long one turn of the event loop takes just now. */
async function loopDelayMs({ timers, clock }: LocalPlatform): Promise<number> {
  const startedMs = clock.monotonicMs();
  await new Promise<void>((resolve) => timers.endOfTurn(resolve));
  return clock.monotonicMs() - startedMs;
}
