import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { buildAwsBundles } from "../scripts/aws-bundles.ts";
import type { Kind } from "./aws-batch.ts";
import { coldImports, importRows } from "./cold-imports.ts";

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
  const imports = await coldImports(Object.values(modules), freshProcesses);
  console.log(`without the clients it is ${without}; cold import, medians of ${freshProcesses} fresh processes:`);
  for (const row of importRows(Object.keys(modules), imports)) console.log(row);
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
