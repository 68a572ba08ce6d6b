import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { buildAzureApp } from "../scripts/azure-app.ts";
import { coldImports, importRows } from "./cold-imports.ts";

const freshProcesses = 11;
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

/** The module that only the host's worker has. */
const core = `const { Module } = require("node:module");
const load = Module._load;
const disposable = { dispose() {} };
const core = { registerFunction: () => disposable, registerHook: () => disposable, setProgrammingModel() {}, getProgrammingModel() {}, log() {} };
Module._load = (name, ...rest) => (name === "@azure/functions-core" ? core : load(name, ...rest));
`;

/** What a first message to a step loads, beside what is loaded at start. */
const ofFirstMessage = /^(?:receive|open-host|one-step|step)-[A-Z0-9]+\.cjs$/;

/** What the app on Azure weighs and costs before it has done anything. */
export async function printAzure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-azure-"));
  try {
    const app = await buildAzureApp(join(folder, "app"));
    const { functions, atStartBytes, ownBytes, laterBytes } = app;
    console.log(
      `${functions.length} functions: ${kilobytes(atStartBytes)} at start (${kilobytes(ownBytes)} without the host's library), ${kilobytes(laterBytes)} when needed`,
    );
    await bundled(folder, ["azure-bare-app", "azure-clients-alone"]);
    const preload = join(folder, "core.cjs");
    writeFileSync(preload, core);
    const main = join(folder, "app", "main.cjs");
    const first = readdirSync(join(folder, "app")).filter((file) => ofFirstMessage.test(file));
    const modules = {
      "a bare app with one queue function": join(folder, "azure-bare-app.cjs"),
      "the same with two clients of Azure": join(folder, "azure-clients-alone.cjs"),
      "the app": main,
      "the app, and what a message loads": [main, ...first.map((file) => join(folder, "app", file))],
    };
    console.log(`cold import, medians of ${freshProcesses} fresh processes:`);
    const imports = await coldImports(Object.values(modules), freshProcesses, preload);
    for (const row of importRows(Object.keys(modules), imports)) console.log(row);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As the app is bundled. */
async function bundled(folder: string, names: readonly string[]): Promise<void> {
  await build({
    entryPoints: names.map((name) => join(import.meta.dirname, `${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node24",
    external: ["@azure/functions-core"],
    mainFields: ["module", "main"],
    minify: true,
    logLevel: "error",
  });
}

if (process.argv[1] === import.meta.filename) await printAzure();
