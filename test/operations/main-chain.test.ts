import { expect, test } from "vitest";
import { Fleet, requestBody } from "./fleet.ts";

const writesOf = (trace: readonly string[]) => trace.filter((io) => /^ledger\.(create|write|remove)/.test(io));

test("drives one deployment to its end with one event for each turn of it", async () => {
  const fleet = new Fleet({ mode: "cloud" });
  fleet.submit(requestBody("r1"));
  expect(await fleet.runUntilQuiet()).toBe(true);
  expect(fleet.eventsOf("r1")).toEqual(["accepted", "started", "succeeded"]);
  expect(fleet.row("r1")).toMatchObject({
    state: "ended",
    outcome: "succeeded",
    outbox: [],
    result: { state: "targeted" },
  });
  expect(fleet.cloud.deployments).toHaveLength(1);
});

test("writes the ledger six times for ten polls, and twice more for the turn", async () => {
  const fleet = new Fleet(
    { mode: "cloud" },
    { polls: Array.from({ length: 9 }, () => ({ kind: "in-progress", status: "InProgress" }) as const), durationMs: 0 },
  );
  fleet.submit(requestBody("r1"));
  expect(await fleet.runUntilQuiet()).toBe(true);
  expect(fleet.cloud.calls.poll).toBe(10);
  const writes = writesOf(fleet.world.trace);
  expect(writes.filter((io) => io.endsWith("operation"))).toHaveLength(6);
  expect(writes.filter((io) => io.endsWith("turn"))).toHaveLength(2);
  expect(fleet.world.trace.filter((io) => io.startsWith("queue.send"))).toHaveLength(11);
});

test("leaves a healthy chain of polls alone for hours", async () => {
  const fleet = new Fleet({ mode: "cloud" }, { durationMs: 90 * 60_000 });
  fleet.submit(requestBody("r1"));
  expect(await fleet.runUntilQuiet()).toBe(true);
  expect(fleet.row("r1")?.history.filter((entry) => entry.what === "swept")).toEqual([]);
  expect(fleet.cloud.calls.poll).toBeLessThan(130);
});
