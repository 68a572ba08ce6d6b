import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createFunctionsHost, loadApp } from "../../emulators/functions-host/index.ts";
import { figuresEveryMs } from "../../lib/platforms/azure/functions/voice.ts";
import { account } from "../platforms/azure/accounts.ts";
import { refusedWith } from "../platforms/azure/faults.ts";
import { openAzureCloud, queuePrefix, workQueues } from "./azure-cloud.ts";
import { type AzureRig, type AzureRigOptions, azureRig, hostJson } from "./azure-rig.ts";
import { configurationFor, exampleOf, secrets } from "./clouds.ts";
import { ended, rowOf, submitted } from "./rig.ts";

async function opened(options: AzureRigOptions = {}): Promise<AzureRig> {
  const rig = await azureRig(options);
  onTestFinished(() => rig.close());
  return rig;
}

const example = exampleOf("requests", "happy.json");
const logsOf = (rig: AzureRig) =>
  rig.lines.map((line) => JSON.parse(line)).filter(({ message }) => message !== undefined);
const figuresOf = (rig: AzureRig) =>
  rig.host.logs.filter(({ category, message }) => category === "user" && message.includes('"metrics":['));
const calls = (rig: AzureRig, name: string) => rig.host.invocations.filter((each) => each.function === name);

function signedBy(reference: string) {
  const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: ["submit"] };
  return { auth: { kind: "standard-webhooks", secrets: [reference] }, allow };
}

describe("the app on Azure", () => {
  test("has a function for each step, behind the queue of its name, and one behind each poison queue", async () => {
    const { host } = await opened();
    const queues = host.registrations.flatMap((each) => (each.kind === "queue" ? [[each.queue, each.name]] : []));
    expect(queues.toSorted()).toEqual(
      workQueues
        .flatMap((queue) => [
          [`${queuePrefix}${queue}`, queue === "inbox" ? "accept-request" : queue],
          [`${queuePrefix}${queue}-poison`, `record-dead-letter-${queue}`],
        ])
        .toSorted(),
    );
    const steps = readdirSync(join(import.meta.dirname, "..", "..", "functions"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name, parentPath }) => (readdirSync(join(parentPath, name)).includes("azure.ts") ? [name] : []));
    const names = host.registrations.map(({ name }) => name);
    expect(steps.filter((name) => !names.some((each) => each === name || each.startsWith(`${name}-`)))).toEqual([]);
    const others = host.registrations.flatMap((each) => (each.kind === "queue" ? [] : [each]));
    expect(others).toMatchObject([
      { kind: "http", name: "receive-webhook", route: "{*path}", authLevel: "anonymous" },
      { kind: "timer", name: "run-schedules", schedule: "0 * * * * *", runOnStartup: false },
      { kind: "timer", name: "sweep-overdue", schedule: "0 * * * * *", runOnStartup: false },
    ]);
  });

  test("registers with no settings at all, and then names everything that is missing at once", async () => {
    const shipped = await loadApp(() => import("../../functions/azure/main.ts"));
    expect(shipped.functions.length).toBe(workQueues.length * 2 + 3);
    const cloud = await openAzureCloud(() => Date.now(), {});
    onTestFinished(() => cloud.close());
    const host = createFunctionsHost({
      ...{ app: shipped, hostJson, settings: { DROVER_QUEUES: "UseDevelopmentStorage=true" }, now: () => Date.now() },
      storage: { account, fetch: (request) => cloud.queues.fetch(request) },
    });
    const answer = await host.http(new Request("https://drover-test.azurewebsites.net/health"));
    expect(answer.status).toBe(500);
    const said = host.logs.filter(({ category }) => category === "user").map(({ message }) => JSON.parse(message));
    expect(said).toMatchObject([{ level: "error", message: "the invocation failed", function: "receive-webhook" }]);
    expect(said[0].error).toMatch(/DROVER_STORAGE_ACCOUNT: .*; DROVER_TOPIC_ENDPOINT: .*; DROVER_VAULT_URL: /);
  });
});

