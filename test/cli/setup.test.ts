import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Variables } from "../../lib/configuration/environment.ts";
import { temporaryFolder } from "../functions/harness.ts";
import { quickHeat } from "../functions/heat-harness.ts";
import { configurationFor, desk, openDesk } from "./harness.ts";

describe("drover config check", () => {
  test("warns of the retiring API and exits 0", async () => {
    const { run } = desk();
    const { code, out } = await run(["config", "check"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^warning {2}connections\.sphere\.api: the Azure Sphere legacy API retires on 2027-09-27/m);
    expect((await run(["config", "check", "--json"])).json).toMatchObject([{ ok: true }]);
  });

  test("reports all problems at once and exits 3", async () => {
    const { run, write } = desk();
    write("drover.json", { ...configurationFor("http://127.0.0.1:9"), extra: 1, sweep: { every: "soon" } });
    const { code, out } = await run(["config", "check"]);
    expect(code).toBe(3);
    expect(out.split("\n").filter((line) => line.startsWith("problem"))).toHaveLength(2);
  });

  test("reports a secret that cannot be resolved", async () => {
    const { run, write } = desk();
    write("drover.json", configurationFor("http://127.0.0.1:9", "vault:none"));
    const { code, json } = await run(["config", "check", "--json"]);
    expect(code).toBe(3);
    expect(json[0]).toMatchObject({ ok: false });
    expect(JSON.stringify(json[0]?.["findings"])).toMatch(/drover vault put none/);
  });

  test("exits 3 without a file, and names the one of --config or DROVER_CONFIG", async () => {
    const { run } = desk();
    for (const [args, variables] of [
      [["--config", "other.json"], {}],
      [[], { DROVER_CONFIG: "other.json" }],
    ] as const) {
      const { code, err } = await run(["config", "check", ...args], { variables });
      expect([code, err]).toEqual([3, expect.stringMatching(/other\.json, got ENOENT: run `drover init`/)]);
    }
  });
});

describe("drover start", () => {
  test("refuses to start with all problems at once", async () => {
    const { run, write, folder } = desk();
    const pace = { settling: "PT0S", firstPoll: "x" };
    const { connections, ...rest } = configurationFor("http://127.0.0.1:9");
    write("drover.json", { ...rest, connections: { sphere: { ...connections.sphere, pace } }, sweep: { every: "x" } });
    const { code, err } = await run(["start"]);
    expect(code).toBe(3);
    expect(err.split("\n").filter((line) => line.startsWith("  - "))).toHaveLength(3);
    expect(existsSync(join(folder, "data"))).toBe(false);
  });
});

describe("a connection's pace", () => {
  test("may settle sooner than a real service only on loopback", async () => {
    const { run, write } = desk();
    const { connections, ...rest } = configurationFor("https://prod.core.sphere.azure.net");
    write("drover.json", { ...rest, connections });
    const { code, out } = await run(["config", "check"]);
    expect([code, out]).toEqual([3, expect.stringMatching(/pace\.settling: expected at least PT2M/)]);
  });
});

describe("drover init", () => {
  const files = ["drover.json", "requests/deploy.json", "DROVER.md", ".gitignore"];

  test("writes files to start from, which are in order but for what has to be filled in", async () => {
    const { run, folder } = desk();
    const { code, err } = await run(["init"]);
    expect([code, err]).toEqual([4, expect.stringMatching(/nothing was written/)]);
    expect(existsSync(join(folder, "requests"))).toBe(false);

    const empty = temporaryFolder();
    const fresh = await runIn(empty, ["init", "--json"]);
    expect(fresh.json[0]).toMatchObject({ kind: "initialized", files });
    expect(readFileSync(join(empty, ".gitignore"), "utf8")).toBe("data/\n");
    const check = await runIn(empty, ["config", "check", "--json"]);
    expect(check.code).toBe(3);
    const findings = check.json[0]?.["findings"] as { level: string; path: string }[];
    expect(findings.filter(({ level }) => level === "problem").map(({ path }) => path)).toEqual([
      "connections.sphere-prod.credential.secret",
    ]);
    expect((await runIn(empty, ["submit", "requests/deploy.json", "--dry-run"])).code).toBe(0);
  });

  test("with --emulator it works at once", async () => {
    const empty = temporaryFolder();
    writeFileSync(join(empty, ".gitignore"), "node_modules/\n");
    const { code, out, err } = await runIn(empty, ["init", "--emulator", "http://127.0.0.1:9"]);
    expect(code).toBe(0);
    expect(out).toMatch(/drover submit requests\/deploy\.json --wait/);
    expect(err).toMatch(/data\/ and emulator-secret\.txt/);
    expect(readFileSync(join(empty, ".gitignore"), "utf8")).toBe("node_modules/\n");
    expect((await runIn(empty, ["config", "check"])).code).toBe(0);
    expect((await runIn(empty, ["submit", "requests/deploy.json", "--wait"])).code).toBe(0);
  });

  test("--provider heat writes a connection of the flavour, to be filled in", async () => {
    for (const [flavour, missing] of [
      ["openstack", ["credential.password", "tempUrl.key"]],
      ["otc", ["credential.password"]],
      ["rackspace", ["credential.apiKey", "tempUrl.key"]],
    ] as const) {
      const empty = temporaryFolder();
      const { code, out } = await runIn(empty, ["init", "--provider", "heat", "--flavour", flavour]);
      expect([code, out]).toEqual([0, expect.stringMatching(/drover vault put heat-login/)]);
      const check = await runIn(empty, ["config", "check", "--json"]);
      const findings = check.json[0]?.["findings"] as { level: string; path: string }[];
      expect(findings.flatMap(({ level, path }) => (level === "problem" ? [path] : [])).toSorted()).toEqual(
        missing.map((path) => `connections.${flavour}-prod.${path}`),
      );
      expect((await runIn(empty, ["submit", "requests/deploy.json", "--dry-run"])).code).toBe(0);
      expect(readFileSync(join(empty, "DROVER.md"), "utf8")).toMatch(/data\.servers/);
    }
  });

  test.each(["openstack", "otc", "rackspace"] as const)(
    "with --provider heat --emulator it works for %s",
    async (flavour) => {
      const empty = temporaryFolder();
      const emulator = quickHeat(flavour);
      const run = openDesk((sent) => emulator.fetch(sent), {}, empty).run;
      const init = ["init", "--provider", "heat", "--flavour", flavour, "--emulator", "http://127.0.0.1:9"];
      expect((await run(init)).code).toBe(0);
      expect(readFileSync(join(empty, ".gitignore"), "utf8")).toBe(
        "data/\nemulator-secret.txt\nemulator-temp-url-key.txt\n",
      );
      expect((await run(["config", "check"])).code).toBe(0);
      expect((await run(["connections", "check"])).code).toBe(0);
      expect((await run(["submit", "requests/deploy.json", "--wait"])).code).toBe(0);
      expect(emulator.state.runs()).toHaveLength(1);
    },
  );

  test("refuses other providers and flavours", async () => {
    for (const args of [
      ["--provider", "other"],
      ["--provider", "heat", "--flavour", "other"],
    ]) {
      const empty = temporaryFolder();
      expect((await runIn(empty, ["init", ...args])).code).toBe(2);
      expect(existsSync(join(empty, "drover.json"))).toBe(false);
    }
  });

  async function runIn(folder: string, args: readonly string[]) {
    return desk(folder).run(args);
  }
});

describe("usage", () => {
  test.each([
    ["an unknown command", ["nothing"]],
    ["an unknown option", ["operations", "list", "--colour"]],
    ["a missing argument", ["submit"]],
    ["one argument too many", ["submit", "a.json", "b.json"]],
    ["a remote system without a token for it", ["operations", "list"], { DROVER_URL: "https://drover.example" }],
  ] as const satisfies readonly (readonly [string, readonly string[], Variables?])[])(
    "exits 2 for %s",
    async (_, args, variables: Variables = {}) => {
      const { code, out, err } = await desk().run(args, { variables });
      expect(code).toBe(2);
      expect(out).toBe("");
      expect(err).not.toBe("");
    },
  );

  test("every command's help has an example", async () => {
    const { run } = desk();
    const commands = [
      ["init"],
      ["start"],
      ["demo"],
      ["emulate", "azure-sphere"],
      ["emulate", "heat"],
      ["submit"],
      ["watch"],
      ["explain"],
      ["config", "check"],
      ["events"],
      ...["list", "show", "history", "cancel", "resolve", "report"].map((name) => ["operations", name]),
      ...["list", "show", "redrive"].map((name) => ["dead-letters", name]),
      ...["list", "check", "pause", "resume"].map((name) => ["connections", name]),
      ...["put", "list", "remove"].map((name) => ["vault", name]),
      ...["create", "list", "get", "delete"].map((name) => ["heat", "configs", name]),
      ...["list", "show", "update", "delete"].map((name) => ["heat", "deployments", name]),
    ];
    for (const command of commands) {
      const { code, out } = await run([...command, "--help"]);
      expect([code, out]).toEqual([0, expect.stringMatching(/Example:\n {2}drover /)]);
      expect(out).toMatch(/--json/);
    }
    const { out } = await run(["--help"]);
    for (const [name] of commands) expect(out).toContain(`  ${name}`);
    expect(out).toMatch(/Exit codes:/);
  });

  test("says that it met a defect, and shows no stack", async () => {
    const { run } = desk();
    const onOut = () => {
      throw new TypeError("token=abc");
    };
    const { code, err } = await run(["connections", "list"], { onOut });
    expect(code).toBe(70);
    expect(err).toMatch(/defect in Drover \(TypeError\): set DROVER_DEBUG=1/);
    expect(err).not.toMatch(/abc|\n\s+at /);
  });
});
