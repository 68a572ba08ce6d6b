import { expect, test } from "vitest";
import { temporaryFolder } from "../functions/harness.ts";
import { linesOf } from "./harness.ts";
import { ran } from "./processes.ts";

test("the demo brings every request to its outcome, with every effect exactly once, through a crash", async () => {
  const { code, out } = await ran(temporaryFolder(), ["demo", "--json"]);
  const lines = linesOf(out);
  const results = lines.filter(({ kind }) => kind === "result");
  expect(results.map(({ request, outcome, effects }) => [request, outcome, effects])).toEqual([
    ["happy", "succeeded", 1],
    ["failing", "failed", 1],
    ["partly-failing", "partially-succeeded", 1],
    ["throttled", "succeeded", 1],
    ["reply-lost", "succeeded", 1],
    ["heat-fleet", "partially-succeeded", 20],
    ["heat-otc", "succeeded", 1],
    ["heat-rackspace", "succeeded", 1],
    ["dps-rotation", "succeeded", 2],
    ["dps-certificate", "succeeded", 1],
    ["panorama", "succeeded", 1],
    ["panorama-late", "timed-out", 1],
    ["iot-claim", "succeeded", 1],
    ["crashed", "succeeded", 1],
  ]);
  expect(results.find(({ request }) => request === "crashed")).toMatchObject({ creates: 1 });
  expect(results.find(({ request }) => request === "throttled")).toMatchObject({ creates: 3 });
  const rotation = results.find(({ request }) => request === "dps-rotation");
  expect(rotation).toMatchObject({ creates: 2, served: { refused: 0 } });
  const resultOf = (name: string) => results.find(({ request }) => request === name);
  expect(resultOf("panorama")).toMatchObject({ handedOver: { secondFetch: "fetched-already", pluggedIn: true } });
  expect(resultOf("panorama-late")).toMatchObject({ creates: 1, removed: true });
  expect(resultOf("iot-claim")).toMatchObject({ creates: 1, handedOver: { secondFetch: expect.any(String) } });
  const fleet = results.find(({ request }) => request === "heat-fleet");
  expect(fleet).toMatchObject({ creates: 20, runs: { eachOnce: true, rowsLeft: 0, configsLeft: 0 } });
  expect(Object.values((fleet?.["runs"] as { byServer: object } | undefined)?.byServer ?? {})).toEqual(
    Array.from({ length: 20 }, () => 1),
  );
  expect(lines.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["killed", "restarted", "event", "summary"]));
  expect(code).toBe(0);
});
