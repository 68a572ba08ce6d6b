import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkConfiguration } from "../../lib/configuration/check.ts";
import { parseConfiguration } from "../../lib/configuration/load.ts";
import { loadSchedules } from "../../lib/configuration/schedules.ts";
import { ConfigurationError } from "../../lib/contracts/errors.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { calendar } from "../../lib/schedules/calendar.ts";
import { request } from "../functions/harness.ts";
import { temporaryFolder } from "../platforms/local/temporary-folder.ts";
import { sample } from "./sample.ts";

const { type, data } = request("unused", {}, { connection: "lab", deadline: "PT10M" });
const asked = { type, data };
const schedule = { name: "s", every: "P1D", request: asked };
const nowMs = Date.UTC(2026, 10, 21);

function configurationOf(schedules: readonly unknown[], folder = "/etc") {
  return parseConfiguration(JSON.stringify({ ...sample, schedules }), join(folder, "drover.json"));
}

/** Findings about schedules, as one line each. */
async function check(schedules: readonly unknown[], folder?: string): Promise<string[]> {
  const findings = await checkConfiguration(configurationOf(schedules, folder), {
    resolve: async () => new Secret(Buffer.alloc(32, 7).toString("base64")),
    nowMs,
    retirements: [],
    calendar,
    connectionKindFor: (requestType) => (requestType.includes("sphere") ? "azure-sphere" : "heat"),
  });
  return findings
    .filter(({ path }) => path.startsWith("schedules"))
    .map(({ level, path, message }) => `${level} ${path}: ${message}`);
}

function schemaProblems(schedules: readonly unknown[]): readonly string[] {
  try {
    configurationOf(schedules);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe("schedules", () => {
  test("are none by default", () => {
    expect(parseConfiguration(JSON.stringify(sample), "/etc/drover.json").schedules).toEqual([]);
  });

  test("need names of their own, and either every or cron", () => {
    const both = { ...schedule, name: "t", cron: "0 3 * * *" };
    expect(schemaProblems([schedule, both, schedule])).toEqual([
      "schedules.1.every: expected either every or cron",
      "schedules.2.name: expected a name of its own, got one that another schedule has",
    ]);
  });

  test("that can work give no finding, and keep the request as it stands there", async () => {
    expect(await check([schedule])).toEqual([]);
    expect(await loadSchedules(configurationOf([schedule]), calendar)).toMatchObject([{ name: "s", request: asked }]);
  });

  test("may name a file beside the configuration, with the attributes that each run has of its own", async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, "r.json"),
      JSON.stringify({ ...request("r"), ...asked, time: "2026-11-21T00:00:00Z" }),
    );
    const fromFile = { ...schedule, request: "./r.json" };
    expect(await check([fromFile], folder)).toEqual([]);
    expect((await loadSchedules(configurationOf([fromFile], folder), calendar))[0]?.request).toEqual(asked);
  });
});

