import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import {
  dpsConnection,
  dpsSecret,
  dpsTargets,
  quickDps,
  rotation,
  rotationData,
  rotationType,
} from "../functions/dps-harness.ts";
import { type OpenDesk, openDesk } from "./harness.ts";

function dpsDesk(more: Readonly<Record<string, unknown>> = {}) {
  const emulator = quickDps();
  const opened = openDesk((sent) => emulator.fetch(sent), { DPS: dpsSecret["env:DPS"] });
  const configuration = {
    version: 1,
    platform: { kind: "local", dataFolder: "./data" },
    connections: { dps: dpsConnection() },
    publishTargets: dpsTargets,
    ...more,
  };
  opened.write("drover.json", configuration);
  return { ...opened, emulator, configuration };
}

/** Submits a rotation and starts Drover until it is in its grace. */
async function inGrace(all: OpenDesk, grace = "PT1H"): Promise<string> {
  const { json } = await all.run(["submit", all.write("r.json", rotation("r", grace)), "--json"]);
  const id = String(json[0]?.["operation"]);
  const signals: { listener?: (signal: string) => void } = {};
  const started = all.run(["start"], { signals });
  await expect.poll(() => phase(all, id), { timeout: 20_000, interval: 200 }).toMatchObject({ phase: "grace" });
  signals.listener?.("SIGTERM");
  await started;
  return id;
}

const phase = async ({ run }: OpenDesk, id: string) =>
  (await run(["operations", "show", id, "--json"])).json[0]?.["rotation"];

describe("while a rotation waits", () => {
  test("people see how far it is, and what they can do", async () => {
    const all = dpsDesk();
    const id = await inGrace(all);
    expect(await phase(all, id)).toMatchObject({ phase: "grace", slot: "secondary", awaited: ["billing"] });
    const shown = (await all.run(["operations", "show", id])).out;
    expect(shown).toMatch(/phase +grace\n/);
    expect(shown).toMatch(/keys +primary \S+, secondary \S+\n/);
    expect(shown).toMatch(/published +the secondary key, to kv\/dps-backend \(version \w+\), here\/dps-backend/);
    expect(shown).toMatch(/both good until +20\d\d-/);
    const { out } = await all.run(["explain", id]);
    expect(out).toMatch(/^The new key is published; both keys stay good until 20\d\d-/);
    expect(out).toMatch(
      /next +20\S+: the key before is replaced, once these have said that they use the new one: billing/,
    );
    expect(out).toContain(`drover operations acknowledge ${id} --as billing`);
    expect(out).toContain(`drover operations extend ${id} --by PT6H`);
    expect(out).toContain(`drover operations abort ${id}`);
    expect(out + shown).not.toContain("canary");
  });

  test("it is extended, acknowledged and aborted", async () => {
    const all = dpsDesk();
    const { run } = all;
    const id = await inGrace(all);
    const before = (await phase(all, id)) as { graceUntil: string };
    const extended = await run(["operations", "extend", id, "--by", "PT6H", "--note", "late", "--json"]);
    expect(extended.code).toBe(0);
    expect(Date.parse(String(extended.json[0]?.["waitsUntil"])) - Date.parse(before.graceUntil)).toBe(6 * 3_600_000);
    expect((await run(["operations", "extend", id, "--by", "6h"])).code).toBe(2);

    const wrong = await run(["operations", "acknowledge", id, "--as", "crm"]);
    expect([wrong.code, wrong.err]).toEqual([4, expect.stringMatching(/lists billing under consumers\.acknowledge/)]);
    const first = await run(["operations", "acknowledge", id, "--as", "billing"]);
    expect([first.code, first.out]).toEqual([0, expect.stringMatching(/^Noted: drover explain /)]);
    const again = await run(["operations", "acknowledge", id, "--as", "billing", "--json"]);
    expect(again.json).toEqual([{ operation: id, acknowledgement: "already" }]);
    expect(await phase(all, id)).toMatchObject({ acknowledged: ["billing"], awaited: [] });

    expect((await run(["operations", "abort", id, "--note", "not now"])).out).toMatch(/^It goes no further/);
    expect((await run(["operations", "abort", id])).out).toMatch(/already/);
    expect((await run(["operations", "extend", id, "--by", "PT6H"])).code).toBe(4);
    await run(["watch", id]);
    const shown = (await run(["operations", "show", id, "--json"])).json[0];
    expect(shown).toMatchObject({ outcome: "cancelled", result: { replaced: ["secondary"] } });
    expect((await run(["operations", "acknowledge", id, "--as", "billing"])).code).toBe(0);
  });

  test("what nobody waits for is refused with the reason", async () => {
    const { run, write } = dpsDesk();
    const { json } = await run(["submit", write("r.json", rotation("r")), "--json"]);
    const id = String(json[0]?.["operation"]);
    const early = await run(["operations", "acknowledge", id, "--as", "billing"]);
    expect([early.code, early.err]).toEqual([4, expect.stringMatching(/not published everywhere yet/)]);
    const waits = await run(["operations", "extend", id, "--by", "PT6H"]);
    expect([waits.code, waits.err]).toEqual([4, expect.stringMatching(/to wait for a set time/)]);
    const read = { specversion: "1.0", id: "s", source: "/s", type: "drover.azure-dps.read" };
    const other = await run([
      "submit",
      write("s.json", { ...read, data: { connection: "dps", read: "services" } }),
      "--json",
    ]);
    const refused = await run(["operations", "acknowledge", String(other.json[0]?.["operation"]), "--as", "billing"]);
    expect([refused.code, refused.err]).toEqual([4, expect.stringMatching(/drover\.azure-dps\.read/)]);
  });
});

