import { describe, expect, it } from "vitest";
import {
  defaultSettings,
  demoHeatIds,
  demoHeatScenario,
  type Flavour,
  parseHeatScenario,
} from "../../../emulators/heat/index.ts";
import { Bench, type ConfigWire, ids, passwordLogin, type Row, START_MS, scenario, tempUrlInputs } from "./harness.ts";

const flavours: readonly Flavour[] = ["openstack", "otc", "rackspace"];

/** Logs in to the demo cloud as its flavour wants it. */
async function demoToken(bench: Bench, flavour: Flavour): Promise<string> {
  if (flavour === "rackspace") {
    const { userName: username, apiKey } = demoHeatIds.rackspace;
    const auth = { "RAX-KSKEY:apiKeyCredentials": { username, apiKey } };
    const reply = await bench.send<{ access: { token: { id: string } } }>(
      "POST",
      "/identity/v2.0/tokens",
      { auth },
      null,
    );
    return reply.body.access.token.id;
  }
  const { userName: name, password, projectName } = demoHeatIds[flavour];
  const domain = { name: flavour === "otc" ? demoHeatIds.otc.domainName : "Default" };
  const identity = { methods: ["password"], password: { user: { name, password, domain } } };
  const reply = await bench.keystone({ identity, scope: { project: { name: projectName, domain } } });
  return reply.headers.get("x-subject-token") ?? "";
}

describe("the demo", () => {
  it.each(flavours)("of %s: a derived config runs and is completed by temporary URL", async (flavour) => {
    const bench = new Bench({ scenario: demoHeatScenario(flavour) });
    const token = await demoToken(bench, flavour);
    const { projectId } = demoHeatIds[flavour];
    const heat = <T>(method: string, path: string, body?: unknown) =>
      bench.send<T>(method, `/v1/${projectId}${path}`, body, token);
    const source = await heat<{ software_config: ConfigWire }>("GET", `/software_configs/${demoHeatIds.configId}`);
    expect(source.body.software_config.inputs).toMatchObject([{ name: "version" }]);
    const { config, group } = source.body.software_config;
    const account = await bench.send("HEAD", `/v1/AUTH_${projectId}`, undefined, token);
    const key = account.headers.get("x-account-meta-temp-url-key") ?? "";
    const signal = tempUrlInputs(bench.nowMs, { key, projectId, container: demoHeatIds.container });
    const inputs = [{ name: "version", type: "String", value: "2.0.0" }, ...signal];
    const fields = { name: "derived", config, group, inputs, outputs: [{ name: "result" }] };
    const derived = await heat<{ software_config: ConfigWire }>("POST", "/software_configs", fields);
    const created = await heat<{ software_deployment: Row }>("POST", "/software_deployments", {
      config_id: derived.body.software_config.id,
      server_id: demoHeatIds.servers[0],
      action: "CREATE",
      status: "IN_PROGRESS",
    });
    expect(created.status).toBe(200);
    expect(bench.pass(10_000).emulator.state.runs()).toMatchObject([{ exitCode: 0, signal: "delivered" }]);
    const path = `/software_deployments/${created.body.software_deployment.id}`;
    const shown = await heat<{ software_deployment: Row }>("GET", path);
    expect(shown.body.software_deployment).toMatchObject({ status: "COMPLETE", output_values: { result: "done" } });
  });

  it("has servers that behave as they are called", async () => {
    const bench = new Bench({ scenario: demoHeatScenario() });
    const token = await demoToken(bench, "openstack");
    const { projectId } = demoHeatIds.openstack;
    const path = `/v1/${projectId}/software_deployments`;
    const config = { name: "c", group: "script" };
    const configs = await bench.send<{ software_config: ConfigWire }>(
      "POST",
      `/v1/${projectId}/software_configs`,
      config,
      token,
    );
    const create = (server_id: string) =>
      bench.send("POST", path, { config_id: configs.body.software_config.id, server_id, status: "IN_PROGRESS" }, token);
    const { failingServer, replyLostServer, lateLandingServer, slowServer, stuckServer, agentlessServer } = demoHeatIds;
    await expect(create(replyLostServer)).rejects.toThrow("fetch failed");
    await expect(create(lateLandingServer)).rejects.toThrow("fetch failed");
    for (const server of [failingServer, slowServer, stuckServer, agentlessServer])
      expect((await create(server)).status).toBe(200);
    expect(bench.emulator.state.deployments(replyLostServer)).toHaveLength(1);
    expect(bench.emulator.state.deployments(lateLandingServer)).toHaveLength(0);
    expect((await create(replyLostServer)).status).toBe(200);
    bench.pass(120_000);
    expect(bench.emulator.state.deployments(lateLandingServer)).toMatchObject([{ createdAtMs: START_MS + 20_000 }]);
    const runs = new Map(bench.emulator.state.runs().map((run) => [run.serverId, run]));
    expect(runs.get(failingServer)?.exitCode).toBe(1);
    expect(runs.get(slowServer)?.endedAtMs).toBe(START_MS + 61_000);
    expect(runs.get(stuckServer)?.endedAtMs).toBeNull();
    expect(runs.has(agentlessServer)).toBe(false);
    expect(new Set(demoHeatIds.servers).size).toBe(24);
  });

  it("takes its application credential", async () => {
    const bench = new Bench({ scenario: demoHeatScenario() });
    const { credentialId: id, credentialSecret: secret } = demoHeatIds.openstack;
    const identity = { methods: ["application_credential"], application_credential: { id, secret } };
    expect((await bench.keystone({ identity })).status).toBe(201);
  });
});

