import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { measureAccepted } from "./accepted-request.ts";
import { printAws } from "./aws.ts";
import { printAzure } from "./azure.ts";
import { measureHandOver } from "./hand-over.ts";
import { countHeat } from "./heat.ts";
import { type Measured, percentile } from "./measure.ts";
import type { Loop } from "./one.ts";
import { measureRestart } from "./restart.ts";
import { countRotation } from "./rotation.ts";

/**
 * Figures as ratios to something in the same run: machines differ, ratios less so.
 * `npm run bench` takes the full sizes, `-- --quick` small ones (CI), `-- --size 100000` one size.
 */
const args = process.argv.slice(2);
const quick = args.includes("--quick");
const sizeArgument = args[args.indexOf("--size") + 1];
const sizes = args.includes("--size") ? [Number(sizeArgument)] : quick ? [1_000] : [1_000, 5_000, 20_000, 100_000];

/** Both sides run as they are shipped: bundled, and with the one flag that `npm start` sets. */
const execArgv = ["--max-semi-space-size=8"];
const built = mkdtempSync(join(tmpdir(), "drover-bench-built-"));
process.on("exit", () => rmSync(built, { recursive: true, force: true }));
await build({
  entryPoints: ["one", "provider-server", "restart-process"].map((name) => join(import.meta.dirname, `${name}.ts`)),
  outdir: built,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  logLevel: "error",
});

async function measure(loop: Loop, operations: number): Promise<Measured> {
  const child = fork(join(built, "one.mjs"), [loop, String(operations)], { execArgv });
  const [measured] = (await once(child, "message")) as [Measured];
  if (child.exitCode === null) await once(child, "exit");
  return measured;
}

const perSecond = ({ operations, seconds }: Measured) => operations / seconds;
const cpuMicros = ({ operations, cpuSeconds }: Measured) => (cpuSeconds / operations) * 1e6;
const fixed = (value: number, digits = 0) => (Number.isFinite(value) ? value.toFixed(digits) : "–");

function row(name: string, measured: Measured, beside: Measured): string {
  const cells = [
    fixed(perSecond(measured)),
    fixed(perSecond(measured) / perSecond(beside), 2),
    fixed(cpuMicros(measured)),
    fixed(cpuMicros(measured) / cpuMicros(beside), 2),
    fixed(percentile(measured.loneMs, 0.5), 2),
    fixed(percentile(measured.loneMs, 0.99), 2),
    fixed(measured.peakMegabytes),
    measured.diskBytes === 0 ? "–" : fixed(measured.diskBytes / measured.operations),
  ];
  return name.padEnd(30) + cells.map((cell) => cell.padStart(9)).join("");
}

const header =
  "".padEnd(30) +
  ["ops/s", "ratio", "cpu µs", "ratio", "p50 ms", "p99 ms", "peak MB", "bytes/op"]
    .map((name) => name.padStart(9))
    .join("");

const rates = new Map<number, number>();
for (const size of sizes) {
  console.log(`\n${size} operations, 64 in flight: request, start, 3 polls in progress, 1 complete, event`);
  console.log(header);
  const bare = await measure("bare", size);
  console.log(row("bare HTTP calls with fetch", bare, bare));
  console.log(row("drover, provider over HTTP", await measure("engine-http", size), bare));
  const minimal = await measure("minimal", size);
  console.log(row("minimal SQLite group commit", minimal, minimal));
  const engine = await measure("engine", size);
  console.log(row("drover, provider in process", engine, minimal));
  rates.set(size, engine.seconds / engine.operations);
}

const [small, large] = [rates.get(20_000), rates.get(100_000)];
if (small && large) console.log(`\nan operation of 100,000 costs ${fixed(large / small, 2)} times one of 20,000`);
const restart = await measureRestart(join(built, "restart-process.mjs"), quick ? 200 : 2_000);
console.log(
  `\nfirst step after SIGKILL and restart: ${fixed(restart.firstStepMs)} ms, ${restart.waiting} operations waiting`,
);

const heat = await countHeat(quick ? 50 : 500);
const calls = Object.entries(heat.calls).map(([name, count]) => `${fixed(count, 2)} ${name}`);
const total = Object.values(heat.calls).reduce((sum, count) => sum + count, 0);
console.log(
  `\na Heat deployment: ${fixed(total, 2)} provider calls (${calls.join(", ")}), ${fixed(heat.ledgerWrites, 2)} ledger writes`,
);

const rotation = await countRotation();
const rotationCalls = Object.entries(rotation.calls).map(([name, count]) => `${count} ${name}`);
const rotationTotal = Object.values(rotation.calls).reduce((sum, count) => sum + count, 0);
console.log(
  `\na key rotation with one target: ${rotation.ledgerWrites} ledger writes, ${rotationTotal} provider calls (${rotationCalls.join(", ")})`,
);

const handOver = await measureHandOver(quick ? 40 : 300);
const p99 = (values: readonly number[]) => percentile([...values], 0.99);
console.log(
  `\na hand-over, from "ready" to the archive's last byte: p50 ${fixed(percentile([...handOver.drover], 0.5), 1)} ms, p99 ${fixed(p99(handOver.drover), 1)} ms; the provider's own call: p99 ${fixed(p99(handOver.bare), 1)} ms; ratio ${fixed(p99(handOver.drover) / p99(handOver.bare), 1)}`,
);

const { drover, bare } = await measureAccepted(quick ? 500 : 2_000);
const latencies = ({ p50, p99 }: typeof bare) => `p50 ${fixed(p50, 2)} ms, p99 ${fixed(p99, 2)} ms`;
console.log(
  `\nan accepted POST /requests, durable: ${latencies(drover)}; a bare server's 202: ${latencies(bare)}; ratio of the p99: ${fixed(drover.p99 / bare.p99, 2)}`,
);

console.log("\nthe functions on AWS");
await printAws(quick);

console.log("\nthe app on Azure");
await printAzure();
