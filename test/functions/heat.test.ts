import { describe, expect, onTestFinished, test, vi } from "vitest";
import { demoHeatScenario, type UserSeed } from "../../emulators/heat/index.ts";
import { ended, fixture, silentLog } from "./harness.ts";
import { type HeatFixture, heatFixture, ids, serverAt, submittedTo } from "./heat-harness.ts";

const base = "/connections/heat/heat";
const configs = `${base}/software-configs`;
const deployments = `${base}/deployments`;
const script = "#!/bin/sh\necho canary-of-the-script\n";

async function createdConfig({ send }: HeatFixture): Promise<string> {
  const { body } = await send("POST", configs, { name: "by-hand", group: "script", config: script });
  return String((body["software_config"] as Record<string, unknown>)["id"]);
}

/** A row that an operation keeps. */
async function keptRow(all: HeatFixture): Promise<Record<string, unknown>> {
  const id = await submittedTo(all, "a", [serverAt(0)], { cleanUp: "never" });
  all.host.start();
  await ended(all, id);
  const [row] = (await all.send("GET", deployments)).body["software_deployments"] as Record<string, unknown>[];
  return row ?? {};
}

describe.each(["openstack", "otc", "rackspace"] as const)("software configs of %s", (flavour) => {
  test("are created, read, listed without their scripts and deleted, as the vendor answers", async () => {
    const all = heatFixture(flavour);
    const id = await createdConfig(all);
    expect((await all.send("GET", `${configs}/${id}`)).body).toMatchObject({
      software_config: { id, name: "by-hand", group: "script", config: script },
    });
    const list = await all.send("GET", configs);
    expect(list.body["software_configs"]).toHaveLength(2);
    expect(list.body["software_configs"]).toContainEqual(expect.objectContaining({ id, name: "by-hand" }));
    expect(JSON.stringify(list.body)).not.toContain("echo");
    expect((await all.send("DELETE", `${configs}/${id}`)).body).toEqual({ id, deleted: true });
    expect((await all.send("GET", `${configs}/${id}`)).status).toBe(404);
  });
});

describe("software configs", () => {
  test("may go without a group", async () => {
    const { send } = heatFixture();
    expect((await send("POST", configs, { config: script })).status).toBe(201);
  });

  test("hide the values of inputs, which may be secrets and signed URLs", async () => {
    const all = heatFixture();
    const row = await keptRow(all);
    const { body } = await all.send("GET", `${configs}/${String(row["config_id"])}`);
    expect(JSON.stringify(body)).toContain("deploy_signal_id");
    expect(JSON.stringify(body)).not.toMatch(/temp_url_sig/);
  });

  test("cannot be deleted while a deployment names them", async () => {
    const all = heatFixture();
    const row = await keptRow(all);
    const refused = await all.send("DELETE", `${configs}/${String(row["config_id"])}`);
    expect([refused.status, refused.body]).toMatchObject([409, { code: "config-in-use", provider: { name: "heat" } }]);
  });

  test("are refused without a word of what they hold", async () => {
    const { send, emulator } = heatFixture();
    for (const body of [
      { config: script, nope: 1 },
      { config: script, inputs: [{ name: "x", default: "canary-of-the-input", type: "Text" }] },
      { config: script, group: "" },
    ]) {
      const refused = await send("POST", configs, body);
      expect(refused.status).toBe(422);
      expect(JSON.stringify(refused.body)).not.toContain("canary");
    }
    expect((await send("POST", configs, `{"config":"${"x".repeat(1024 * 1024)}"}`)).status).toBe(413);
    expect(emulator.requests()).toEqual([]);
  });

  test("whose answer is lost are not created again, and the problem says where to look", async () => {
    const { send, emulator } = heatFixture();
    emulator.addFault({ kind: "drop", takesEffect: true, method: "POST", path: "*/software_configs", times: 1 });
    const lost = await send("POST", configs, { config: script });
    expect([lost.status, lost.body["detail"]]).toEqual([503, expect.stringMatching(/drover heat configs list/)]);
    expect(JSON.stringify(lost.body)).not.toContain("canary");
    expect(emulator.state.configs()).toHaveLength(2);
  });
});

