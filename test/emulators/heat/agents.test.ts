import { describe, expect, it } from "vitest";
import { Bench, ids, tempUrlInputs } from "./harness.ts";

const transport = (value: string) => ({ name: "deploy_signal_transport", type: "String", value });

describe("the agent of a server", () => {
  it("runs a config once, after a while, whatever number of rows names it", async () => {
    const bench = new Bench();
    const { software_deployment: first } = (await bench.create()).body;
    const { software_deployment: second } = (await bench.create()).body;
    expect(bench.pass(999).emulator.state.runs()).toEqual([]);
    const [run, ...others] = bench.pass(1).emulator.state.runs();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ serverId: ids.server, configId: ids.config, atMs: bench.nowMs, endedAtMs: null });
    expect(new Set(run?.deploymentIds)).toEqual(new Set([first.id, second.id]));
    await bench.pass(60_000).create();
    expect(bench.pass(60_000).emulator.state.runs()).toHaveLength(1);
    expect(bench.emulator.state.skips().at(-1)).toMatchObject({ configId: ids.config, why: "already-run" });
    expect((await bench.list()).map(({ status }) => status)).toEqual(["IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS"]);
  });

  it("runs the same config on each server, and on servers nobody seeded only where any has an agent", async () => {
    const bench = new Bench();
    await bench.create();
    await bench.create({ server_id: "another" });
    await bench.create({ server_id: ids.deaf });
    const servers = () => bench.emulator.state.runs().map(({ serverId }) => serverId);
    bench.pass(10_000);
    expect(servers()).toEqual([ids.server, "another"]);
    bench.emulator.configure({ anyServer: false });
    await bench.create({ server_id: "a third" });
    bench.pass(10_000);
    expect(servers()).toEqual([ids.server, "another"]);
  });

  it.each([
    ["Heat::Ungrouped", "no-runner"],
    [null, "no-runner"],
    ["cobol", "no-runner"],
  ])("skips the group %s", async (group, why) => {
    const bench = new Bench();
    await bench.create({ config_id: await bench.config({ group }) });
    expect(bench.pass(60_000).emulator.state.runs()).toEqual([]);
    expect(bench.emulator.state.skips()).toMatchObject([{ why }]);
  });

  it("stumbles over an input without a value, and signals nothing", async () => {
    const bench = new Bench();
    const row = await bench.signalled({ inputs: [{ name: "version", type: "String", default: "1" }] });
    bench.pass(60_000);
    expect((await bench.show(row.id)).status).toBe("IN_PROGRESS");
    expect(bench.emulator.state.skips()).toMatchObject([{ why: "input-without-value" }]);
    expect(bench.emulator.state.runs()).toEqual([]);
  });

  it("does not run what was deleted before it looked, and goes on with what was deleted after", async () => {
    const bench = new Bench();
    const early = await bench.signalled({ object: "early" });
    await bench.heat("DELETE", `/software_deployments/${early.id}`);
    expect(bench.pass(60_000).emulator.state.runs()).toEqual([]);
    const late = await bench.signalled({ object: "late" });
    bench.pass(1_000).emulator.state.runs();
    await bench.heat("DELETE", `/software_deployments/${late.id}`);
    expect(bench.pass(60_000).emulator.state.runs()).toMatchObject([{ configId: late.config_id, signal: "delivered" }]);
    expect(bench.emulator.state.objects().map(({ name }) => name)).toEqual(["late"]);
  });

  it("picks up a config that a change put in place", async () => {
    const bench = new Bench();
    const { software_deployment: row } = (await bench.create({ server_id: "s" })).body;
    const next = await bench.pass(10_000).config();
    await bench.heat("PUT", `/software_deployments/${row.id}`, { config_id: next });
    bench.pass(10_000);
    expect(bench.emulator.state.runs().map(({ configId }) => configId)).toEqual([ids.config, next]);
  });

  it("takes its times from the server before the settings, and from the script before both", async () => {
    const bench = new Bench();
    bench.emulator.seed.server({ id: "slow", pickUpMs: 7_000, runMs: 20_000 });
    await bench.create({ server_id: "slow" });
    const [run] = bench.pass(100_000).emulator.state.runs();
    expect((run?.endedAtMs ?? 0) - (run?.atMs ?? 0)).toBe(20_000);
    bench.emulator.script({ serverId: "slow", result: "complete", runMs: 5 });
    await bench.create({ server_id: "slow", config_id: await bench.config() });
    const last = bench.pass(100_000).emulator.state.runs().at(-1);
    expect((last?.endedAtMs ?? 0) - (last?.atMs ?? 0)).toBe(5);
  });
});

