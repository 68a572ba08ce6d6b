import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Drover } from "./drover.ts";

/** What a process takes at a moment; bytes, but for the descriptors. */
export interface Measurement {
  readonly atMs: number;
  readonly resident: number;
  readonly heap: number;
  readonly descriptors: number;
  readonly database: number;
  readonly log: number;
  readonly processorMs: number;
}

const clockTickMs = 10;

export function measure(drover: Drover): Measurement {
  const at = `/proc/${drover.pid}`;
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`${at}/status`, "utf8")) ?? [];
  const stat = readFileSync(`${at}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const sizeOf = (name: string) => statSync(join(drover.dataFolder, name), { throwIfNoEntry: false })?.size ?? 0;
  return {
    atMs: performance.now(),
    resident: Number(kilobytes) * 1024,
    heap: heapOf(drover.folder),
    descriptors: readdirSync(`${at}/fd`).length,
    database: sizeOf("drover.db"),
    log: sizeOf("drover.db-wal"),
    processorMs: (Number(fields[11]) + Number(fields[12])) * clockTickMs,
  };
}

/** As the process itself has noted it within the last second. */
function heapOf(folder: string): number {
  try {
    const [heap] = readFileSync(join(folder, "heap"), "utf8").split(" ");
    return Number(heap) || 0;
  } catch {
    return 0;
  }
}

/** Connections to a port of this machine that both sides have open. */
export function connectionsTo(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .filter((line) => {
      const [, mine = "", , state] = line.trim().split(/\s+/);
      return mine.endsWith(local) && state === "01";
    }).length;
}

/** Of a straight line through all points, by least squares. */
export function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x0, y0] = [mean(0), mean(1)];
  const across = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  return across === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0) / across;
}

export const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
