import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withPlugIn } from "../../cli/commands/plug-in.ts";
import { createIotEmulator, demoIotIds, demoIotScenario } from "../../emulators/aws-iot/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import type { Variables } from "../../lib/configuration/environment.ts";
import { temporaryFolder } from "../functions/harness.ts";
import { quickHeat } from "../functions/heat-harness.ts";
import { configurationFor, desk, openDesk } from "./harness.ts";
import { quickPanorama } from "./panorama-harness.ts";

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

  test.each([
    ["aws-panorama", "requests/provision.json", ["connections.panorama-prod.credential.secretAccessKey"]],
    ["aws-iot", "requests/claim.json", ["connections.iot-prod.credential.secretAccessKey"]],
  ])("--provider %s writes files to be filled in", async (provider, file, missing) => {
    const empty = temporaryFolder();
    const { code, out } = await runIn(empty, ["init", "--provider", provider]);
    expect([code, out]).toEqual([0, expect.stringMatching(/drover vault put aws-key/)]);
    const check = await runIn(empty, ["config", "check", "--json"]);
    const findings = check.json[0]?.["findings"] as { level: string; path: string }[];
    expect(findings.flatMap(({ level, path }) => (level === "problem" ? [path] : []))).toEqual(missing);
    expect((await runIn(empty, ["submit", file, "--dry-run"])).code).toBe(0);
    const guide = readFileSync(join(empty, "DROVER.md"), "utf8");
    expect(guide).toMatch(/data\.installers/);
    expect(guide.includes("withdrawn on 2026-05-31")).toBe(provider === "aws-panorama");
  });

  test("with --provider aws-panorama --emulator the way that it prints leads to the end", async () => {
    const empty = temporaryFolder();
    const emulator = quickPanorama();
    const { run } = openDesk(withPlugIn(emulator), {}, empty);
    const { code, out } = await run(["init", "--provider", "aws-panorama", "--emulator", "http://127.0.0.1:9"]);
    expect(code).toBe(0);
    const archive = "certificates-omni_cam-1.zip";
    expect(out).toMatch(/drover handoff fetch ID --ready --out \. .*\n +drover emulate plug-in \S+zip --port 9 /);
    expect((await run(["config", "check"])).code).toBe(0);
    const { json } = await run(["submit", "requests/provision.json", "--json"]);
    const id = String(json[0]?.["operation"]);
    expect((await run(["handoff", "fetch", id, "--ready", "--out", "."])).code).toBe(0);
    writeFileSync(join(empty, "other.zip"), readFileSync(join(empty, archive)));
    const misnamed = await run(["emulate", "plug-in", "other.zip"]);
    expect([misnamed.code, misnamed.out]).toEqual([1, expect.stringMatching(/^Refused: it does not have the name/)]);
    const taken = await run(["emulate", "plug-in", archive, "--json"]);
    expect([taken.code, taken.json[0]]).toEqual([0, expect.objectContaining({ accepted: true })]);
    expect((await run(["emulate", "plug-in", archive])).out).toMatch(/^Refused: it was used before/);
    expect((await run(["watch", id])).code).toBe(0);
    expect((await run(["emulate", "plug-in", "none.zip"])).code).toBe(2);
  });

  test("plug-in says that no emulator is there", async () => {
    const { run, write } = openDesk(async () => new Response("nothing of the kind", { status: 404 }), {});
    write("a.zip", "PK");
    const { code, err } = await run(["emulate", "plug-in", "a.zip"]);
    expect([code, err]).toEqual([5, expect.stringMatching(/drover emulate aws-panorama/)]);
  });

  test("with --provider aws-iot --emulator a claim is fetched", async () => {
    const empty = temporaryFolder();
    const emulator = createIotEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario: demoIotScenario() });
    const { run } = openDesk((sent) => emulator.fetch(sent), {}, empty);
    await run(["init", "--provider", "aws-iot", "--emulator", "http://127.0.0.1:9"]);
    const { json } = await run(["submit", "requests/claim.json", "--json"]);
    const id = String(json[0]?.["operation"]);
    const fetched = await run(["handoff", "fetch", id, "--ready", "--out", "claim.pem"]);
    expect([fetched.code, fetched.err]).toEqual([0, expect.not.stringMatching(/warning/)]);
    expect((await run(["watch", id])).code).toBe(0);
    const [, certificatePem = "", privateKeyPem = ""] =
      /(-+BEGIN CERTIFICATE.*?END CERTIFICATE-+\n)(.*)/s.exec(readFileSync(join(empty, "claim.pem"), "utf8")) ?? [];
    expect(emulator.present({ certificatePem, privateKeyPem, templateName: demoIotIds.template })).toBe("accepted");
  });

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
      ["emulate", "aws-panorama"],
      ["emulate", "aws-iot"],
      ["emulate", "plug-in"],
      ...["ready", "fetch", "show", "list"].map((name) => ["handoff", name]),
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