describe("a signal by temporary URL", () => {
  it("is seen by a read of the row and by no list", async () => {
    const bench = new Bench();
    bench.emulator.script({ result: "complete", outputs: { result: "2.0", undeclared: 1 }, stdout: "hi\n" });
    const row = await bench.signalled();
    bench.pass(5_000);
    expect((await bench.list())[0]?.status).toBe("IN_PROGRESS");
    bench.pass(60_000);
    expect(await bench.show(row.id)).toMatchObject({
      status: "COMPLETE",
      status_reason: "Outputs received",
      output_values: { result: "2.0", deploy_stdout: "hi\n", deploy_stderr: "", deploy_status_code: 0 },
      // The time of the object, not of the read.
      updated_time: "2026-11-21T04:00:05Z",
    });
    expect((await bench.list())[0]?.status).toBe("COMPLETE");
  });

  it.each(["sha1", "sha256", "sha512"])("may be signed with %s", async (digest) => {
    const bench = new Bench();
    const row = await bench.signalled({ digest });
    expect((await bench.pass(5_000).show(row.id)).status).toBe("COMPLETE");
  });

  it.each([
    ["a wrong key", { key: "other" }, 401],
    ["a time that has passed", { lifeMs: 4_000 }, 401],
    ["no PUT as its verb", { verb: null }, 401],
    ["a container that is not there", { container: "none" }, 404],
  ])("with %s is refused, and the row waits for ever", async (_, options, status) => {
    const bench = new Bench();
    const row = await bench.signalled(options);
    expect((await bench.pass(600_000).show(row.id)).status).toBe("IN_PROGRESS");
    expect(bench.emulator.state.refusedSignals()).toMatchObject([{ configId: row.config_id, status }]);
    expect(bench.emulator.state.runs()).toMatchObject([{ signal: "refused" }]);
  });

  it("makes every read of the row a 500 where there is no object store, while lists work", async () => {
    const bench = new Bench();
    bench.emulator.configure({ swift: false });
    const row = await bench.signalled();
    expect((await bench.heat("GET", `/software_deployments/${row.id}`)).status).toBe(500);
    expect(await bench.list()).toHaveLength(1);
    expect(bench.pass(60_000).emulator.state.runs()).toMatchObject([{ signal: "nowhere" }]);
  });

  it("stays unseen when the row was changed after it", async () => {
    const bench = new Bench();
    const row = await bench.signalled();
    await bench.pass(6_000).heat("PUT", `/software_deployments/${row.id}`, {});
    expect((await bench.show(row.id)).status).toBe("IN_PROGRESS");
  });

  it("is looked for in the project of whoever reads", async () => {
    const bench = new Bench();
    const row = await bench.signalled();
    const admin = await bench.logIn("admin", ids.otherProject);
    await bench.pass(10_000).heat("GET", `/software_deployments/${row.id}`, undefined, admin);
    expect((await bench.list())[0]?.status).toBe("IN_PROGRESS");
    expect((await bench.show(row.id)).status).toBe("COMPLETE");
  });

  it("that is empty counts as none, and one that is no JSON breaks the read", async () => {
    const bench = new Bench();
    bench.emulator.script({ result: "stuck" });
    const row = await bench.signalled();
    const put = (text: string) => bench.send("PUT", `/v1/AUTH_${ids.project}/signals/one`, text);
    await put("");
    expect((await bench.show(row.id)).status).toBe("IN_PROGRESS");
    await put("{");
    expect((await bench.heat("GET", `/software_deployments/${row.id}`)).status).toBe(500);
    await put("{}");
    const { status, output_values: outputs } = await bench.show(row.id);
    expect([status, outputs]).toEqual([
      "COMPLETE",
      { deploy_stdout: null, deploy_stderr: null, deploy_status_code: null },
    ]);
  });
});

