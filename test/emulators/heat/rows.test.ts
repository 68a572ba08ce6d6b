import { describe, expect, it } from "vitest";
import { Bench, type ConfigWire, ids, type Row, START_MS } from "./harness.ts";

const second = "/v1/a0000000000040008000000000000002";

describe("rows of the API", () => {
  it("are one for each create, oldest first, and gone after one delete", async () => {
    const bench = new Bench();
    const made = [(await bench.create()).body, (await bench.pass(1_000).create()).body];
    const rows = await bench.list(ids.server);
    expect(rows.map(({ id }) => id)).toEqual(made.map(({ software_deployment: { id } }) => id));
    const path = `/software_deployments/${rows[0]?.id}`;
    expect((await bench.heat("DELETE", path)).status).toBe(204);
    expect((await bench.heat("DELETE", path)).status).toBe(404);
    expect(await bench.list(ids.server)).toHaveLength(1);
    expect(bench.emulator.state.deployments(ids.server)).toHaveLength(1);
    expect(bench.emulator.state.everCreated(ids.server)).toHaveLength(2);
  });

  it("show what was sent at first and what the table made of it later", async () => {
    const bench = new Bench();
    const { software_deployment: row } = (await bench.create({ action: 7, status: 1, status_reason: true })).body;
    expect(row).toMatchObject({ action: 7, status: 1, status_reason: "True" });
    expect(await bench.show(row.id)).toMatchObject({ action: "7", status: "1", status_reason: "True" });
  });

  it("escape what is not ASCII", async () => {
    const { text } = await new Bench().create({ status_reason: "größer" });
    expect(text).toContain('"status_reason": "gr\\u00f6\\u00dfer"');
  });

  it.each([
    ["server_id", 36],
    ["action", 255],
    ["status", 255],
    ["stack_user_project_id", 64],
  ])("take %s up to %i characters", async (name, longest) => {
    const bench = new Bench();
    expect((await bench.create({ [name]: "x".repeat(longest) })).status).toBe(200);
    expect((await bench.create({ [name]: "x".repeat(longest + 1) })).status).toBe(500);
  });

  it("take a reason of 65,535 bytes, and characters of four bytes where the tables do", async () => {
    const bench = new Bench();
    expect((await bench.create({ status_reason: "é".repeat(32_767) })).status).toBe(200);
    expect((await bench.create({ status_reason: "é".repeat(32_768) })).status).toBe(500);
    expect((await bench.create({ status_reason: "🚀" })).status).toBe(500);
    bench.emulator.configure({ fourByteCharacters: true });
    expect((await bench.create({ status_reason: "🚀" })).status).toBe(200);
  });

  it("of an unknown config are a 500, or a 400 of newer versions", async () => {
    const bench = new Bench();
    const unknown = { config_id: ids.nobody };
    expect((await bench.create(unknown)).text).not.toContain("message");
    bench.emulator.configure({ unknownConfigStatus: 400 });
    const { status, text } = await bench.create(unknown);
    expect([status, text.includes(`"message": "Config with id ${ids.nobody} not found"`)]).toEqual([400, true]);
    expect((await bench.create({ config_id: null })).status).toBe(500);
  });

  it("stop at the limit of newer versions, until some are deleted", async () => {
    const bench = new Bench();
    bench.emulator.configure({ rowLimit: 2 });
    const { software_deployment: row } = (await bench.create()).body;
    await bench.create();
    const refused = await bench.create();
    expect([refused.status, refused.text.includes("RequestLimitExceeded")]).toEqual([400, true]);
    await bench.heat("DELETE", `/software_deployments/${row.id}`);
    expect((await bench.create()).status).toBe(200);
    await bench.config();
    expect((await bench.heat("POST", "/software_configs", {})).status).toBe(400);
  });

  it("of another project's config are allowed, and fence that config too", async () => {
    const bench = new Bench();
    expect((await bench.create({ config_id: ids.foreignConfig })).status).toBe(200);
    const stranger = await bench.logIn("stranger", ids.otherProject);
    const refused = await bench.send("DELETE", `${second}/software_configs/${ids.foreignConfig}`, undefined, stranger);
    expect([refused.status, refused.text.includes("InvalidRestrictedAction")]).toEqual([500, true]);
  });

  it("move to another config by a change, which frees the first", async () => {
    const bench = new Bench();
    const config_id = await bench.config();
    const { software_deployment: row } = (await bench.create({ config_id })).body;
    const deleted = () => bench.heat("DELETE", `/software_configs/${config_id}`);
    expect((await deleted()).status).toBe(500);
    expect((await bench.heat("PUT", `/software_deployments/${row.id}`, { config_id: ids.config })).status).toBe(200);
    expect((await deleted()).status).toBe(204);
    expect((await deleted()).status).toBe(404);
  });
});