describe("deployments", () => {
  test("are listed, of all servers or one, shown, changed and deleted", async () => {
    const all = heatFixture();
    const { id } = await keptRow(all);
    const of = async (server: string) =>
      (await all.send("GET", `${deployments}?server=${server}`)).body["software_deployments"];
    expect(await of(serverAt(0))).toMatchObject([{ id, status: "COMPLETE" }]);
    expect(await of(serverAt(1))).toEqual([]);
    const change = { status: "FAILED", status_reason: "by hand", output_values: { result: "none" } };
    expect((await all.send("PUT", `${deployments}/${id}`, change)).body).toMatchObject({
      software_deployment: { id, ...change },
    });
    expect((await all.send("GET", `${deployments}/${id}`)).body).toMatchObject({ software_deployment: change });
    expect((await all.send("DELETE", `${deployments}/${id}`)).body).toEqual({ id, deleted: true });
    expect(all.emulator.state.deployments()).toEqual([]);
  });

  test.each([{ status: "complete" }, { output_values: "x" }, { config_id: "x" }, {}])(
    "are not changed by %j",
    async (change) => {
      const { send, emulator } = heatFixture();
      expect((await send("PUT", `${deployments}/x`, change)).status).toBe(422);
      expect(emulator.requests()).toEqual([]);
    },
  );

  test.each(["server=", `server=${"x".repeat(37)}`, "colour=red"])("are not listed by %s", async (query) => {
    expect((await heatFixture().send("GET", `${deployments}?${query}`)).status).toBe(400);
  });
});

describe("problems", () => {
  test("carry the provider's status and request id", async () => {
    const { send, emulator } = heatFixture();
    const unknown = await send("GET", `${deployments}/${serverAt(0)}`);
    expect([unknown.status, unknown.body]).toMatchObject([
      404,
      { code: "not-found", provider: { name: "heat", status: 404, requestId: expect.stringMatching(/^req-/) } },
    ]);
    emulator.addFault({ kind: "status", status: 403, path: "/v1/*", times: 1 });
    const forbidden = await send("GET", deployments);
    expect([forbidden.status, forbidden.body]).toMatchObject([502, { code: "forbidden", provider: { status: 403 } }]);
    emulator.addFault({ kind: "status", status: 503, body: "text-503", retryAfterSeconds: 7, path: "/v1/*", times: 1 });
    const down = await send("GET", deployments);
    expect([down.status, down.headers.get("retry-after")]).toEqual([503, "7"]);
    expect(down.body).toMatchObject({ provider: { status: 503 } });
  });

  test("name a connection that is not there, or of another kind", async () => {
    const { send } = heatFixture();
    for (const name of ["other", "__proto__"]) {
      expect((await send("GET", `/connections/${name}/heat/deployments`)).status).toBe(404);
    }
    const other = await fixture().send("GET", "/connections/sphere/heat/deployments");
    expect([other.status, other.body]).toMatchObject([422, { code: "other-kind" }]);
  });

  test("keep ids out of the path's dots", async () => {
    const { send, emulator } = heatFixture();
    expect((await send("GET", `${deployments}/%2e%2e%2fstacks`)).status).toBe(422);
    expect((await send("DELETE", `${configs}/a%2fb`)).status).toBe(422);
    expect(emulator.requests()).toEqual([]);
  });
});

describe("the connection", () => {
  test("is listed with its flavour, region and limits, and no credential", async () => {
    const { send } = heatFixture("otc");
    const { body } = await send("GET", "/connections");
    expect(body["connections"]).toMatchObject([
      { kind: "heat", flavour: "otc", region: "eu-de", limits: { inFlight: 20, changesPerMinute: 600 } },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/HEAT_LOGIN|credential/);
  });

  test("is checked with warnings that are no errors", async () => {
    const [user] = demoHeatScenario().users ?? [];
    const admin = { ...user, grants: [{ projectId: ids.openstack.projectId, roles: ["admin"] }] } as UserSeed;
    const { send } = heatFixture("openstack", { users: [admin] });
    const { body } = await send("POST", "/connections/heat/check");
    expect(body).toMatchObject({ ok: true });
    expect(body["checks"]).toContainEqual(expect.objectContaining({ what: "role", ok: true, warning: true }));
  });
});

test("a change by hand is logged with whoever made it, and nothing of what was sent", async () => {
  const log = vi.spyOn(silentLog, "info");
  onTestFinished(() => log.mockRestore());
  const all = heatFixture();
  const id = await createdConfig(all);
  await all.send("DELETE", `${configs}/${id}`);
  await all.send("DELETE", `${configs}/canary%20of%20a%20sender`);
  const row = await keptRow(all);
  await all.send("PUT", `${deployments}/${row["id"]}`, { status_reason: "canary" });
  await all.send("DELETE", `${deployments}/${row["id"]}`);
  const told = log.mock.calls.flatMap(([, fields]) => (fields?.["by"] === "cli:ada" ? [fields] : []));
  expect(told.map(({ what }) => what)).toEqual([
    "create-config",
    "delete-config",
    "delete-config",
    "update-deployment",
    "delete-deployment",
  ]);
  expect(told[1]).toMatchObject({ connection: "heat", id });
  expect(told[2]).toMatchObject({ code: expect.any(String) });
  expect(JSON.stringify(told)).not.toContain("canary");
});