describe("the file of a request", () => {
  test.each<[string, string | Uint8Array, string]>([
    [
      "with an attribute that would be lost",
      JSON.stringify({ ...asked, datacontenttype: "application/json" }),
      "(root): 1 unknown key: expected type, subject, data",
    ],
    ["that is not JSON", "{\n nope", "line 2, column 2: expected a key in double quotes"],
    ["with the same key twice", `{"type":"a","type":"${type}","data":{}}`, "got the same key a second time"],
    ["that is no object", "[]", "expected a request as a JSON object"],
    [
      "that is too long",
      JSON.stringify({ ...asked, subject: "x".repeat(48 * 1024) }),
      "expected at most 49152 bytes, got more",
    ],
    ["that is not UTF-8", new Uint8Array([0xff]), "expected UTF-8, got other bytes"],
    ["of an unknown type", JSON.stringify({ ...asked, type: "drover.nope" }), "type: unknown"],
    [
      "that cancels",
      JSON.stringify({ type: "drover.operation.cancel", data: { source: "a", id: "b" } }),
      "got a cancel",
    ],
    [
      "whose data is refused",
      JSON.stringify({ ...asked, data: { ...data, images: [], extra: 1 } }),
      "(root): 1 unknown key: expected connection, ",
    ],
  ])("%s is refused with its place", async (_, content, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "r.json"), content);
    const findings = await check([{ ...schedule, request: "r.json" }], folder);
    expect(findings.join("\n")).toContain(message);
    for (const finding of findings) {
      expect(finding).toContain(`problem schedules.0.request: ${join(folder, "r.json")}: `);
    }
    await expect(
      loadSchedules(configurationOf([{ ...schedule, request: "r.json" }], folder), calendar),
    ).rejects.toThrow(message);
  });

  test("that is not there, or is a folder or a pipe, is refused without waiting for it", async () => {
    const folder = await temporaryFolder();
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const schedules = ["none.json", ".", "pipe"].map((file, index) => ({
      ...schedule,
      name: `s${index}`,
      request: file,
    }));
    expect(await check(schedules, folder)).toEqual([
      expect.stringContaining("got ENOENT: create it"),
      expect.stringContaining("problem schedules.1.request: "),
      expect.stringContaining("expected a file, got something else"),
    ]);
  });

  test("is named with all problems of all schedules at once", async () => {
    const broken = [
      { name: "a", cron: "0 25 * * *", request: "/nowhere/a.json" },
      { ...schedule, name: "b", request: { type, data: { connection: "lab" } } },
    ];
    const failed = await loadSchedules(configurationOf(broken), calendar).catch((error: unknown) => error);
    if (!(failed instanceof ConfigurationError)) throw new Error("expected a ConfigurationError");
    expect(failed.problems.map((text) => text.split(": ")[0])).toEqual([
      "schedules.0.cron",
      "schedules.0.request",
      "schedules.1.request",
      "schedules.1.request",
    ]);
    expect((await check(broken)).map((text) => text.split(": ")[0])).toEqual(
      failed.problems.map((text) => `problem ${text.split(": ")[0]}`),
    );
  });
});

describe("a schedule that would do otherwise than meant", () => {
  const one = async (more: Readonly<Record<string, unknown>>) => {
    const { every: _, ...others } = schedule;
    return check([{ ...(more["cron"] === undefined ? schedule : others), ...more }]);
  };
  const to = (more: Record<string, unknown>) => ({ request: { type, data: { ...data, ...more } } });

  test.each<[string, Record<string, unknown>, string]>([
    [
      "for a connection that is not there",
      to({ connection: "nope" }),
      "problem schedules.0.request: connection: expected one of kind azure-sphere, got nope, which is not configured",
    ],
    [
      "for one of another kind",
      {
        request: {
          type: "drover.heat.deploy",
          data: { connection: "lab", servers: ["a"], deployment: { config_id: "c" } },
        },
      },
      "problem schedules.0.request: connection: expected one of kind heat, got lab of kind azure-sphere",
    ],
    [
      "on a date that never comes",
      { cron: "0 0 31 2 *" },
      "problem schedules.0.cron: expected a date that comes some day",
    ],
    [
      "with more jitter than interval",
      { every: "PT6H", jitter: "PT7H" },
      "warning schedules.0.jitter: expected no more than the interval",
    ],
    [
      "with more jitter than some interval of cron",
      { cron: "0 1,3 * * *", jitter: "PT3H" },
      "warning schedules.0.jitter",
    ],
    [
      "with a longer deadline than interval",
      { every: "PT5M" },
      "warning schedules.0.request: deadline: expected no more than the interval, got 10 min, with 5 min",
    ],
    [
      "daily, in a weekly window",
      { window: { days: ["Tue"], from: "02:00", to: "05:00" } },
      "warning schedules.0.window: expected a window for each due date",
    ],
    [
      "on weekdays only",
      { window: { days: ["Mon", "Tue", "Wed", "Thu", "Fri"], from: "02:00", to: "05:00" } },
      "warning schedules.0.window",
    ],
    [
      "hourly, in a nightly window",
      { every: "PT1H", window: { from: "02:00", to: "05:00" } },
      "warning schedules.0.window",
    ],
  ])("%s is found", async (_, more, message) => {
    const findings = await one(more);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(message);
  });

  test.each<[string, Record<string, unknown>]>([
    ["a jitter within the interval", { every: "PT6H", jitter: "PT6H" }],
    ["a window for each due date", { window: { from: "02:00", to: "05:00", timeZone: "Europe/Berlin" } }],
    ["a weekly window for a weekly date", { every: "P7D", window: { days: ["Tue"], from: "02:00", to: "05:00" } }],
    ["hours inside their window", { cron: "0 2,3,4 * * *", window: { from: "02:00", to: "05:00" } }],
    ["a rare date", { cron: "0 0 29 2 *" }],
  ])("%s is fine", async (_, more) => {
    expect(await one(more)).toEqual([]);
  });
});