describe("a scenario", () => {
  it("survives JSON, and may be all that an emulator is told", async () => {
    const copy = parseHeatScenario(JSON.parse(JSON.stringify(demoHeatScenario("otc"))));
    expect(copy).toEqual(demoHeatScenario("otc"));
    const deployments = [
      { id: "row", projectId: ids.project, configId: ids.config, serverId: "s", status: "IN_PROGRESS" },
    ];
    const bench = new Bench({ scenario: { ...scenario, settings: { pickUpMs: 5, runMs: 5 }, deployments } });
    expect(await bench.list()).toMatchObject([{ id: "row", status_reason: "None", input_values: {} }]);
    expect(bench.pass(5).emulator.state.runs()).toMatchObject([{ serverId: "s", deploymentIds: ["row"] }]);
  });

  it.each([
    [{ settings: { pickUpMs: -1 } }, "scenario.settings.pickUpMs"],
    [{ settings: { flavour: "aws" } }, "scenario.settings.flavour"],
    [{ settings: { publicUrl: "http://x/y" } }, "scenario.settings.publicUrl"],
    [{ projects: [{ id: "p" }] }, "scenario.projects[0].name"],
    [{ users: [{ id: "u", name: "n", password: "p" }] }, "scenario.users[0].grants"],
    [{ outcomes: [{ result: "maybe" }] }, "scenario.outcomes[0].result"],
    [{ outcomes: [{ result: "failed", outputs: [] }] }, "scenario.outcomes[0].outputs"],
    [{ faults: [{ kind: "stall" }] }, "scenario.faults[0].delayMs"],
    [{ faults: [{ kind: "no" }] }, "scenario.faults[0].kind"],
    [{ odd: 1 }, '"odd"'],
  ])("is refused: %j", (value, place) => {
    expect(() => parseHeatScenario(value)).toThrow(place);
  });

  it.each([
    [{ configs: [{ id: "c", projectId: "none" }] }, "project"],
    [{ users: [{ id: "u", name: "n", password: "p", grants: [{ projectId: "none", roles: [] }] }] }, "project"],
    [{ ...scenario, deployments: [{ id: "d", projectId: ids.project, configId: "none", serverId: "s" }] }, "config"],
    [
      { applicationCredentials: [{ id: "a", name: "a", secret: "s", userId: "u", projectId: "none", roles: [] }] },
      "project",
    ],
  ])("refers to nothing that is not there: %#", (value, what) => {
    expect(() => new Bench({ scenario: value })).toThrow(`Expected the ${what} of`);
  });

  it("has defaults that stay as they are", async () => {
    const bench = new Bench();
    bench.emulator.configure({ region: "Elsewhere" });
    expect(defaultSettings.region).toBe("RegionOne");
    expect((await bench.keystone(passwordLogin("member"))).body.token.catalog).toBeUndefined();
  });
});
