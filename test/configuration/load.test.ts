import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfiguration, parseConfiguration } from "../../lib/configuration/load.ts";
import { ConfigurationError } from "../../lib/contracts/errors.ts";
import { temporaryFolder } from "../platforms/local/temporary-folder.ts";
import { sample, sampleWith } from "./sample.ts";

const path = "/etc/drover/drover.json";
const parse = (value: unknown) => parseConfiguration(JSON.stringify(value), path);

function problemsOf(value: unknown): readonly string[] {
  return problemsOfText(typeof value === "string" ? value : JSON.stringify(value));
}

function problemsOfText(text: string): readonly string[] {
  try {
    parseConfiguration(text, path);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const problem of error.problems) expect(error.message).toContain(problem);
    expect(error.message).toContain(path);
    return error.problems;
  }
  return [];
}

describe("a configuration", () => {
  test("gets its defaults and an absolute data folder", () => {
    const configuration = parse(sample);
    expect(configuration.platform).toEqual({ ...sample.platform, dataFolder: "/etc/drover/data", concurrency: 64 });
    expect(configuration.retention).toEqual({ operations: "P90D", idempotency: "P400D" });
    expect(configuration.connections["sphere-prod"]?.endpoint).toBe("https://prod.core.sphere.azure.net");
  });

  test("keeps an absolute data folder and the references to secrets as they are", () => {
    const platformWith = (path: string, value: string) => parse(sampleWith(`platform/${path}`, value)).platform;
    expect(platformWith("dataFolder", "/var/lib/drover")).toMatchObject({ dataFolder: "/var/lib/drover" });
    expect(platformWith("vaultKey", "file:./key")).toMatchObject({ vaultKey: "file:./key" });
  });

  test("has the deletion of a service approved, unless a rule of its own names that type", () => {
    const own = { types: ["drover.heat.*"], connections: ["*"] };
    const ours = { types: ["drover.azure-dps.delete-service"], connections: ["*"] };
    const approvals = (given: object) => parse({ ...sample, ...given }).approvals;
    expect(approvals({})).toEqual([ours]);
    expect(approvals({ approvals: [] })).toEqual([ours]);
    expect(approvals({ approvals: [own] })).toEqual([own, ours]);
    const narrower = { types: ["drover.azure-dps.*"], connections: ["prod-*"] };
    expect(approvals({ approvals: [narrower] })).toEqual([narrower]);
  });

  test("may begin with a byte order mark", () => {
    expect(parseConfiguration(`\uFEFF${JSON.stringify(sample)}`, path).version).toBe(1);
  });

  test("is read from a file, and its folder counts", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "drover.json"), JSON.stringify(sample));
    const { platform } = await loadConfiguration(join(folder, "drover.json"));
    expect(platform).toMatchObject({ kind: "local", dataFolder: join(folder, "data") });
  });

  test("that is not there names the file and `drover init`", async () => {
    const file = join(await temporaryFolder(), "drover.json");
    await expect(loadConfiguration(file)).rejects.toThrow(
      `Expected the configuration in ${file}, got ENOENT: run \`drover init\`, or name another file`,
    );
  });
});

