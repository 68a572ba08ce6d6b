import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What one run of one loop costs, measured in a process of its own. */
export interface Measured {
  readonly operations: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Largest resident set of the whole process, Node included. */
  readonly peakMegabytes: number;
  readonly diskBytes: number;
  /** Milliseconds of each lone operation; empty where none was measured. */
  readonly loneMs: readonly number[];
}

export interface Stopwatch {
  stop(operations: number, folder?: string, loneMs?: readonly number[]): Measured;
}

export function startStopwatch(): Stopwatch {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  return {
    stop(operations, folder, loneMs = []) {
      const seconds = (performance.now() - startedAt) / 1000;
      const cpu = process.cpuUsage(cpuBefore);
      return {
        operations,
        seconds,
        cpuSeconds: (cpu.user + cpu.system) / 1e6,
        peakMegabytes: process.resourceUsage().maxRSS / 1024,
        diskBytes: folder === undefined ? 0 : bytesIn(folder),
        loneMs,
      };
    },
  };
}

function bytesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Keeps `inFlight` pieces of work going until `total` are done. */
export async function keepInFlight(
  total: number,
  inFlight: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < total) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, total) }, lane));
}
