import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type AzureSphereEmulator,
  createAzureSphereEmulator,
  demoIds,
  demoScenario,
} from "../../emulators/azure-sphere/index.ts";
import { delayOnTimer, serveOnLoopback } from "../../emulators/serve.ts";
import { inboxQueue, type Log } from "../../lib/contracts/ports.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { wrongAmong } from "../simulation/invariants.ts";
import { SeededRandomness } from "../simulation/virtual-clock.ts";

/**
 * The real process, killed with SIGKILL at random moments, over some hundred operations against an emulator that loses replies,
 * throttles, fails and lands effects late. The emulator counts what really took effect.
 */

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const operations = 320;
const groups = 280;
const kills = 12;
const seed = Number(process.env["DROVER_TEST_SEED"] ?? Math.trunc(Math.random() * 1e9));
const random = new SeededRandomness(seed);
const groupOf = (index: number) => `9a0b0000-0000-4000-8000-${String(1000 + (index % groups)).padStart(12, "0")}`;

let folder = "";
let emulator: AzureSphereEmulator;
let server: Awaited<ReturnType<typeof serveOnLoopback>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drover-sigkill-"));
  const scenario = demoScenario();
  const create = { method: "POST", path: "*/deployments" } as const;
  emulator = createAzureSphereEmulator({
    now: Date.now,
    delay: delayOnTimer,
    seed,
    scenario: {
      ...scenario,
      settings: { notStartedMs: 50, inProgressMs: 150 },
      outcomes: [],
      groups: Array.from({ length: groups }, (_, index) => ({
        id: groupOf(index),
        tenantId: demoIds.tenantId,
        productId: demoIds.productId,
        name: `group ${index}`,
      })),
      devices: [],
      faults: [
        { kind: "drop", takesEffect: true, probability: 0.08, ...create },
        { kind: "drop", probability: 0.05, ...create },
        { kind: "late-landing", landsAfterMs: 700, probability: 0.05, ...create },
        { kind: "status", status: 500, takesEffect: true, probability: 0.04, ...create },
        { kind: "status", status: 429, retryAfterSeconds: 1, probability: 0.05, ...create },
        { kind: "status", status: 503, probability: 0.05, method: "GET", path: "/v2/*" },
        { kind: "cut-json", probability: 0.02, method: "GET", path: "*/operations/*" },
      ],
    },
  });
  server = await serveOnLoopback((request) => emulator.fetch(request));
  writeFileSync(join(folder, "secret.txt"), demoIds.clientSecret);
  writeFileSync(join(folder, "drover.json"), JSON.stringify(configuration(server.url)));
});

afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function configuration(url: string) {
  const { directoryId, clientId, tenantId: sphereTenantId } = demoIds;
  return {
    version: 1,
    platform: { kind: "local", dataFolder: "./data" },
    sweep: { every: "PT1S" },
    connections: {
      sphere: {
        kind: "azure-sphere",
        api: "legacy-v2",
        endpoint: url,
        sphereTenantId,
        credential: { kind: "client-secret", directoryId, clientId, secret: "file:secret.txt", authority: url },
        pace: { firstPoll: "PT0.1S", maxPoll: "PT0.5S", requestTimeout: "PT1S", settling: "PT5S", lookEvery: "PT1S" },
      },
    },
  };
}

async function submitAll(): Promise<void> {
  const platform = openLocalPlatform({ folder: join(folder, "data"), log: quiet });
  const bodies = Array.from({ length: operations }, (_, index) =>
    JSON.stringify({
      specversion: "1.0",
      id: `r${index}`,
      source: "/sigkill",
      type: "drover.azure-sphere.deploy",
      data: { connection: "sphere", deadline: "PT10M", deviceGroupId: groupOf(index), images: [demoIds.images.app] },
    }),
  );
  await platform.queue.send(bodies.map((body) => ({ queue: inboxQueue, body })));
  await platform.ledger.durable();
  await platform.close();
}

function start(): ChildProcess {
  const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");
  return spawn(process.execPath, [main, "start", "--config", join(folder, "drover.json")], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DROVER_LOG_LEVEL: "error" },
  });
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

async function stored() {
  const platform = openLocalPlatform({ folder: join(folder, "data"), log: quiet });
  const records = [];
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await platform.ledger.listOperations({}, 200, cursor);
    records.push(...page.items.map((item) => item.record));
    cursor = page.cursor;
    more = cursor !== undefined;
  }
  const events = [];
  for (let after = 0; ; ) {
    const page = await platform.bus.read(after, 500);
    if (page.length === 0) break;
    events.push(...page.map((item) => item.event));
    after = page.at(-1)?.position ?? after;
  }
  await platform.close();
  return { records, events };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(`loses nothing and doubles nothing over ${kills} kills (seed ${seed})`, { timeout: 240_000 }, async () => {
  await submitAll();
  for (let kill = 0; kill < kills; kill += 1) {
    const child = start();
    await pause(400 + random.below(1_200));
    await killed(child);
  }
  const last = start();
  // What was under way at a kill is looked for after its time to send, its time-out and its settling time.
  for (let waited = 0; waited < 180; waited += 1) {
    await pause(1_000);
    const { events } = emulator.state.acceptedCreates() >= operations ? await peek() : { events: 0 };
    if (events >= operations) break;
  }
  last.kill("SIGTERM");
  await once(last, "exit");

  const { records, events } = await stored();
  expect(records).toHaveLength(operations);
  const outcomes = records.map((record) =>
    record.kind === "operation" ? (record.outcome ?? record.state) : record.kind,
  );
  expect(
    Object.entries(Object.groupBy(outcomes, (outcome) => outcome)).map(([outcome, all]) => [outcome, all?.length]),
  ).toEqual([["succeeded", operations]]);
  expect(wrongAmong(records, events)).toEqual([]);
  const counts = Array.from({ length: groups }, (_, index) => emulator.state.acceptedCreates(groupOf(index)));
  const wanted = counts.map((_, index) => (index < operations - groups ? 2 : 1));
  expect(counts).toEqual(wanted);
});

/** Terminal events so far, asked of the running process over its socket. */
async function peek(): Promise<{ readonly events: number }> {
  const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");
  const child = spawn(
    process.execPath,
    [main, "operations", "list", "--state", "active", "--json", "--config", join(folder, "drover.json")],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  let text = "";
  child.stdout.on("data", (piece) => {
    text += piece;
  });
  await once(child, "close");
  const answer = JSON.parse(text) as { readonly items?: readonly unknown[]; readonly operations?: readonly unknown[] };
  const left = (answer.items ?? answer.operations ?? []).length;
  return { events: operations - left };
}
