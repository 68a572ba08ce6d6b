import { describe, expect, test } from "vitest";
import { limits } from "../../lib/contracts/limits.ts";
import { operationKey } from "../../lib/contracts/operation.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { amend } from "../../lib/operations/record.ts";
import { Fleet, idOf, serverNames, serversBody } from "./fleet.ts";

const config = (bytes: number) => ({ deployment: { config: { group: "script", config: "x".repeat(bytes) } } });
const lastProblems = (fleet: Fleet) => fleet.world.store.events.at(-1)?.data.problems?.join();

describe("a row", () => {
  test("of the largest request that is accepted stays within what a ledger takes, whatever happens to it", async () => {
    const polls = Array.from({ length: 300 }, () => "unavailable" as const);
    const fleet = new Fleet({ mode: "cloud" }, { polls, durationMs: 48 * 3_600_000 });
    fleet.submit(serversBody("r1", ["one"], { ...config(limits.storedRequestBytes - 600), deadline: "PT5H" }));
    await fleet.world.run(() => false, 3 * 3_600_000);
    await cancelOperation(fleet.world.outside, idOf("r1"), { by: "somebody", note: "n".repeat(1_000) });
    expect(await fleet.runUntilQuiet(48 * 3_600_000)).toBe(true);
    expect(fleet.row("r1")?.outcome).toBe("timed-out");
    expect(fleet.world.logged.filter((line) => line.includes("bytes"))).toEqual([]);
  });

  test("keeps beginning and end of a history that has to be cut", async () => {
    const fleet = new Fleet({ mode: "cloud" });
    fleet.submit(serversBody("r1", ["one"], config(limits.storedRequestBytes - 600)));
    expect(await fleet.runUntilQuiet()).toBe(true);
    let row = fleet.row("r1");
    for (let index = 0; row && index < 100; index += 1) {
      row = amend(row, {}, { now: index, nonce: "n" }, { what: `entry-${index}`, detail: '"'.repeat(300) });
    }
    expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThanOrEqual(limits.itemBytes);
    expect(row?.history.at(0)?.what).toBe("accepted");
    expect(row?.history.at(-1)?.what).toBe("entry-99");
    expect(row?.history.length).toBeGreaterThanOrEqual(8);
  });
});

describe("a request", () => {
  test("that is longer as it is stored than as it came is refused, and says so", async () => {
    const fleet = new Fleet({ mode: "cloud" });
    const numbers = `[${Array(4_000).fill("1e20").join()}]`;
    const body = serversBody("r1", ["one"], { deployment: { config_id: "c", input_values: { numbers: 0 } } });
    fleet.submit(body.replace('"numbers":0', `"numbers":${numbers}`));
    await fleet.runUntilQuiet();
    expect(fleet.world.store.read(operationKey(idOf("r1")))).toBeUndefined();
    expect(lastProblems(fleet)).toContain("bytes as it is stored");
  });

  test("whose children would take megabytes is refused, and says how to ask for it", async () => {
    const fleet = new Fleet({ mode: "cloud" });
    fleet.submit(serversBody("r1", serverNames(900), config(20_000)));
    await fleet.runUntilQuiet();
    expect(lastProblems(fleet)).toContain("name it by config_id");
  });
});