describe("drover keys list", () => {
  test("shows nothing where nothing is rotated", async () => {
    expect((await dpsDesk().run(["keys", "list"])).out).toBe("No rotated keys.\n");
  });

  test("shows what is published, and that no schedule rotates it", async () => {
    const all = dpsDesk();
    const id = await inGrace(all);
    const { json, out: text } = await all.run(["keys", "list", "--json"]);
    expect(json).toMatchObject([
      {
        complete: true,
        keys: [
          {
            connection: "dps",
            service: "dps-eu",
            policy: "backend",
            slot: "secondary",
            agree: true,
            overdue: null,
            underWay: { operation: id, phase: "grace", waitsUntil: expect.any(String) },
            targets: [
              { target: "kv", version: expect.any(String), publishedAt: expect.any(String) },
              { target: "here", slot: "secondary" },
            ],
          },
        ],
      },
    ]);
    expect(text).not.toContain("canary");
    await all.run(["operations", "abort", id]);
    await all.run(["watch", id]);
    const out = stripVTControlCharacters((await all.run(["keys", "list"], { columns: 80 })).out);
    for (const line of out.split("\n").slice(0, 2)) expect(line.length).toBeLessThanOrEqual(80);
    expect(out).toMatch(/dps-eu\/backend\s.*secondary\s+\d+ (m?s|min)\s.*not scheduled/);
    expect(out).toMatch(/ended as cancelled/);
  });

  test("shows what was put there by hand, and what cannot be read, without hiding the others", async () => {
    const all = dpsDesk();
    const { run, emulator } = all;
    const id = await inGrace(all);
    await run(["operations", "abort", id]);
    await run(["watch", id]);
    await run(["vault", "put", "dps-backend"], { input: emulator.state.policy("dps-eu", "backend")?.primaryKey ?? "" });
    // Put there by hand, it is told of and not shown.
    const foreign = { target: "here", secret: "dps-backend", problem: expect.stringMatching(/^Somebody else put /) };
    const [byHand] = (await run(["keys", "list", "--json"])).json;
    expect(byHand).toMatchObject({ keys: [{ agree: null, targets: [{ fingerprint: expect.any(String) }, foreign] }] });
    expect(JSON.stringify(byHand).match(/"fingerprint"/g)).toHaveLength(2);
    expect((await run(["keys", "list"])).out).toMatch(/here\/dps-backend: Somebody else put /);
    emulator.vaults.addFault({ kind: "status", status: 403 });
    const { json, code } = await run(["keys", "list", "--json"]);
    expect(code).toBe(0);
    expect(json).toMatchObject([
      {
        keys: [
          {
            agree: null,
            problem: expect.stringMatching(/^kv\/dps-backend: /),
            targets: [{ problem: expect.any(String) }, foreign],
          },
        ],
      },
    ]);
    expect((await run(["keys", "list"], { columns: 80 })).out).toMatch(/see below/);
  });

  test("says when a schedule rotates next, and since when it should have", async () => {
    const scheduled = (timing: object) => ({
      schedules: [{ name: "backend", request: { type: rotationType, data: rotationData("PT1H") }, ...timing }],
    });
    const all = dpsDesk(scheduled({ every: "P90D" }));
    const first = await all.run(["keys", "list", "--json"]);
    expect(first.json).toMatchObject([
      { keys: [{ schedule: "backend", overdue: false, nextDue: expect.any(String), agree: null }] },
    ]);
    expect((await all.run(["keys", "list"])).out).toMatch(/on 20\d\d-\d\d-\d\d/);
    const start = new Date(Date.now() - 86_400_000).toISOString();
    all.write("drover.json", { ...all.configuration, ...scheduled({ every: "P1D", start, enabled: false }) });
    expect((await all.run(["keys", "list", "--json"])).json).toMatchObject([{ keys: [{ overdue: null }] }]);
  });
});