describe("a process", () => {
  test("is opened once: one login for all steps of all operations", async () => {
    const rig = await opened();
    for (const id of ["one", "two"])
      expect(await ended(rig, await submitted(rig, { ...example, id }))).toMatchObject({ outcome: "succeeded" });
    expect(calls(rig, "poll-operation").length).toBeGreaterThan(4);
    const logins = rig.clouds.sphere.requests().filter(({ path }) => path.endsWith("/token"));
    const { log } = rig.cloud.proxies.vault;
    const read = (part: string) => log.filter(({ path }) => path.includes(part));
    expect([logins.length, read("/secrets/").length, read("/msi/token").length]).toEqual([1, 1, 1]);
    await rig.recycle();
    expect(await ended(rig, await submitted(rig, { ...example, id: "three" }))).toMatchObject({ outcome: "succeeded" });
    expect(rig.clouds.sphere.requests().filter(({ path }) => path.endsWith("/token"))).toHaveLength(2);
  });

  test("reads nothing before its first invocation", async () => {
    const rig = await opened();
    expect(Object.values(rig.cloud.proxies).flatMap(({ log }) => log)).toEqual([]);
    expect([rig.host.logs, rig.host.invocations]).toEqual([[], []]);
  });

  test("whose configuration could not be read looks for it again at the next call", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drover-e2e-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "drover.json");
    const rig = await opened({ variables: { DROVER_CONFIGURATION: "", DROVER_CONFIG: file } });
    const id = await submitted(rig, example);
    await rig.until("two looks", async () => calls(rig, "accept-request").length === 2);
    expect(logsOf(rig)[0].error).toMatch(/got ENOENT: add drover\.json to the app's package/);
    expect((await rig.http("GET", "/health")).status).toBe(500);
    writeFileSync(file, JSON.stringify(configurationFor({ kind: "azure" })));
    expect((await rig.http("GET", "/health")).status).toBe(200);
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    const failed = logsOf(rig).filter(({ message }) => message === "the invocation failed");
    // Nobody has failed since.
    expect(failed.map((each) => each.function).filter((name) => name === "accept-request")).toHaveLength(2);
  });

  test("tries again at the next call what it could not read, and keeps what it could", async () => {
    const rig = await opened();
    const { vault } = rig.cloud.proxies;
    const refused = vault.on(({ path }) => path.includes("/secrets/"), refusedWith(403, "Forbidden"), { times: 2 });
    const id = await submitted(rig, example);
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    expect(refused.hits).toBe(2);
    const waits = (await rig.events()).filter(({ type }) => type.endsWith(".attention"));
    expect(waits).toMatchObject([{ data: { code: "unauthorized" } }]);
  });

  test.each([
    [
      "sinks",
      { sinks: { audit: { url: "https://audit.example", secrets: ["vault:s"] } } },
      /subscriptions of Event Grid/,
    ],
    ["another platform", { platform: { kind: "local" } }, /platform\.kind: expected azure, got local/],
    ["a secret in a file", { clients: { c: signedBy("file:key") } }, /got file:key: /],
    ["a flaw", { version: 2 }, /version: /],
  ])("refuses a configuration with %s in each of its functions, and says why", async (_, configuration, why) => {
    const rig = await opened({ configuration });
    const id = await submitted(rig, example);
    await rig.until("a timer", async () => calls(rig, "sweep-overdue").length > 0);
    expect((await rig.http("GET", "/health")).status).toBe(500);
    const errors = logsOf(rig).filter(({ level }) => level === "error");
    const names = ["accept-request", "receive-webhook", "run-schedules", "sweep-overdue"];
    expect([...new Set(errors.map((each) => each.function))].toSorted()).toEqual(names);
    for (const { message, error } of errors)
      expect([message, error]).toEqual(["the invocation failed", expect.stringMatching(why)]);
    // The message waits, and nothing was done for it.
    expect(rig.cloud.queues.messages(`${queuePrefix}inbox`)).toHaveLength(1);
    expect([await rowOf(rig, id), await rig.events()]).toEqual([undefined, []]);
  });

  test("says nothing of its secrets in its log, whatever the level", async () => {
    const rig = await opened({ variables: { DROVER_LOG_LEVEL: "nonsense" } });
    expect(await ended(rig, await submitted(rig, example))).toMatchObject({ outcome: "succeeded" });
    // A level that is none is no reason to say nothing.
    await rig.until("a line", async () => logsOf(rig).some(({ level }) => level === "info"));
    const all = [...rig.host.logs.map(({ message }) => message), ...rig.lines].join("\n");
    for (const value of [...Object.values(secrets), account.key]) expect(all).not.toContain(value);
  });
});

