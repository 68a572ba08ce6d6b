import { describe, expect, onTestFinished, test } from "vitest";
import { createStorageTablesEmulator } from "../../../emulators/storage-tables/index.ts";
import { operationKey } from "../../../lib/contracts/operation.ts";
import { createTablesLedger } from "../../../lib/platforms/azure/ledger/ledger.ts";
import { idOf } from "../../operations/fleet.ts";
import { VirtualClock } from "../../simulation/virtual-clock.ts";
import { SphereChain } from "../aws/sphere-chain.ts";
import { account, behindProxy, noTokens, settingsFor } from "./accounts.ts";
import { lostAfter, tablesBusy } from "./faults.ts";
import { impatience } from "./patience.ts";

const table = "ledger";

async function opened(operationMs: number, attempts: number) {
  const clock = new VirtualClock(Date.UTC(2026, 10, 21, 9, 3));
  const emulator = createStorageTablesEmulator({ now: () => clock.now(), account });
  emulator.seedTable(table);
  const proxy = await behindProxy((request) => emulator.fetch(request));
  onTestFinished(() => proxy.clearLog());
  const open = (origin: string) =>
    createTablesLedger({
      settings: settingsFor({ tables: origin }),
      tokens: noTokens,
      clock,
      table,
      persistence: impatience(attempts),
    });
  const chain = new SphereChain({ clock, operationMs, ledger: open(proxy.url) });
  return { clock, emulator, proxy, chain, ledger: open(proxy.origin) };
}

const typesOf = (chain: SphereChain) => {
  const seen = new Set(chain.store.events.map(({ id, type }) => `${id} ${type.split(".").at(-1)}`));
  return [...seen].map((entry) => entry.split(" ")[1]);
};

describe("the engine on the Tables ledger", () => {
  test("carries a deployment to its success in few requests, and the sweep forgets it in the end", async () => {
    const { chain, ledger, clock, proxy, emulator } = await opened(70_000, 1);
    chain.submit("one");
    await chain.run();
    const key = operationKey(idOf("one"));
    expect((await ledger.read(key))?.record).toMatchObject({ state: "ended", outcome: "succeeded" });
    expect(typesOf(chain)).toEqual(["accepted", "started", "succeeded"]);
    const kinds = Map.groupBy(proxy.log, ({ method, path, body }) => {
      const isQuery = path.includes("%24filter") || path.includes("$filter");
      const isIndex = /(?:PartitionKey='|"PartitionKey":")(?:due|list|children)\./.test(
        `${decodeURIComponent(path)}${body}`,
      );
      return isQuery ? "sweep" : `${method} ${isIndex ? "index" : "row"}`;
    });
    const counts = Object.fromEntries([...kinds].map(([kind, some]) => [kind, some.length]));
    console.log(`${chain.deliveries} deliveries, requests: ${JSON.stringify(counts)}`);
    const { sweep = 0, ...own } = counts;
    expect(sweep).toBeGreaterThanOrEqual(0);
    expect(Object.values(own).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(45);
    clock.advance(90 * 86_400_000);
    await chain.sweep();
    expect((await ledger.read(key))?.record.kind).toBe("tombstone");
    expect((await ledger.listOperations({}, 10)).items).toEqual([]);
    clock.advance(311 * 86_400_000);
    await chain.sweep();
    expect(await ledger.read(key)).toBeUndefined();
    expect(emulator.rows(table)).toEqual([]);
  });

  test.each([
    [1, 11],
    [3, 7],
  ])(
    "loses and doubles nothing while every answer is lost now and then, with %i attempts",
    async (attempts, busyEvery) => {
      const { chain, ledger, proxy, clock } = await opened(20_000, attempts);
      const often = { times: Number.POSITIVE_INFINITY };
      proxy.on(({ number, method }) => method !== "GET" && number % 4 === 0, lostAfter, often);
      proxy.on(({ number }) => number % busyEvery === 0, tablesBusy, often);
      for (const id of ["one", "two", "three"]) chain.submit(id);
      await chain.run();
      // A message that met too many faults is given up; the sweep takes the operation up again.
      for (
        let turn = 0;
        turn < 200 && (await ledger.listOperations({ state: "active" }, 1)).items.length > 0;
        turn += 1
      ) {
        clock.advance(60_000);
        await chain.sweep().catch(() => undefined);
        await chain.run();
      }
      for (const id of ["one", "two", "three"]) {
        expect((await ledger.read(operationKey(idOf(id))))?.record).toMatchObject({ outcome: "succeeded" });
      }
      for (const type of ["accepted", "started", "succeeded"]) {
        expect(typesOf(chain).filter((other) => other === type)).toHaveLength(3);
      }
      expect(chain.deployments).toBe(3);
    },
  );
});
