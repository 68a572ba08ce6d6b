import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scheduleKey } from "../../lib/contracts/operation.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { request, silentLog } from "../functions/harness.ts";
import { configurationFor, type Desk, desk } from "./harness.ts";

/** A desk whose configuration has schedules; one of them names the example beside it. */
function scheduled(schedules: readonly Record<string, unknown>[]): Desk {
  const all = desk();
  all.write("drover.json", { ...configurationFor("http://127.0.0.1:9"), schedules });
  return all;
}

const nightly = { name: "nightly", every: "P1D", request: "./a.json" };
const { type, data } = request("unused");
const off = { name: "off", cron: "0 3 * * 1-5", timeZone: "Europe/Berlin", enabled: false, request: { type, data } };

describe("drover schedules", () => {
  test("list shows a table that fits the terminal, and everything with --json", async () => {
    const { run } = scheduled([nightly, off]);
    const wide = await run(["schedules", "list"]);
    expect(wide.code).toBe(0);
    expect(wide.out).toMatch(/^NAME +STATE +NEXT +LAST +EVERY$/m);
    expect(wide.out).toMatch(/^nightly +ok +\d{4}-\d\d-\d\d \d\d:\d\d +P1D$/m);
    expect(wide.out).toMatch(/^off +disabled +0 3 \* \* 1-5 \(Europe\/Berlin\)$/m);
    expect(wide.err).toBe("Nothing runs until drover start.\n");
    for (const columns of [80, 40, 10]) {
      const { out } = await run(["schedules", "list"], { columns, variables: { NO_COLOR: "1" } });
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
    expect((await run(["schedules", "list", "--json"])).json).toMatchObject([
      {
        schedules: [
          { name: "nightly", every: "P1D", overdue: false, skipped: 0 },
          { name: "off", enabled: false },
        ],
      },
    ]);
  });

  test("list says so when there are none", async () => {
    expect((await desk().run(["schedules", "list"])).out).toBe("No schedules.\n");
  });

  test("run submits the request now, for who asks", async () => {
    const { run } = scheduled([nightly]);
    const ran = await run(["schedules", "run", "nightly", "--note", "new lease"]);
    expect([ran.code, ran.out]).toEqual([0, expect.stringMatching(/^accepted {2}[a-z2-7]{52}\n$/)]);
    const { json } = await run(["operations", "list", "--json"]);
    expect(json).toMatchObject([
      { operations: [{ requestedBy: "cli:ada", request: { source: "/drover/schedules" } }] },
    ]);
    expect((await run(["operations", "history", ran.out.slice(10).trim()])).out).toContain("from cli:ada: new lease");
  });

  test("run waits with --wait, and looks after no schedule meanwhile", async () => {
    const { run, folder } = scheduled([nightly]);
    const { code, out } = await run(["schedules", "run", "nightly", "--wait"]);
    expect(code).toBe(0);
    expect(out).toMatch(/succeeded after/);
    const platform = openLocalPlatform({ folder: join(folder, "data"), log: silentLog });
    const noted = await platform.ledger.read(scheduleKey("nightly"));
    await platform.close();
    expect(noted).toBeUndefined();
  });

  test("run exits 4 for a name that no schedule has", async () => {
    const { code, err } = await scheduled([nightly]).run(["schedules", "run", "other"]);
    expect([code, err]).toEqual([4, expect.stringContaining("drover schedules list")]);
  });
});

describe("schedules in the configuration", () => {
  const broken = [
    { ...nightly, request: "./none.json" },
    { ...off, cron: "0 25 * * *" },
  ];

  test("are checked, all problems at once", async () => {
    const { run } = scheduled(broken);
    const { code, json } = await run(["config", "check", "--json"]);
    expect(code).toBe(3);
    expect(json).toMatchObject([{ ok: false }]);
    const findings = json[0]?.["findings"] as { level: string; path: string }[];
    expect(findings.filter(({ level }) => level === "problem").map(({ path }) => path)).toEqual([
      "schedules.0.request",
      "schedules.1.cron",
    ]);
  });

  test("that cannot work open no data folder", async () => {
    const { code, err } = await scheduled(broken).run(["schedules", "list"]);
    expect(code).toBe(3);
    expect(err.split("\n").filter((line) => line.startsWith("  - "))).toHaveLength(2);
  });
});