describe("who may do what", () => {
  it.each([
    ["member", [200, 200, 200, 204]],
    ["reader", [200, 403, 403, 403]],
    ["creator", [200, 200, 200, 403]],
    ["stack-user", [403, 403, 403, 403]],
  ])("%s", async (user, expected) => {
    const bench = new Bench();
    const { software_deployment: row } = (await bench.create()).body;
    const token = await bench.logIn(user);
    const path = `/software_deployments/${row.id}`;
    const statuses = [
      (await bench.heat("GET", path, undefined, token)).status,
      (await bench.create({}, token)).status,
      (await bench.heat("PUT", path, {}, token)).status,
      (await bench.heat("DELETE", path, undefined, token)).status,
    ];
    expect(statuses).toEqual(expected);
  });

  it("an administrator sees and changes every project's rows", async () => {
    const bench = new Bench();
    const { software_deployment: row } = (await bench.create()).body;
    const admin = await bench.logIn("admin", ids.otherProject);
    const rows = await bench.send<{ software_deployments: Row[] }>(
      "GET",
      `${second}/software_deployments`,
      undefined,
      admin,
    );
    expect(rows.body.software_deployments.map(({ id }) => id)).toEqual([row.id]);
    expect((await bench.heat("DELETE", `/software_deployments/${row.id}`, undefined, admin)).status).toBe(204);
  });

  it("a stranger finds no row, unless stack_user_project_id lets the project in", async () => {
    const bench = new Bench();
    const stranger = await bench.logIn("stranger", ids.otherProject);
    const { software_deployment: closed } = (await bench.create()).body;
    const { software_deployment: open } = (await bench.create({ stack_user_project_id: ids.otherProject })).body;
    const at = (id: string) => `${second}/software_deployments/${id}`;
    expect((await bench.send("PUT", at(closed.id), { status: "X" }, stranger)).status).toBe(404);
    expect((await bench.send("PUT", at(open.id), { status: "X" }, stranger)).status).toBe(200);
    expect((await bench.show(open.id)).status).toBe("X");
  });
});

describe("configs", () => {
  const page = async (bench: Bench, query: string) => {
    const reply = await bench.heat<{ software_configs: ConfigWire[] }>("GET", `/software_configs${query}`);
    return { status: reply.status, names: reply.body.software_configs?.map(({ name }) => name) };
  };

  it("page from the newest with limit and marker", async () => {
    const bench = new Bench();
    const made: string[] = [];
    for (const name of ["a", "b", "c", "d"]) made.push(await bench.pass(1_000).config({ name }));
    expect((await page(bench, "")).names).toEqual(["d", "c", "b", "a", "ours"]);
    expect((await page(bench, "?limit=2")).names).toEqual(["d", "c"]);
    expect((await page(bench, `?limit=2&marker=${made[2]}`)).names).toEqual(["b", "a"]);
    expect((await page(bench, `?marker=${made[0]}`)).names).toEqual(["ours"]);
    expect((await page(bench, `?marker=${ids.nobody}`)).status).toBe(404);
    expect((await page(bench, "?limit=x")).status).toBe(400);
  });

  it.each([[{ inputs: ["x"] }], [{ outputs: "x" }], [[]], ["x"]])("refuse %j", async (body) => {
    expect((await new Bench().heat("POST", "/software_configs", JSON.stringify(body))).status).toBe(400);
  });

  it("refuse a name that no column takes", async () => {
    const bench = new Bench();
    expect((await bench.heat("POST", "/software_configs", { name: "x".repeat(256) })).status).toBe(500);
  });
});

describe("flavours", () => {
  it("otc: times without a zone, null without inputs, refusals of the gateway, long tokens", async () => {
    const bench = new Bench();
    bench.emulator.configure({ flavour: "otc" });
    const { software_deployment: row } = (await bench.pass(895).create()).body;
    expect(row).toMatchObject({ creation_time: "2026-11-21T04:00:00.895000", input_values: null });
    expect((await bench.token()).length).toBeGreaterThan(2_000);
    const refused = await bench.heat<{ error_code: string }>("GET", "/software_deployments", undefined, "no");
    expect([refused.status, refused.body.error_code]).toEqual([401, "APIG.0301"]);
  });

  it("rackspace: mandatory fields, updated_time at once, faults by name", async () => {
    const bench = new Bench();
    const token = await bench.token();
    bench.emulator.configure({ flavour: "rackspace" });
    const noAction = await bench.create({ action: undefined }, token);
    expect([noAction.status, noAction.text.startsWith('{"badRequest":{"code":400,')]).toEqual([400, true]);
    const { software_deployment: row } = (await bench.create({}, token)).body;
    expect(row.updated_time).toBe("2026-11-21T04:00:00Z");
    const path = `/software_deployments/${row.id}`;
    expect((await bench.heat("PUT", path, { status: "COMPLETE" }, token)).status).toBe(400);
    const full = { config_id: ids.config, action: "UPDATE", status: "COMPLETE" };
    expect((await bench.heat("PUT", path, full, token)).status).toBe(200);
    expect((await bench.heat("GET", "/software_deployments/x", undefined, token)).text).toContain('{"itemNotFound":');
    expect((await bench.create({ config_id: "x" }, token)).text).toContain('{"instance_fault":');
    const fenced = await bench.heat("DELETE", `/software_configs/${ids.config}`, undefined, token);
    expect([fenced.status, fenced.text.includes("InvalidRestrictedAction")]).toEqual([500, true]);
    expect((await bench.heat("GET", "/software_deployments", undefined, "no")).text).toContain('{"unauthorized":');
  });

  it("a setting beside the flavour wins, and a later one does not undo the flavour", async () => {
    const bench = new Bench();
    bench.emulator.configure({ flavour: "otc", timestamps: "z" });
    bench.emulator.configure({ pickUpMs: 5 });
    const { software_deployment: row } = (await bench.create()).body;
    expect(row).toMatchObject({
      creation_time: new Date(START_MS).toISOString().replace(".000", ""),
      input_values: null,
    });
  });
});
