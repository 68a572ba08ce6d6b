import { describe, expect, test } from "vitest";
import { demoHeatScenario, type UserSeed } from "../../emulators/heat/index.ts";
import { heatConnection, ids, serverAt } from "../functions/heat-harness.ts";
import { type HeatDesk, heatConfiguration, heatDesk } from "./heat-harness.ts";

const script = "#!/bin/sh\necho canary\n";
const config = { name: "by-hand", group: "script", config: script };

async function rowOf(all: HeatDesk, data: Readonly<Record<string, unknown>> = {}): Promise<string> {
  await all.submitted("a", [serverAt(0)], { cleanUp: "never", ...data });
  await all.run(["watch"]);
  return all.emulator.state.deployments()[0]?.id ?? "";
}

describe("drover heat configs", () => {
  test("creates from a file or stdin, lists, gets and deletes", async () => {
    const { run, write, emulator } = heatDesk();
    const created = await run(["heat", "configs", "create", write("c.json", config)]);
    const id = /^Created software config (\S+)\n$/.exec(created.out)?.[1] ?? "";
    expect(created.code).toBe(0);
    const piped = await run(["heat", "configs", "create", "-", "--json"], { input: JSON.stringify(config) });
    expect(piped.json).toMatchObject([{ software_config: { config: script } }]);
    const list = await run(["heat", "configs", "list"]);
    expect(list.out).toMatch(/^ID +CREATED +NAME$/m);
    expect(list.out).toContain(id);
    expect(list.out + JSON.stringify((await run(["heat", "configs", "list", "--json"])).json)).not.toContain("canary");
    const shown = await run(["heat", "configs", "get", id]);
    expect([shown.code, shown.out]).toEqual([0, expect.stringMatching(/^group +script$[\s\S]*^echo canary$/m)]);
    const deleted = await run(["heat", "configs", "delete", id]);
    expect([deleted.code, deleted.out]).toEqual([0, `Software config ${id} is deleted.\n`]);
    expect(emulator.state.configs().some((each) => each.id === id)).toBe(false);
  });

  test("exits with what is documented", async () => {
    const { run, emulator } = heatDesk();
    const wrong = await run(["heat", "configs", "create", "-"], { input: JSON.stringify({ ...config, x: 1 }) });
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/1 unknown key: expected name, /)]);
    expect(wrong.err).not.toContain("canary");
    expect((await run(["heat", "configs", "create", "none.json"])).code).toBe(2);
    const unknown = await run(["heat", "configs", "get", serverAt(0)]);
    expect([unknown.code, unknown.err]).toEqual([4, expect.stringMatching(/\(request req-[^)]+\)/)]);
    emulator.addFault({ kind: "status", status: 403, path: "/v1/*" });
    expect((await run(["heat", "configs", "list"])).code).toBe(5);
  });

  test("shows a long script as far as it fits, and all of it with --json", async () => {
    const { run, write } = heatDesk();
    const long = `${Array.from({ length: 300 }, (_, line) => `echo ${line}`).join("\n")}\n\u001b[2J`;
    const { json } = await run(["heat", "configs", "create", write("c.json", { ...config, config: long }), "--json"]);
    const id = /"id":"([^"]+)"/.exec(JSON.stringify(json))?.[1] ?? "";
    const shown = await run(["heat", "configs", "get", id]);
    expect(shown.out.split("\n").length).toBeLessThan(40);
    expect(shown.err).toMatch(/--json prints all of it/);
    expect((await run(["heat", "configs", "get", id, "--json"])).json).toMatchObject([
      { software_config: { config: long } },
    ]);
  });
});

