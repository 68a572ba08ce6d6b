import { describe, expect, test } from "vitest";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { explain } from "../../lib/operations/explain.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { idOf } from "./fleet.ts";
import { finishedConfig, HeatWorld, project, secrets, serverOne, serverTwo, sourceConfig } from "./heat-world.ts";

const creates = { method: "POST", path: "*/software_deployments", times: 1 } as const;
const derives = { method: "POST", path: "*/software_configs", times: 1 } as const;
const httpOf = (heat: HeatWorld) => heat.world.trace.filter((label) => /^(GET|POST|PUT|DELETE) /.test(label));
const writesOf = (heat: HeatWorld) =>
  heat.world.trace.filter((label) => /^ledger\.(create|write|remove) operation/.test(label));

async function played(heat: HeatWorld, data: Record<string, unknown> = {}, servers = [serverOne]) {
  heat.submit("r1", servers, data);
  expect(await heat.runUntilQuiet()).toBe(true);
  expect(wrongAtTheEnd(heat.world.store)).toEqual([]);
  return heat.row("r1");
}

describe("a Heat deployment", () => {
  test("takes seven calls beside its polls and seven writes, and leaves nothing behind", async () => {
    const heat = new HeatWorld({ mode: "local" });
    const row = await played(heat);
    expect(row).toMatchObject({ outcome: "succeeded", providerStatus: "COMPLETE" });
    const polls = httpOf(heat).filter((label) => label === "GET /v1/…/software_deployments/…").length;
    expect(httpOf(heat).filter((label) => label !== "GET /v1/…/software_deployments/…")).toEqual([
      "POST /v3/auth/tokens",
      "GET /v1/…/software_configs/…",
      "POST /v1/…/software_configs",
      "POST /v1/…/software_deployments",
      "DELETE /v1/…/software_deployments/…",
      "DELETE /v1/…/software_configs/…",
      expect.stringMatching(/^DELETE \/v1\/AUTH_…\/drover-signals\//),
    ]);
    // Accepted, two intents, started, concluded, ended, cleared; a checkpoint where polls go on.
    expect(writesOf(heat).length).toBeLessThanOrEqual(7 + (polls >= 4 ? 1 : 0));
    expect(heat.emulator.state.deployments()).toEqual([]);
    expect(heat.derivedConfigs()).toBe(0);
    expect(heat.emulator.state.objects()).toEqual([]);
  });

  test.each([
    ["never", "complete", 1],
    ["after-success", "complete", 0],
    ["after-success", "failed", 1],
    ["always", "failed", 0],
  ] as const)("with cleanUp %s, once it is %s, leaves %i row(s)", async (cleanUp, result, left) => {
    const heat = new HeatWorld({ mode: "cloud" }, { outcomes: [{ result, exitCode: 3, stderr: "no space" }] });
    const row = await played(heat, { cleanUp });
    expect(row?.outcome).toBe(result === "complete" ? "succeeded" : "failed");
    expect(heat.emulator.state.deployments()).toHaveLength(left);
    expect(heat.derivedConfigs()).toBe(left);
  });

  test("that times out is removed when asked for always", async () => {
    const heat = new HeatWorld({ mode: "cloud" }, { outcomes: [{ result: "stuck" }] });
    expect(await played(heat, { cleanUp: "always" })).toMatchObject({ outcome: "timed-out", code: "deadline" });
    expect(heat.emulator.state.deployments()).toEqual([]);
  });

  test("that is cancelled is removed, and says that a running script is not stopped", async () => {
    const heat = new HeatWorld({ mode: "cloud" }, { outcomes: [{ result: "stuck" }] });
    heat.submit("r1", [serverOne], { cleanUp: "never" });
    await heat.world.run(() => false, 60_000);
    await cancelOperation(heat.world.outside, idOf("r1"), { by: "somebody" });
    expect(await heat.runUntilQuiet()).toBe(true);
    expect(heat.row("r1")).toMatchObject({
      outcome: "cancelled",
      reason: expect.stringContaining("a script that has begun on the server is not stopped"),
    });
    expect(heat.emulator.state.deployments()).toEqual([]);
    expect(heat.derivedConfigs()).toBe(0);
  });

  test("that had ended when the cancel came keeps its outcome", async () => {
    const heat = new HeatWorld({ mode: "cloud" });
    heat.submit("r1", [serverOne]);
    await heat.world.run(() => heat.emulator.state.runs().some((run) => run.endedAtMs !== null), 60_000);
    await cancelOperation(heat.world.outside, idOf("r1"), { by: "somebody" });
    expect(await heat.runUntilQuiet()).toBe(true);
    expect(heat.row("r1")?.outcome).toMatch(/succeeded|cancelled/);
  });

  test("that somebody removes under way fails, and says what is not known", async () => {
    const heat = new HeatWorld({ mode: "cloud" }, { outcomes: [{ result: "stuck" }] });
    heat.submit("r1", [serverOne]);
    await heat.world.run(() => heat.row("r1")?.step === "poll-operation", 60_000);
    await heat.removeAll();
    expect(await heat.runUntilQuiet()).toBe(true);
    expect(heat.row("r1")).toMatchObject({ outcome: "failed", code: "deployment-deleted" });
  });

  test.each([
    ["COMPLETE", "succeeded"],
    ["FAILED", "failed"],
  ])("that is sent as %s ends at once", async (status, outcome) => {
    const heat = new HeatWorld({ mode: "cloud" });
    const row = await played(heat, {
      deployment: { config_id: sourceConfig, status },
      completion: "external",
      cleanUp: "never",
    });
    expect(row).toMatchObject({ outcome, providerStatus: status });
    expect(httpOf(heat)).not.toContain("GET /v1/…/software_deployments/…");
  });

  test("whose lost attempt was fenced off starts over, and tells so", async () => {
    const heat = new HeatWorld({ mode: "cloud" }, { faults: [{ kind: "drop", takesEffect: false, ...creates }] });
    const row = await played(heat);
    expect(row?.outcome).toBe("succeeded");
    expect(row?.startedOver).toBe(1);
    expect(row?.history.map((entry) => entry.what)).toContain("fenced");
    expect(heat.emulator.state.everCreated()).toHaveLength(1);
    expect(row && explain(row, heat.world.clock.now()).effects).toMatchObject([{ attempt: 2 }, { attempt: 2 }]);
  });

  test("that cannot be created for a reason that stays fails, and its derived config is removed", async () => {
    const heat = new HeatWorld(
      { mode: "cloud" },
      { faults: [{ kind: "status", status: 400, message: "no", ...creates }] },
    );
    expect(await played(heat)).toMatchObject({ outcome: "failed" });
    expect(heat.derivedConfigs()).toBe(0);
  });

  test("that is cancelled between its derived config and itself leaves no config", async () => {
    const heat = new HeatWorld(
      { mode: "cloud" },
      { faults: [{ kind: "status", status: 429, body: "apig", retryAfterSeconds: 60, ...creates }] },
    );
    heat.submit("r1", [serverOne]);
    await heat.world.run(() => heat.row("r1")?.intents["basis"]?.result !== undefined, 30_000);
    expect(heat.derivedConfigs()).toBe(1);
    await cancelOperation(heat.world.outside, idOf("r1"), { by: "somebody" });
    expect(await heat.runUntilQuiet()).toBe(true);
    expect(heat.row("r1")?.outcome).toBe("cancelled");
    expect(heat.derivedConfigs()).toBe(0);
    expect(heat.emulator.state.everCreated()).toEqual([]);
  });

  test("that is cancelled while the answer to its derived config is lost leaves no config", async () => {
    const heat = new HeatWorld({ mode: "cloud" }, { faults: [{ kind: "drop", takesEffect: true, ...derives }] });
    heat.submit("r1", [serverOne]);
    await heat.world.run(() => heat.row("r1")?.intents["basis"] !== undefined, 10_000);
    await cancelOperation(heat.world.outside, idOf("r1"), { by: "somebody" });
    expect(await heat.runUntilQuiet()).toBe(true);
    expect(heat.row("r1")?.outcome).toBe("cancelled");
    expect(heat.derivedConfigs()).toBe(0);
    expect(heat.emulator.state.everCreated()).toEqual([]);
  });

  test("whose derived config cannot be asked for until the deadline times out: nothing has run", async () => {
    const faults = [
      { kind: "drop", takesEffect: true, ...derives },
      { kind: "status", status: 503, body: "text-503", method: "GET", path: "*/software_configs", times: 10_000 },
    ] as const;
    const heat = new HeatWorld({ mode: "cloud" }, { faults: [...faults] });
    expect(await played(heat, { deadline: "PT10M" })).toMatchObject({ outcome: "timed-out" });
    expect(heat.emulator.state.everCreated()).toEqual([]);
  });

  test("whose traces cannot be removed keeps its outcome and says so", async () => {
    const heat = new HeatWorld(
      { mode: "cloud" },
      { faults: [{ kind: "status", status: 503, body: "text-503", method: "DELETE", path: "*" }] },
    );
    expect(await played(heat)).toMatchObject({
      outcome: "succeeded",
      reason: expect.stringContaining("could not all be removed"),
    });
  });

  test("that is cancelled goes on trying to remove itself, and does not call itself cancelled before", async () => {
    const heat = new HeatWorld(
      { mode: "cloud" },
      {
        outcomes: [{ result: "stuck" }],
        faults: [{ kind: "status", status: 503, body: "text-503", method: "DELETE", path: "*", times: 12 }],
      },
    );
    heat.submit("r1", [serverOne]);
    await heat.world.run(() => false, 30_000);
    await cancelOperation(heat.world.outside, idOf("r1"), { by: "somebody" });
    expect(await heat.runUntilQuiet()).toBe(true);
    expect(heat.row("r1")?.outcome).toBe("cancelled");
    expect(heat.emulator.state.deployments()).toEqual([]);
  });

  test("of which one server fails makes the parent partially succeeded", async () => {
    const heat = new HeatWorld({ mode: "cloud" }, { outcomes: [{ serverId: serverTwo, result: "failed" }] });
    const row = await played(heat, {}, [serverOne, serverTwo]);
    expect(row).toMatchObject({ outcome: "partially-succeeded", reason: "2 of 2 ended: 1 succeeded, 1 failed" });
  });

  test("with the caller's own config is refused on a server that has it already", async () => {
    const heat = new HeatWorld({ mode: "cloud" });
    const data = { deployment: { config_id: finishedConfig }, useConfig: "as-is", completion: "external" };
    heat.submit("r0", [serverOne], data);
    await heat.world.run(() => heat.emulator.state.deployments().length === 1, 60_000);
    heat.submit("r1", [serverOne], data);
    await heat.world.run(() => heat.row("r1")?.state === "ended", 60_000);
    expect(heat.row("r1")).toMatchObject({ outcome: "failed", code: "config-already-deployed" });
  });

  test("keeps passwords, tokens, keys, signed URLs and outputs out of rows, messages, events and logs", async () => {
    const heat = new HeatWorld(
      { mode: "cloud" },
      {
        outcomes: [{ result: "complete", stdout: "canary-of-the-script" }],
        faults: [{ kind: "drop", takesEffect: true, ...creates }],
      },
    );
    const messages: string[] = [];
    heat.world.afterIo = () => {
      for (const message of heat.world.store.messages.values()) messages.push(message.body);
      for (const key of heat.world.store.rows.keys()) messages.push(JSON.stringify(heat.world.store.read(key)));
    };
    await played(heat);
    const everything = [...new Set(messages), JSON.stringify(heat.world.store.events), ...heat.world.logged].join("\n");
    expect(everything.includes("signalObject")).toBe(true);
    const canaries = [...Object.values(secrets), "temp_url_sig", "canary-of-the-script", "gAAAA"];
    expect(canaries.filter((secret) => everything.includes(secret))).toEqual([]);
  });

  test("does not wait for what cannot be removed for hours, as somebody asks it to", async () => {
    const gone = { kind: "status", status: 503, body: "text-503", retryAfterSeconds: 36_000 } as const;
    const heat = new HeatWorld({ mode: "cloud" }, { faults: [{ ...gone, method: "DELETE", path: "*" }] });
    const row = await played(heat);
    expect(row?.outcome).toBe("succeeded");
    expect((row?.endedAt ?? 0) - (row?.createdAt ?? 0)).toBeLessThan(10 * 60_000);
  });

  test("that cannot be removed after a cancel, because somebody asks to wait for hours, still ends soon after its deadline", async () => {
    const gone = { kind: "status", status: 503, body: "text-503", retryAfterSeconds: 36_000 } as const;
    const faults = [{ ...gone, method: "DELETE", path: "*" }];
    const heat = new HeatWorld({ mode: "cloud" }, { outcomes: [{ result: "stuck" }], faults });
    heat.submit("r1", [serverOne]);
    await heat.world.run(() => false, 30_000);
    await cancelOperation(heat.world.outside, idOf("r1"), { by: "somebody" });
    expect(await heat.runUntilQuiet(24 * 3_600_000)).toBe(true);
    const row = heat.row("r1");
    expect(row?.outcome).toBe("timed-out");
    expect((row?.endedAt ?? 0) - (row?.deadline ?? 0)).toBeLessThan(20 * 60_000);
  });

  test.each(["default", "value"])("refuses a secret in the %s of an input that the config declares", async (key) => {
    const declared = { name: "x", type: "String", [key]: { $secret: "vault:swift-key" } };
    const id = "98666dee-1111-4e80-9fc2-39c6820b05e5";
    const heat = new HeatWorld(
      { mode: "cloud" },
      { configs: [{ id, projectId: project, name: "sly", group: "script", config: "echo $x", inputs: [declared] }] },
    );
    const row = await played(heat, { deployment: { config_id: id } });
    expect(row).toMatchObject({ outcome: "failed", code: "unfit-deployment" });
    expect(heat.derivedConfigs()).toBe(0);
    expect(JSON.stringify(heat.emulator.state.configs())).not.toContain(secrets["vault:swift-key"]);
  });

  test("refuses a secret in a default that is sent along", async () => {
    const heat = new HeatWorld({ mode: "cloud" });
    const inputs = [{ name: "x", default: { $secret: "vault:swift-key" } }];
    heat.submit("r1", [serverOne], { deployment: { config: { group: "script", config: "echo $x", inputs } } });
    expect(await heat.runUntilQuiet()).toBe(true);
    expect(heat.rows()).toEqual([]);
    expect(JSON.stringify(heat.world.store.events.at(-1))).toContain("expected no secret as a default");
  });
});

describe("many Heat deployments", () => {
  const servers = Array.from({ length: 20 }, (_, index) => `server-${index + 1}`);

  test("change the connection no more often than its limit allows, removals included, and come to an end", async () => {
    const heat = new HeatWorld({ mode: "cloud" }, {}, { changesPerMinute: 10, inFlight: 5 });
    const row = await played(heat, { deadline: "PT2H" }, servers);
    expect(row?.outcome).toBe("succeeded");
    const changes = heat.emulator
      .requests()
      .filter(({ method, path }) => method !== "GET" && method !== "HEAD" && !path.startsWith("/v3/"))
      // What servers put themselves is none of ours.
      .filter(({ method, path }) => !(method === "PUT" && path.startsWith("/v1/AUTH_")))
      .map(({ at }) => at);
    expect(changes).toHaveLength(20 * 5);
    const most = Math.max(...changes.map((from) => changes.filter((at) => at >= from && at < from + 60_000).length));
    expect(most).toBeLessThanOrEqual(10);
    // A hundred changes, ten in seventy seconds.
    expect((changes.at(-1) ?? 0) - (changes[0] ?? 0)).toBeLessThan(20 * 60_000);
    expect(heat.emulator.state.deployments()).toEqual([]);
  });
});