describe("timers", () => {
  test("submit what is due, and once only", async () => {
    const { id: _id, source: _source, specversion: _version, ...request } = example;
    const schedules = [{ name: "nightly", every: "PT30M", request }];
    const rig = await opened({ configuration: { schedules } });
    const accepted = async () => (await rig.events()).filter(({ type }) => type === "drover.operation.succeeded");
    await rig.until("two runs", async () => (await accepted()).length === 2, 2 * 3_600_000);
    const runs = calls(rig, "run-schedules");
    expect(runs.length).toBeGreaterThan(30);
    expect(new Set(runs.map(({ startedAtMs }) => startedAtMs % 60_000))).toEqual(new Set([0]));
    expect(await accepted()).toHaveLength(2);
    const listed = JSON.parse((await rig.http("GET", "/schedules")).bytes.toString());
    expect(listed.schedules).toMatchObject([{ name: "nightly" }]);
  });

  test("send again for an operation whose message was lost", async () => {
    const rig = await opened();
    const id = await submitted(rig, example);
    const isFirst = ({ path, method }: { readonly path: string; readonly method: string }) =>
      method === "POST" && path.includes(`/${queuePrefix}start-deployment/`);
    const lost = rig.cloud.proxies.queues.on(isFirst, { kind: "answer", status: 201, body: sent }, { times: 1 });
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    expect(lost.hits).toBe(1);
    expect(calls(rig, "sweep-overdue").length).toBeGreaterThan(0);
  });

  test("that fail are called again in a minute", async () => {
    const rig = await opened();
    const denied = rig.cloud.proxies.tables.on(() => true, refusedWith(403, "AuthorizationFailure"), { times: 2 });
    await rig.until("sweeps", async () => calls(rig, "sweep-overdue").length === 2);
    expect(denied.hits).toBe(2);
    const failed = rig.host.invocations.filter(({ outcome }) => outcome === "failed");
    expect(failed.length).toBeGreaterThan(0);
    for (const { startedAtMs } of failed) expect(startedAtMs).toBe(rig.host.invocations[0]?.startedAtMs);
    expect(logsOf(rig).filter(({ level }) => level === "error").length).toBeGreaterThanOrEqual(failed.length);
  });

  test("look into every queue, also when nothing can be swept", async () => {
    const rig = await opened();
    const often = { times: Number.POSITIVE_INFINITY };
    rig.cloud.proxies.tables.on(() => true, refusedWith(403, "AuthorizationFailure"), often);
    rig.cloud.proxies.queues.on(() => true, refusedWith(404, "QueueNotFound"), often);
    await rig.until("sweeps", async () => calls(rig, "sweep-overdue").length === 2);
    expect(calls(rig, "sweep-overdue").map(({ outcome }) => outcome)).toEqual(["failed", "failed"]);
    const silent = logsOf(rig).filter(({ message }) => message === "a queue cannot be looked into");
    expect(new Set(silent.map(({ queue }) => queue)).size).toBe(rig.cloud.queueNames.length);
  });
});

/** What a queue says to a message that it has taken. */
const sent = `<?xml version="1.0"?><QueueMessagesList><QueueMessage><MessageId>00000000-0000-4000-8000-000000000000</MessageId><InsertionTime>Sat, 21 Nov 2026 00:00:00 GMT</InsertionTime><ExpirationTime>Sat, 28 Nov 2026 00:00:00 GMT</ExpirationTime><PopReceipt>r</PopReceipt><TimeNextVisible>Sat, 21 Nov 2026 00:00:00 GMT</TimeNextVisible></QueueMessage></QueueMessagesList>`;

describe("figures", () => {
  test("are lines of the log, at most one each quarter of a minute, and the counts of all are in them", async () => {
    const rig = await opened();
    for (let sent = 0; sent < 20; sent += 1) {
      await rig.put("inbox", `not json ${sent}`);
      await rig.until("a letter", async () => calls(rig, "record-dead-letter-inbox").length === sent + 1);
      rig.clock.advance(4_000);
    }
    const endsAt = rig.now() + 90_000;
    await rig.until("a timer", async () => rig.now() >= endsAt);
    const at = figuresOf(rig).map(({ atMs }) => atMs);
    const pauses = at.slice(1).map((one, index) => one - (at[index] ?? 0));
    for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(figuresEveryMs);
    // Timers alone would tell them once a minute.
    expect(pauses.filter((pause) => pause < 30_000).length).toBeGreaterThan(2);
    const figures = figuresOf(rig).flatMap(({ message }) => JSON.parse(message).metrics);
    const letters = figures.filter(({ name }) => name === "drover.message.dead_lettered");
    expect(letters.reduce((sum, { sum: by }) => sum + by, 0)).toBe(20);
  });

  test("that were not told yet are told when the app ends", async () => {
    const configuration = configurationFor({ kind: "azure" });
    const cloud = await openAzureCloud(() => Date.now(), configuration);
    onTestFinished(() => cloud.close());
    for (const [name, value] of Object.entries(cloud.variables)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.resetModules();
    const console = vi.spyOn(globalThis.console, "info").mockImplementation(() => undefined);
    onTestFinished(() => console.mockRestore());
    const shipped = await loadApp(() => import("../../functions/azure/main.ts"));
    const storage = { account, fetch: (request: Request) => cloud.queues.fetch(request) };
    const host = createFunctionsHost({
      app: shipped,
      hostJson,
      settings: cloud.variables,
      storage,
      now: () => Date.now(),
    });
    for (let asked = 0; asked < 3; asked += 1)
      await host.http(new Request("https://drover-test.azurewebsites.net/health"));
    const countIn = (lines: readonly string[]) =>
      lines.flatMap((line) => JSON.parse(line).metrics ?? []).reduce((sum, { count }) => sum + count, 0);
    const told = countIn(host.logs.filter(({ category }) => category === "user").map(({ message }) => message));
    expect(console).not.toHaveBeenCalled();
    expect(shipped.hooks.map(({ name }) => name)).toEqual(["appTerminate"]);
    for (const { callback } of shipped.hooks) await callback({ hookData: {}, appHookData: {} });
    const last = countIn(console.mock.calls.map(([line]) => String(line)));
    expect([told, last]).toEqual([1, 2]);
  });
});
