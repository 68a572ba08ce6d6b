import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { buildAwsBundles } from "../scripts/aws-bundles.ts";
import type { Kind } from "./aws-batch.ts";
import { percentile } from "./measure.ts";

const freshProcesses = 15;
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

/** What the functions on AWS weigh and cost before they have done anything. */
export async function printAws(quick: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-aws-"));
  try {
    await printBundles(folder);
    await printBatches(folder, quick);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function printBundles(folder: string): Promise<void> {
  const bundles = await buildAwsBundles(join(folder, "aws"));
  await bundled(folder, ["aws-bare-handler", "aws-step-without-clients", "aws-clients-alone"], true);
  const stepNames = new Set(["start-deployment", "poll-operation", "rotate-dps-keys"]);
  for (const { name, atStartBytes, ownBytes, laterBytes } of bundles) {
    if (!stepNames.has(name) && name !== "receive-webhook") continue;
    const sizes = `${kilobytes(atStartBytes)} at start (${kilobytes(ownBytes)} without the clients of AWS)`;
    console.log(`${name.padEnd(20)} ${sizes}, ${kilobytes(laterBytes)} when needed`);
  }
  const modules = {
    "a bare handler": join(folder, "aws-bare-handler.mjs"),
    "a step without the clients": join(folder, "aws-step-without-clients.mjs"),
    "three clients of AWS alone": join(folder, "aws-clients-alone.mjs"),
    "a step": join(folder, "aws", "start-deployment", "index.mjs"),
    "the HTTP application": join(folder, "aws", "receive-webhook", "index.mjs"),
  };
  const without = kilobytes(statSync(modules["a step without the clients"]).size);
  const imports = await coldImports(Object.values(modules));
  console.log(`without the clients it is ${without}; cold import, medians of ${freshProcesses} fresh processes:`);
  for (const [index, name] of Object.keys(modules).entries()) {
    const { wallMs = Number.NaN, cpuMs = Number.NaN } = imports[index] ?? {};
    const times = (imports[0] ? cpuMs / imports[0].cpuMs : Number.NaN).toFixed(1);
    console.log(
      `${name.padEnd(28)} ${wallMs.toFixed(1).padStart(7)} ms, of the processor ${cpuMs.toFixed(1).padStart(6)} ms, ${times} times`,
    );
  }
}

interface Import {
  readonly wallMs: number;
  /** All threads together: says more where the machine does something else too. */
  readonly cpuMs: number;
}

const importOne = `const before = process.cpuUsage(), start = performance.now();
await import(process.argv[1]);
const wall = performance.now() - start, { user, system } = process.cpuUsage(before);
console.log(JSON.stringify([wall, (user + system) / 1000]));
process.exit();`;

/** Medians. Taken in turns, so that what else this machine does falls on all of them. */
async function coldImports(modules: readonly string[]): Promise<readonly Import[]> {
  const taken = modules.map((): [number, number][] => []);
  for (let run = 0; run < freshProcesses; run += 1) {
    for (const [index, module] of modules.entries()) {
      const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", importOne, module]);
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

async function printBatches(folder: string, quick: boolean): Promise<void> {
  await bundled(folder, ["aws-batch"], false);
  const microsOf = async (kind: Kind) => {
    const stdio = ["ignore", "ignore", "inherit", "ipc"] as const;
    const child = fork(join(folder, "aws-batch.mjs"), [kind, quick ? "1000" : "10000"], { stdio: [...stdio] });
    const [micros] = (await once(child, "message")) as [readonly number[]];
    child.disconnect();
    // The best round: whatever is more is what else this machine did.
    return Math.min(...micros);
  };
  const middy = await microsOf("middy");
  const powertools = await microsOf("powertools");
  const host = await microsOf("drover-host");
  const whole = await microsOf("drover");
  const beside = (micros: number) => `${micros.toFixed(0)} µs, ${(micros / powertools).toFixed(2)} of Powertools`;
  console.log(
    `a batch of 10, ports stubbed, time of the processor: bare middy ${middy.toFixed(0)} µs; Powertools batch, idempotency and logger ${powertools.toFixed(0)} µs; Drover's host ${beside(host)}; with the engine, 10 polls without a change ${beside(whole)}`,
  );
}

/** As functions are bundled. */
async function bundled(folder: string, names: readonly string[], minify: boolean): Promise<void> {
  await build({
    entryPoints: names.map((name) => join(import.meta.dirname, `${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    mainFields: ["module", "main"],
    minify,
    logLevel: "error",
  });
}

const [, script, size] = process.argv;
if (script === import.meta.filename) await printAws(size === "--quick");
