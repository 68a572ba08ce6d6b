import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../../../lib/contracts/limits.ts";
import { operationKey } from "../../../lib/contracts/operation.ts";
import { encoded, endOf, isKey } from "../../../lib/platforms/azure/ledger/keys.ts";
import { idOf, listed, operationOf, turnOf } from "../../contracts/ledger.ts";
import { openTables, table } from "./tables.ts";

const utf8 = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
const rowsOf = ({ emulator }: Awaited<ReturnType<typeof openTables>>, partition: string) =>
  emulator.rows(table).filter(({ properties }) => String(properties["PartitionKey"]).startsWith(partition));

describe("keys in Tables", () => {
  test("keep their order, their beginnings and nothing that Tables refuse", () => {
    const text = fc.string({
      unit: fc.constantFrom(..."a/.[\\>?=!~-#%'\u0000\u007f\u0085\u00e9\uffff\u{1F40E}z09Z_".split(/(?:)/u)),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [first, second] = [encoded(a), encoded(b)];
        expect(Math.sign(first < second ? -1 : first > second ? 1 : 0)).toBe(utf8(a, b));
        expect(encoded(a + b)).toBe(first + second);
        expect(first).toMatch(/^[^/\\#?%'\s\u007f-\uffff]*$/);
        expect(encoded(a + b) < endOf(first)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(["", "x\ud800", `turn/${"é".repeat(80)}`])("are refused to a record and lead nowhere: %j", async (key) => {
    const { ledger, proxy } = await openTables();
    expect(isKey(key)).toBe(false);
    await expect(ledger.create(key, turnOf("a"))).rejects.toHaveProperty("code", "invalid-key");
    expect(await ledger.read(key)).toBeUndefined();
    expect(await ledger.remove(key, '["e",null,null,null,null]')).toBe(false);
    expect(proxy.log).toEqual([]);
  });

  test("with every mark that a name may have are stored, listed and removed", async () => {
    const { ledger } = await openTables();
    const names = ["a/b", "a#b", "a?b", "a\\b", "a%2Fb", "it's", "ü", "a b", "a+b", "\u{1F40E}", "a\u0001b"];
    for (const name of names) expect(await ledger.create(`turn/${name}`, turnOf(name))).toBeDefined();
    const page = await ledger.listByPrefix("turn/", 100);
    expect(page.items.map(({ key }) => key)).toEqual(names.map((name) => `turn/${name}`).sort(utf8));
    for (const { key, version } of page.items) expect(await ledger.remove(key, version)).toBe(true);
  });

  test("need a kind of record in their prefix, so that no table is scanned", async () => {
    const { ledger, proxy } = await openTables();
    await expect(ledger.listByPrefix("tur", 10)).rejects.toHaveProperty("code", "invalid-prefix");
    await ledger.listByPrefix("turn/a", 10);
    await ledger.due(1, 1);
    await ledger.listOperations({}, 1);
    for (const { path } of proxy.log) expect(decodeURIComponent(path)).toContain("PartitionKey eq '");
  });
});

describe("records in Tables", () => {
  test("of every size that a ledger takes fit into one property", async () => {
    const { ledger } = await openTables();
    const room = limits.itemBytes - Buffer.byteLength(JSON.stringify(operationOf(1, { reason: "" })));
    for (const reason of ["x".repeat(31_000), "x".repeat(room), "é".repeat(room / 2 - 1), "\ufffe\uffff\u{1F40E}"]) {
      const record = operationOf(1, { reason });
      const key = operationKey(record.id);
      const version = (await ledger.create(key, record)) ?? "";
      expect((await ledger.read(key))?.record).toEqual(record);
      await ledger.remove(key, version);
    }
  });

  test("are readable where they stand, without what XML has no room for", async () => {
    const opened = await openTables();
    await opened.ledger.create("turn/a", turnOf("\uffff"));
    const [row] = rowsOf(opened, "row.");
    expect(row?.properties["record"]).toContain('"resource":"\\uffff"');
  });

  test("have versions that other ledgers' texts never match", async () => {
    const { ledger, proxy } = await openTables();
    await ledger.create("turn/a", turnOf("a"));
    proxy.clearLog();
    for (const version of ["1", "", "*", "[]", "null", '["*"]', "{}", "[1,2,3,4,5]"]) {
      expect(await ledger.write("turn/a", turnOf("a", 2), version)).toBeUndefined();
      expect(await ledger.remove("turn/a", version)).toBe(false);
    }
    expect(proxy.log).toEqual([]);
  });
});

describe("what one call asks of Tables", () => {
  const key = operationKey(idOf(1));
  const quarter = 15 * 60_000;
  const at = (wakeAt: number, nonce: string) => operationOf(1, { wakeAt, nonce });

  async function counted() {
    const opened = await openTables();
    const requests = async <Value>(work: () => Promise<Value>): Promise<[Value, number]> => {
      opened.proxy.clearLog();
      const value = await work();
      return [value, opened.proxy.log.length];
    };
    return { ...opened, requests };
  }

  test("is one request for a write that stays in its places, and two more for one that leaves its quarter", async () => {
    const { ledger, requests } = await counted();
    const [first = "", creating] = await requests(() => ledger.create(key, at(1_000, "a")));
    const [second = "", later] = await requests(() => ledger.write(key, at(1_000 + quarter - 1, "b"), first));
    const [third = "", earlier] = await requests(() => ledger.write(key, at(999, "c"), second));
    const [fourth = "", muchLater] = await requests(() => ledger.write(key, at(999 + quarter, "d"), third));
    const ended = operationOf(1, { nonce: "e", state: "ended", outcome: "succeeded", retainUntil: 9 * quarter });
    const [fifth = "", ending] = await requests(() => ledger.write(key, ended, fourth));
    const [, reading] = await requests(() => ledger.read(key));
    const [, repeated] = await requests(() => ledger.write(key, ended, fourth));
    const [, removing] = await requests(() => ledger.remove(key, fifth));
    expect([creating, later, earlier, muchLater, ending, reading, repeated, removing]).toEqual([
      3, 1, 3, 3, 5, 1, 6, 3,
    ]);
    const [turn = "", plain] = await requests(() => ledger.create("turn/a", turnOf("a")));
    const [, replacing] = await requests(() => ledger.write("turn/a", turnOf("a", 2), turn));
    const [, conflict] = await requests(() => ledger.write("turn/a", turnOf("a", 3), turn));
    expect([plain, replacing, conflict]).toEqual([1, 1, 2]);
  });

  test("is four requests for a sweep that finds nothing, and one more for each that is near", async () => {
    const { ledger, requests } = await counted();
    expect((await requests(() => ledger.due(1_000, 100)))[1]).toBe(4);
    for (let number = 0; number < 20; number += 1) {
      await ledger.create(operationKey(idOf(number)), operationOf(number, { wakeAt: 1_000_000 }));
    }
    expect((await requests(() => ledger.due(999_999, 100)))[1]).toBe(4);
    const [keys, requested] = await requests(() => ledger.due(1_000_000, 100));
    expect(keys).toHaveLength(20);
    expect(requested).toBe(24);
  });

  test("is bounded for a list, by what it looks at", async () => {
    const { ledger, requests } = await counted();
    for (let number = 0; number < 30; number += 1) {
      const { request } = operationOf(number);
      const connection = number % 10 === 0 ? "wanted" : "other";
      await ledger.create(operationKey(idOf(number)), operationOf(number, { request: { ...request, connection } }));
    }
    const [page, active] = await requests(() => ledger.listOperations({ state: "active" }, 5));
    expect(page.items).toHaveLength(5);
    expect(active).toBeLessThanOrEqual(7);
    const [filtered, read] = await requests(() => ledger.listOperations({ connection: "wanted", state: "active" }, 30));
    expect(filtered.items).toHaveLength(3);
    // What is of another connection is told by its entry.
    expect(read).toBeLessThanOrEqual(5);
  });
});

describe("the time index", () => {
  test("gives the most overdue first although entries are earlier than their records", async () => {
    const opened = await openTables();
    const { ledger } = opened;
    const numbers = [1, 2, 3, 4, 5, 6];
    for (const number of numbers) {
      const key = operationKey(idOf(number));
      const version = await ledger.create(key, operationOf(number, { wakeAt: 1_000 + number, nonce: `a${number}` }));
      await ledger.write(
        key,
        operationOf(number, { wakeAt: 500_000 - 1_000 * number, nonce: `b${number}` }),
        version ?? "",
      );
    }
    const inOrder = numbers.toReversed().map((number) => operationKey(idOf(number)));
    expect(await ledger.due(500_000, 10)).toEqual(inOrder);
    expect(await ledger.due(500_000, 2)).toEqual(inOrder.slice(0, 2));
    expect(await ledger.due(495_500, 10)).toEqual(inOrder.slice(0, 2));
    expect(rowsOf(opened, "due.")).toHaveLength(6);
  });

  test("gives what is due behind many that are not", async () => {
    const { ledger, emulator } = await openTables();
    emulator.configure({ pageSize: 7, emptyPages: true });
    for (let number = 0; number < 150; number += 1) {
      const key = operationKey(idOf(number));
      const version = await ledger.create(key, operationOf(number, { wakeAt: 1_000 + number, nonce: "a" }));
      if (number < 140) await ledger.write(key, operationOf(number, { wakeAt: 800_000, nonce: "b" }), version ?? "");
    }
    const keys = await ledger.due(10_000, 100);
    expect(keys).toEqual(Array.from({ length: 10 }, (_, index) => operationKey(idOf(140 + index))));
    expect(await listed(ledger, {}, 40)).toHaveLength(150);
    expect((await ledger.listByPrefix("operation/x", 1_000)).items).toHaveLength(150);
  });

  test("takes any time that a sweep may ask for, and times with fractions", async () => {
    const { ledger } = await openTables();
    const key = operationKey(idOf(1));
    await ledger.create(key, operationOf(1, { wakeAt: 1_000.5 }));
    expect(await ledger.due(1_000, 10)).toEqual([]);
    expect(await ledger.due(1_001, 10)).toEqual([key]);
    expect(await ledger.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([key]);
    expect(await ledger.due(Number.MAX_SAFE_INTEGER, 0)).toEqual([]);
  });
});

describe("the lists", () => {
  test("show an operation once while it moves from one to another", async () => {
    const opened = await openTables();
    const { ledger, direct, proxy } = opened;
    const key = operationKey(idOf(1));
    const first = (await ledger.create(key, operationOf(1))) ?? "";
    // The end is written, and the entry of what is active is not removed yet.
    const rule = proxy.on(({ method }) => method === "DELETE", { kind: "delay", ms: 150 });
    const ending = ledger.write(key, operationOf(1, { nonce: "b", state: "ended", outcome: "failed" }), first);
    while (rule.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(rowsOf(opened, "list.")).toHaveLength(2);
    expect(await listed(direct, {})).toEqual([key]);
    expect(await listed(direct, { state: "active" })).toEqual([]);
    expect(await listed(direct, { outcome: "failed" })).toEqual([key]);
    await ending;
  });

  test("refuse a cursor that is none of theirs", async () => {
    const { ledger } = await openTables();
    for (const cursor of ["x", "", "1' or 'a' eq 'a"])
      await expect(ledger.listOperations({}, 10, cursor)).rejects.toHaveProperty("code", "invalid-cursor");
    await expect(ledger.listByPrefix("turn/", 10, "other/x")).rejects.toHaveProperty("code", "invalid-cursor");
    expect(await ledger.listOperations({}, 0)).toEqual({ items: [] });
  });

  test("of a rare label are bounded and go on", async () => {
    const { ledger } = await openTables();
    for (let number = 0; number < 12; number += 1) {
      const labels: Record<string, string> = number === 0 ? { team: "hvac" } : {};
      const { request } = operationOf(number);
      await ledger.create(operationKey(idOf(number)), operationOf(number, { request: { ...request, labels } }));
    }
    expect(await listed(ledger, { label: { name: "team", value: "hvac" } }, 2)).toEqual([operationKey(idOf(0))]);
  });
});
