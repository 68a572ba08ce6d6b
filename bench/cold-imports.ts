import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { percentile } from "./measure.ts";

export interface Import {
  readonly wallMs: number;
  /** All threads together: says more where the machine does something else too. */
  readonly cpuMs: number;
}

const importAll = `const before = process.cpuUsage(), start = performance.now();
for (const module of process.argv.slice(1)) await import(module);
const wall = performance.now() - start, { user, system } = process.cpuUsage(before);
console.log(JSON.stringify([wall, (user + system) / 1000]));
process.exit();`;

/**
 * Medians. Taken in turns, so that what else this machine does falls on all of them.
 * @param modules each one path, or several that are imported one after the other
 * @param preload a CommonJS file that stands in for what the host has
 */
export async function coldImports(
  modules: readonly (string | readonly string[])[],
  freshProcesses: number,
  preload?: string,
): Promise<readonly Import[]> {
  const options = preload === undefined ? [] : ["--require", preload];
  const taken = modules.map((): [number, number][] => []);
  for (let run = 0; run < freshProcesses; run += 1) {
    for (const [index, paths] of modules.entries()) {
      const args = [...options, "--input-type=module", "-e", importAll, ...[paths].flat()];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      taken[index]?.push(JSON.parse(stdout));
    }
  }
  const median = (pairs: readonly [number, number][], at: 0 | 1) =>
    percentile(
      pairs.map((pair) => pair[at]),
      0.5,
    );
  return taken.map((pairs) => ({ wallMs: median(pairs, 0), cpuMs: median(pairs, 1) }));
}

/** One row for each, beside the first. */
export const importRows = (names: readonly string[], imports: readonly Import[]): readonly string[] =>
  names.map((name, index) => {
    const { wallMs = Number.NaN, cpuMs = Number.NaN } = imports[index] ?? {};
    const times = (imports[0] ? cpuMs / imports[0].cpuMs : Number.NaN).toFixed(1);
    return `${name.padEnd(36)} ${wallMs.toFixed(1).padStart(7)} ms, of the processor ${cpuMs.toFixed(1).padStart(6)} ms, ${times} times`;
  });