describe("drover dps", () => {
  const of = ["--resource-group", "iot-eu", "--service", "dps-eu"];

  test.each([
    [["services"], /^SERVICE +STATE[\s\S]*dps-eu +Active +westeurope +S1 x1/],
    [["services", "--resource-group", "iot-eu"], /dps-eu/],
    [["service", "dps-eu", "--resource-group", "iot-eu"], /iotHubs +\[\{"name":"hub-eu/],
    [["keys", ...of], /^POLICY +PRIMARY +SECONDARY +RIGHTS\n[\s\S]*backend +\S+ +\S+ +EnrollmentWrite/],
    [["key", "backend", ...of], /backend/],
    [["certificates", ...of], /^Nothing there\./],
    [["skus", ...of], /S1/],
    [["name-availability", "dps-eu"], /^dps-eu is taken/],
    [["name-availability", "dps-eu-2"], /^dps-eu-2 is free/],
    [["operations"], /^RESOURCE +OPERATION/],
  ])("%j", async (args, expected) => {
    const { run } = dpsDesk();
    const { code, out, err } = await run(["dps", ...args]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(expected);
    expect(out).not.toContain("canary");
    const { json } = await run(["dps", ...args, "--json"]);
    expect(json).toMatchObject([{ read: args[0], items: expect.any(Array) }]);
    expect(JSON.stringify(json)).not.toMatch(/canary|SharedAccessKey=/);
  });

  test("exits 4 for what is not there, and 2 for a connection of another kind", async () => {
    const { run } = dpsDesk();
    expect((await run(["dps", "key", "none", ...of])).code).toBe(4);
    expect((await run(["dps", "keys", ...of, "--connection", "none"])).code).toBe(4);
    expect((await run(["dps", "keys"])).code).toBe(2);
  });
});

describe("drover init --provider azure-dps", () => {
  const init = ["init", "--provider", "azure-dps"];

  test("writes a connection and targets to be filled in", async () => {
    const { run, folder } = openDesk(() => Promise.reject(new Error("Expected no call")), {});
    const { code, out } = await run(init);
    expect([code, out]).toEqual([0, expect.stringMatching(/drover vault put azure-sp/)]);
    const check = await run(["config", "check", "--json"]);
    const findings = check.json[0]?.["findings"] as { level: string; path: string }[];
    expect(findings.flatMap(({ level, path }) => (level === "problem" ? [path] : []))).toEqual([
      "connections.dps-prod.credential.secret",
      "publishTargets.drover-keys.credential.secret",
    ]);
    for (const name of ["rotate", "put-policy"]) {
      expect((await run(["submit", `requests/${name}.json`, "--dry-run"])).code).toBe(0);
    }
    expect(readFileSync(join(folder, "DROVER.md"), "utf8")).toMatch(/requests\/rotate\.json +one request/);
  });

  test("with --emulator it works at once", async () => {
    const emulator = quickDps();
    emulator.vaults.seedVault({ name: "drover-keys" });
    const { run, folder, write } = openDesk((sent) => emulator.fetch(sent), {});
    expect((await run([...init, "--emulator", "http://127.0.0.1:9"])).code).toBe(0);
    expect((await run(["config", "check"])).code).toBe(0);
    expect((await run(["connections", "check"])).code).toBe(0);
    const rotate = JSON.parse(readFileSync(join(folder, "requests/rotate.json"), "utf8"));
    const consumers = { readInterval: "PT1S", tokenLife: "PT1S", clockSkew: "PT1S" };
    write("quick.json", { ...rotate, data: { ...rotate.data, grace: "PT3S", consumers } });
    const before = emulator.state.policy("dps-eu", "backend");
    expect(await run(["submit", "quick.json", "--wait"])).toMatchObject({ code: 0 });
    const after = emulator.state.policy("dps-eu", "backend");
    expect([after?.primaryKey, after?.secondaryKey]).not.toContain(before?.primaryKey);
    expect(emulator.vaults.current("drover-keys", "dps-backend")).toBe(after?.secondaryKey);
    expect(await run(["submit", "requests/put-policy.json", "--wait"])).toMatchObject({ code: 0 });
    expect(emulator.state.policy("dps-eu", "telemetry")?.rights).toEqual(["EnrollmentRead"]);
  });
});