describe("a broken configuration", () => {
  test("reports all its problems at once, each with its path", () => {
    const broken = {
      version: 2,
      platfrom: {},
      platform: { kind: "local", concurrency: 0, dataFolder: "" },
      connections: {
        "": sample.connections.lab,
        a: { kind: "nope" },
        b: { ...sample.connections.lab, api: "v3", origins: ["ftp://x"], sphereTenantId: 7, extra: 1 },
      },
      sweep: { every: "5s" },
    };
    expect(problemsOf(broken)).toEqual([
      "version: expected 1",
      "platform.dataFolder: expected at least 1 characters",
      "platform.concurrency: expected at least 1",
      'connections."": key: expected a name of letters, digits, . _ -',
      "connections.a.kind: expected azure-sphere or heat or azure-dps or aws-panorama or aws-iot",
      "connections.b.api: expected legacy-v2",
      "connections.b.sphereTenantId: expected string",
      "connections.b.origins.0: expected an https URL without user, query or fragment (http only on loopback)",
      "connections.b: unknown key extra",
      "sweep.every: expected an ISO 8601 duration such as P90D",
      "(root): unknown key platfrom",
    ]);
  });

  test("reports more than a screenful of problems, too", () => {
    const connections = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`c${index}`, { kind: "nope" }]));
    expect(problemsOf({ ...sample, connections })).toHaveLength(80);
  });

  test("with a literal where a reference belongs explains the vault and quotes nothing", () => {
    const [problem, ...others] = problemsOf(
      sampleWith("connections/sphere-prod/credential/secret", "hunter2~hunter2.Q"),
    );
    expect(others).toEqual([]);
    expect(problem).toContain("connections.sphere-prod.credential.secret: expected a reference such as env:NAME");
    expect(problem).toContain("`drover vault put NAME`");
    expect(problem).not.toContain("hunter2");
  });

  test.each([
    "http://example.org",
    "https://user:hunter2@example.org",
    "https://example.org/?a=hunter2",
    "https://example.org/#hunter2",
    "http://127.0.0.1.example.org",
    "http://localhost.example.org",
    "example.org",
  ])("with the endpoint %j is refused without quoting it", (endpoint) => {
    const problems = problemsOf(sampleWith("connections/lab/endpoint", endpoint));
    expect(problems).toEqual([
      "connections.lab.endpoint: expected an https URL without user, query or fragment (http only on loopback)",
    ]);
  });

  test.each([["null"], ["[]"], ["5"], ['"text"']])("such as %s is refused", (text) => {
    expect(problemsOfText(text)).toEqual(["(root): expected object"]);
  });

  test("shows a key from the file without control characters and at a bounded length", () => {
    expect(problemsOf({ ...sample, ["a\u001b[31m\n"]: 1 })).toEqual(['(root): unknown key "a\\u001b[31m\\n"']);
    expect(problemsOf({ ...sample, ["k".repeat(10_000)]: 1 })[0]?.length).toBeLessThan(120);
  });
});

describe("text that is not JSON", () => {
  test.each([
    ["", "line 1, column 1: expected a value (JSON has no comments and no comma after the last entry)"],
    ['{"version":1,}', "line 1, column 14: expected a key in double quotes (JSON has no comma after the last entry)"],
    ['{\n  "version": 1\n  "platform": {}\n}', "line 3, column 3: expected a comma or }"],
    ['{"a": [1 2]}', "line 1, column 10: expected a comma or ]"],
    ["{\n// comment\n}", "line 2, column 1: expected a key in double quotes (JSON has no comma after the last entry)"],
    ['{"a" 1}', "line 1, column 6: expected a colon after the key"],
    ['{"a": hunter2}', "line 1, column 7: expected a value (JSON has no comments and no comma after the last entry)"],
    ['{"a": "hunter2', 'line 1, column 7: expected a closing " on the same line'],
    ['{"a": "hunter2\n"}', 'line 1, column 7: expected a closing " on the same line'],
    ['{"a": "C:\\data"}', "line 1, column 10: expected an escape such as \\\\ or \\n after the backslash"],
    ['{"a": 01}', "line 1, column 7: expected a value (JSON has no comments and no comma after the last entry)"],
    ["{} {}", "line 1, column 4: expected the end of the file here"],
    ["[".repeat(10_000), "line 1, column 66: expected at most 64 levels of nesting"],
  ])("%j is answered with its place, without quoting it", (text, problem) => {
    expect(problemsOfText(text)).toEqual([problem]);
  });

  test("and keys that would be lost silently are named with their places", () => {
    const text = '{"connections": {\n "a": 1,\n "\\u0061": 2,\n "__proto__": 3}}';
    expect(problemsOfText(text)).toEqual([
      "line 3, column 2: got the same key a second time",
      "line 4, column 2: got the key __proto__, which means nothing here",
    ]);
  });

  test("and a file of more than a mebibyte is refused", () => {
    expect(problemsOfText(" ".repeat(1_048_577))).toEqual(["expected at most 1048576 bytes, got 1048577"]);
  });
});
