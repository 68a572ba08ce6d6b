import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QueueServiceClient, StorageSharedKeyCredential } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createFunctionsHost, loadApp, loadScript, registrationsOf } from "../../emulators/functions-host/index.ts";
import * as errors from "../../lib/contracts/errors.ts";
import { type AzureApp, atStartMost, azureFunctions, buildAzureApp, problemsOf } from "../../scripts/azure-app.ts";
import { openAzureCloud, queuePrefix, workQueues } from "../e2e/azure-cloud.ts";
import { hostJson } from "../e2e/azure-rig.ts";
import { account } from "../platforms/azure/accounts.ts";
import { digestsIn } from "./packaged.ts";

/** What is shipped: built twice, in different folders. */

let folders: readonly string[];
let app: AzureApp;

beforeAll(async () => {
  folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), "drover-azure-app-")));
  const [first = "", second = ""] = folders;
  app = await buildAzureApp(first);
  await buildAzureApp(second);
}, 120_000);
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const built = () => folders[0] ?? "";
const filesOf = (folder: string) => readdirSync(folder).filter((file) => file.endsWith(".cjs"));

/** Files beside the main one register nothing. */
function onlyNone(error: Error): void {
  if (!error.message.endsWith("it registered none")) throw error;
}

/** Loads what is built with these settings, as the worker does: they stand in its environment. */
async function withSettings(settings: Readonly<Record<string, string>>) {
  const before = { ...process.env };
  onTestFinished(() => {
    for (const name of Object.keys(settings)) delete process.env[name];
    Object.assign(process.env, before);
  });
  Object.assign(process.env, settings);
  return loadScript(join(built(), "main.cjs"));
}

describe("the built app", () => {
  test("is the same to the byte when it is built again", () => {
    const [first = "", second = ""] = folders.map((folder) => digestsIn(folder, ""));
    expect(second).toEqual(first);
  });

  test("is no larger than it may be, and lacks nothing", () => {
    expect(problemsOf(app)).toEqual([]);
    expect(app.atStartBytes).toBeLessThan(atStartMost);
    expect(azureFunctions()).toHaveLength(14);
  });

  test("registers every function, each behind its queue, timer or path", async () => {
    const settings = { DROVER_QUEUE_PREFIX: "drover-test-" };
    const registered = registrationsOf(await withSettings(settings));
    const queueOf = (name: string) => (name === "inbox" ? "accept-request" : name);
    const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    const timer = { kind: "timer", schedule: "0 * * * * *", runOnStartup: false, useMonitor: true };
    const connection = "DROVER_QUEUES";
    const expected = [
      ...workQueues.flatMap((queue) => [
        { name: queueOf(queue), kind: "queue", queue: `drover-test-${queue}`, connection },
        { name: `record-dead-letter-${queue}`, kind: "queue", queue: `drover-test-${queue}-poison`, connection },
      ]),
      { name: "receive-webhook", kind: "http", route: "{*path}", methods, authLevel: "anonymous" },
      { name: "run-schedules", ...timer },
      { name: "sweep-overdue", ...timer },
    ];
    const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
    expect([...registered].sort(byName)).toEqual(expected.sort(byName));
  });

  test("needs nothing but what is in its folder", async () => {
    const alone = mkdtempSync(join(tmpdir(), "drover-azure-alone-"));
    onTestFinished(() => rmSync(alone, { recursive: true, force: true }));
    cpSync(built(), alone, { recursive: true });
    const { main } = JSON.parse(readFileSync(join(alone, "package.json"), "utf8"));
    expect((await loadScript(join(alone, main))).functions).toHaveLength(23);
    expect(JSON.parse(readFileSync(join(alone, "host.json"), "utf8"))).toEqual(hostJson);
    // Also what is loaded later: there are no packages on the way up from there.
    const load = createRequire(join(alone, main));
    for (const file of filesOf(alone)) await loadApp(() => load(`./${file}`)).catch(onlyNone);
  });

  test("keeps the names of errors, brings licences, and tells no path of the machine that built it", () => {
    const text = filesOf(built())
      .map((file) => readFileSync(join(built(), file), "utf8"))
      .join("\n");
    for (const error of Object.keys(errors).filter((one) => one.endsWith("Error"))) {
      if (new RegExp(`\\b${error}\\b`).test(text)) expect(text).toMatch(new RegExp(`"${error}"`));
    }
    expect(text).not.toContain(import.meta.dirname.replace(/test.packaging$/, ""));
    const licences = readFileSync(join(built(), "LICENSES.txt"), "utf8");
    for (const library of ["@azure/functions", "@azure/storage-queue", "@azure/data-tables", "hono", "zod"])
      expect(licences).toContain(`${library}\n\n`);
  });

  test.each([
    ["no JSON", "no JSON"],
    ["lists in lists, some thousand deep", "[".repeat(5_000) + "]".repeat(5_000)],
    ["objects in objects, some thousand deep", `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`],
    ["a number that nobody can hold", '{"specversion":"1.0","id":"1","source":"/x","data":{"comment":1e400}}'],
    ["words of the host in a text that is no JSON for everybody", "{'id':'victim','dequeueCount':'999'}"],
  ])("tells of a message that nobody can read (%s), and removes it", async (_, text) => {
    // The functions tell the time by themselves; what waits for their host does not have to.
    let aheadMs = 0;
    const now = () => Date.now() + aheadMs;
    const cloud = await openAzureCloud(now, { version: 1, platform: { kind: "azure" }, connections: {} });
    onTestFinished(() => cloud.close());
    const { queues, tables, topic } = cloud;
    const host = createFunctionsHost({
      ...{ app: await withSettings(cloud.variables), hostJson, settings: cloud.variables, now },
      storage: { account, fetch: (request) => queues.fetch(request) },
    });
    const senders = new QueueServiceClient(
      `${cloud.proxies.queues.url}/${account.name}`,
      new StorageSharedKeyCredential(account.name, account.key),
    );
    await senders.getQueueClient(`${queuePrefix}inbox`).sendMessage(text);
    for (let step = 0; step < 50 && topic.delivered().length === 0; step += 1) {
      aheadMs += Math.max(0, host.nextAt() - now());
      await host.step();
    }
    const [event] = topic.delivered();
    expect(["drover.operation.attention", "drover.operation.rejected"]).toContain(event?.["type"]);
    if (event?.["type"] === "drover.operation.attention")
      expect(JSON.stringify(tables.rows("drover"))).toContain("dead-letter");
    expect(host.invocations.filter(({ outcome }) => outcome !== "succeeded")).toEqual([]);
    expect(cloud.queueNames.flatMap((name) => queues.messages(name))).toEqual([]);
  });
});

test("a build that would register nothing fails", async () => {
  await expect(loadApp(() => undefined)).rejects.toThrow(/0 functions/);
  const names = new Set(app.functions.map(({ name }) => name));
  expect(problemsOf({ ...app, functions: [] })).toHaveLength(azureFunctions().length);
  expect(problemsOf({ ...app, functions: app.functions.filter(({ name }) => name !== "sweep-overdue") })).toEqual([
    "Expected function sweep-overdue to be registered, got none of that name",
  ]);
  expect(names.size).toBe(23);
});