describe("the end of a run", () => {
  it("with an exit code is a failure", async () => {
    const bench = new Bench();
    bench.emulator.script({ configName: "ma", result: "failed", exitCode: 3, stderr: "boom\n" });
    const row = await bench.signalled();
    expect(await bench.pass(5_000).show(row.id)).toMatchObject({
      status: "FAILED",
      status_reason: "deploy_status_code : Deployment exited with non-zero status code: 3",
      output_values: { deploy_stderr: "boom\n", deploy_status_code: 3 },
    });
  });

  it("with a value for an error output is a failure too", async () => {
    const bench = new Bench();
    const outputs = [{ name: "fault", error_output: true }, { name: "result" }];
    bench.emulator.script({ result: "complete", outputs: { fault: "disk" } });
    const row = await bench.signalled({ outputs });
    expect(await bench.pass(5_000).show(row.id)).toMatchObject({ status: "FAILED", status_reason: "fault : disk" });
    const usual = await bench.signalled({ outputs, object: "usual" });
    bench.emulator.clearOutcomes();
    const end = await bench.pass(5_000).show(usual.id);
    expect([end.status, end.output_values?.["result"], "fault" in (end.output_values ?? {})]).toEqual([
      "COMPLETE",
      "done",
      false,
    ]);
  });

  it("never comes for a stuck run, and is never told by a silent one", async () => {
    const bench = new Bench();
    const stuck = bench.emulator.script({ configText: "sleep", times: 1, result: "stuck" });
    bench.emulator.script({ result: "silent" });
    const config = await bench.config({ config: "sleep infinity", inputs: tempUrlInputs(bench.nowMs) });
    const { software_deployment: first } = (await bench.create({ config_id: config })).body;
    const second = await bench.signalled({ object: "two" });
    bench.pass(3_000_000);
    const rows = [await bench.show(first.id), await bench.show(second.id)];
    expect(rows.map(({ status }) => status)).toEqual(["IN_PROGRESS", "IN_PROGRESS"]);
    const ends = bench.emulator.state.runs().map(({ endedAtMs, signal }) => [endedAtMs === null, signal]);
    expect(ends).toEqual([
      [true, null],
      [false, "none"],
    ]);
    expect(stuck.hits()).toBe(1);
  });

  it("is ignored by a row that is in progress no longer", async () => {
    const bench = new Bench();
    const row = await bench.signalled();
    await bench.heat("PUT", `/software_deployments/${row.id}`, { status: "FAILED", status_reason: "given up" });
    expect(await bench.pass(60_000).show(row.id)).toMatchObject({ status: "FAILED", status_reason: "given up" });
  });

  it("can be chosen by a predicate", async () => {
    const bench = new Bench();
    bench.emulator.script({ result: "failed", where: ({ serverId }) => serverId === "bad" });
    await bench.create({ server_id: "bad" });
    await bench.create({ server_id: "good" });
    expect(
      bench
        .pass(60_000)
        .emulator.state.runs()
        .map(({ exitCode }) => exitCode),
    ).toEqual([1, 0]);
  });
});

describe("other transports", () => {
  it("by queue: a read of the row takes one message", async () => {
    const bench = new Bench();
    const inputs = [transport("ZAQAR_SIGNAL"), { name: "deploy_queue_id", value: "q" }];
    const { software_deployment: row } = (await bench.create({ config_id: await bench.config({ inputs }) })).body;
    bench.pass(60_000);
    expect((await bench.list())[0]?.status).toBe("IN_PROGRESS");
    expect((await bench.show(row.id)).status).toBe("COMPLETE");
  });

  it.each(["CFN_SIGNAL", "HEAT_SIGNAL"])("%s signals a stack, so no row of the raw API", async (value) => {
    const bench = new Bench();
    const make = async () =>
      (await bench.create({ config_id: await bench.config({ inputs: [transport(value)] }) })).body;
    const { software_deployment: lost } = await make();
    expect((await bench.pass(60_000).show(lost.id)).status).toBe("IN_PROGRESS");
    expect(bench.emulator.state.runs()).toMatchObject([{ signal: "nowhere" }]);
    bench.emulator.configure({ stackSignals: "row" });
    const { software_deployment: found } = await make();
    bench.pass(60_000);
    expect((await bench.list()).find(({ id }) => id === found.id)?.status).toBe("COMPLETE");
  });

  it("NO_SIGNAL leaves the row as it was sent", async () => {
    const bench = new Bench();
    const config_id = await bench.config({ inputs: [transport("NO_SIGNAL")] });
    const { software_deployment: row } = (await bench.create({ config_id, status: "COMPLETE" })).body;
    expect(await bench.pass(60_000).show(row.id)).toEqual(row);
    expect(bench.emulator.state.runs()).toMatchObject([{ signal: "none" }]);
  });

  it("the agent of a stack's server does signal the stack", async () => {
    const bench = new Bench();
    const properties = { group: "script", config: "true", outputs: [{ name: "result" }] };
    const deployment = { config: { get_resource: "config" }, server: ids.server, signal_transport: "HEAT_SIGNAL" };
    const resources = {
      config: { type: "OS::Heat::SoftwareConfig", properties },
      deployment: { type: "OS::Heat::SoftwareDeployment", properties: deployment },
    };
    expect((await bench.heat("POST", "/stacks", { stack_name: "s", template: { resources } })).status).toBe(201);
    expect(await bench.list()).toEqual([]);
    expect(await bench.pass(60_000).list()).toMatchObject([{ status: "COMPLETE", output_values: { result: "done" } }]);
    const unknown = await bench.heat("POST", "/stacks/s/none/resources/deployment/signal", {});
    expect(unknown.status).toBe(404);
  });
});

it("metadata has the configs of a server by name, once for each row", async () => {
  const bench = new Bench();
  for (const name of ["b", "a", "c"]) await bench.create({ config_id: await bench.config({ name }) });
  const path = `/software_deployments/metadata/${ids.server}`;
  const reply = await bench.heat<{ metadata: { name: string }[] }>("GET", path);
  expect(reply.body.metadata.map(({ name }) => name)).toEqual(["a", "b", "c"]);
});