describe("drover heat deployments", () => {
  test("lists in tables that fit the terminal", async () => {
    const all = heatDesk();
    const id = await rowOf(all);
    const wide = await all.run(["heat", "deployments", "list"]);
    expect(wide.out).toMatch(new RegExp(`^${id} +COMPLETE +\\S+ \\S+ +${serverAt(0)} +\\S+$`, "m"));
    for (const columns of [120, 80, 60]) {
      const { out } = await all.run(["heat", "deployments", "list"], { columns, variables: { NO_COLOR: "1" } });
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(out).toContain(`${id}  COMPLETE`);
    }
    expect((await all.run(["heat", "deployments", "list", "--server", serverAt(1)])).out).toBe("No deployments.\n");
    expect((await all.run(["heat", "deployments", "list", "--server", serverAt(0)])).out).not.toContain("SERVER");
  });

  test("shows outputs as far as they fit, without what could move the cursor", async () => {
    const stdout = `\u001b[2J${"x".repeat(5_000)}\n${"line\n".repeat(100)}`;
    const outcomes = [{ result: "complete", stdout, outputs: { result: "2.4.1" } }] as const;
    const all = heatDesk("openstack", { outcomes });
    const id = await rowOf(all);
    const { out, err, code } = await all.run(["heat", "deployments", "show", id]);
    expect(code).toBe(0);
    expect(out).toMatch(/^result\n {2}2\.4\.1$/m);
    expect(out).not.toContain("\u001b");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThan(250);
    expect(out.split("\n").filter((line) => line === "  line").length).toBeLessThan(30);
    expect(err).toMatch(/--json prints all of it/);
    const { json } = await all.run(["heat", "deployments", "show", id, "--json"]);
    expect(JSON.stringify(json)).toContain("x".repeat(5_000));
  });

  test("updates and deletes", async () => {
    const all = heatDesk("rackspace");
    const id = await rowOf(all);
    const outputs = all.write("outputs.json", { result: "none" });
    const update = ["heat", "deployments", "update", id, "--status", "FAILED", "--reason", "by hand"];
    const updated = await all.run([...update, "--outputs", outputs]);
    expect([updated.code, updated.out]).toEqual([0, `Deployment ${id} is FAILED.\n`]);
    expect(all.emulator.state.deployments()).toMatchObject([
      { status: "FAILED", statusReason: "by hand", outputValues: { result: "none" } },
    ]);
    expect((await all.run(["heat", "deployments", "update", id])).code).toBe(2);
    expect((await all.run(["heat", "deployments", "update", id, "--status", "DONE"])).code).toBe(2);
    const text = all.write("outputs.txt", "canary");
    const notJson = await all.run([...update, "--outputs", text]);
    expect([notJson.code, notJson.err]).toEqual([2, expect.not.stringContaining("canary")]);
    expect((await all.run(["heat", "deployments", "delete", id])).code).toBe(0);
    expect(all.emulator.state.deployments()).toEqual([]);
    expect((await all.run(["heat", "deployments", "show", id])).code).toBe(4);
  });

  test("helps with what is special about it", async () => {
    const { out } = await heatDesk().run(["heat", "deployments", "update", "--help"]);
    expect(out).toMatch(/acts at once[\s\S]*no operation[\s\S]*nothing is repeated[\s\S]*Exit codes:/);
  });
});

describe("--connection", () => {
  test("is needed where there are several, or none", async () => {
    const all = heatDesk();
    const heat = heatConnection();
    all.write("drover.json", heatConfiguration({ one: heat, two: heat }));
    const several = await all.run(["heat", "configs", "list"]);
    expect([several.code, several.err]).toEqual([2, expect.stringMatching(/one out of one, two/)]);
    expect((await all.run(["heat", "configs", "list", "--connection", "two"])).code).toBe(0);
    expect((await all.run(["heat", "configs", "list", "--connection", "three"])).code).toBe(4);
    all.write("drover.json", heatConfiguration({}));
    const none = await all.run(["heat", "configs", "list"]);
    expect([none.code, none.err]).toEqual([2, expect.stringMatching(/drover init --provider heat/)]);
  });
});

describe("drover connections", () => {
  test("shows flavour and limits", async () => {
    const all = heatDesk("otc");
    const limits = { inFlight: 50, changesPerMinute: 60 };
    all.write("drover.json", heatConfiguration({ heat: { ...heatConnection("otc"), limits } }));
    expect((await all.run(["connections", "list"])).out).toMatch(
      /^heat +heat\/otc +open +50 in flight, 60\/min +http\S+ eu-de$/m,
    );
  });

  test("warns of a role that may do too much, and exits 0", async () => {
    const [user] = demoHeatScenario().users ?? [];
    const admin = { ...user, grants: [{ projectId: ids.openstack.projectId, roles: ["admin"] }] } as UserSeed;
    const { code, out } = await heatDesk("openstack", { users: [admin] }).run(["connections", "check"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^ {2}warn {3}role: Roles admin/m)]);
  });
});

describe("drover operations report", () => {
  test("ends a deployment that somebody carries out", async () => {
    const all = heatDesk();
    const id = await all.submitted("a", [serverAt(0)], { completion: "external", cleanUp: "never" });
    const early = await all.run(["operations", "report", id, "--status", "COMPLETE"]);
    expect([early.code, early.err]).toEqual([4, expect.stringMatching(/has not been started at its provider/)]);
    const watch = all.run(["watch", id]);
    await expect.poll(() => all.emulator.state.deployments()).toHaveLength(1);
    await expect
      .poll(async () => (await all.run(["operations", "report", id, "--status", "FAILED", "--reason", "disk"])).code)
      .toBe(0);
    expect((await watch).code).toBe(1);
    expect(all.emulator.state.deployments()).toMatchObject([{ status: "FAILED", statusReason: "disk" }]);
    expect((await all.run(["operations", "report", id, "--status", "FAILED"])).code).toBe(4);
    expect((await all.run(["operations", "report", id, "--status", "done"])).code).toBe(2);
    expect((await all.run(["operations", "report", id])).code).toBe(2);
  });
});
