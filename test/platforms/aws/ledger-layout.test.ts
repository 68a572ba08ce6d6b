import { createHash } from "node:crypto";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { operationIdOf } from "../../../lib/contracts/identifiers.ts";
import { limits } from "../../../lib/contracts/limits.ts";
import {
  type DeadLetterRecord,
  type LedgerRecord,
  type OperationRecord,
  operationKey,
  type TombstoneRecord,
} from "../../../lib/contracts/operation.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { dictionaries } from "../../../lib/platforms/aws/ledger/dictionary.ts";
import { expiryMarginMs, itemBytes, itemOf, storedOf } from "../../../lib/platforms/aws/ledger/item.ts";
import { duePlaceOf, dueSlotMs, listPlaceOf, partOf, partsOf } from "../../../lib/platforms/aws/ledger/layout.ts";
import { createDynamoLedger } from "../../../lib/platforms/aws/ledger/ledger.ts";
import { pack, unpack } from "../../../lib/platforms/aws/ledger/packing.ts";
import { attributes, tableDefinition } from "../../../lib/platforms/aws/ledger/table.ts";
import { idOf, listed, operationOf, turnOf } from "../../contracts/ledger.ts";
import { type Dynamo, openLedger, startDynamo } from "./dynalite.ts";
import { byTarget, type ProxiedRequest, startFaultProxy } from "./fault-proxy.ts";

let dynamo: Dynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

async function opened() {
  const proxy = await startFaultProxy(dynamo.url);
  onTestFinished(() => proxy.close());
  const { ledger, table, clock, client } = await openLedger(dynamo, { endpoint: proxy.url });
  onTestFinished(() => client.destroy());
  return { proxy, ledger, direct: createDynamoLedger({ client: dynamo.client, table, clock }), table, clock };
}

const at = Date.UTC(2026, 10, 21, 9);
const key = operationKey(idOf(1));
const tombstone: TombstoneRecord = {
  kind: "tombstone",
  v: 1,
  id: idOf(1),
  nonce: "n",
  contentHash: "0".repeat(64),
  outcome: "failed",
  endedAt: at,
  retainUntil: at + 400 * 86_400_000,
};
const deadLetter: DeadLetterRecord = {
  kind: "dead-letter",
  v: 1,
  id: "m1",
  nonce: "n",
  queue: "inbox",
  body: "{}",
  cause: "c",
  receives: 5,
  at,
  verdict: "expired",
  retainUntil: at + 86_400_000,
};

describe("an item", () => {
  test("has key, version, schema version and the record as plain text, when that fits into one write unit", () => {
    const item = itemOf("turn/a", turnOf("a"), at);
    expect(Object.keys(item).sort()).toEqual(["key", "nonce", "part", "record", "v"]);
    expect(item["record"]?.S).toBe(JSON.stringify(turnOf("a")));
    expect(item["v"]).toEqual({ N: "1" });
    expect(storedOf(item)).toEqual({ key: "turn/a", record: turnOf("a"), version: "nonce-1" });
  });

  test("has the record packed when it would take more than one unit", () => {
    const record = operationOf(1, { history: Array(20).fill({ at, what: "poll", step: "poll-operation" }) });
    const item = itemOf(key, record, at);
    expect(item["record"]?.B).toBeDefined();
    expect(itemBytes(item)).toBeLessThan(1024);
    expect(storedOf(item).record).toEqual(record);
  });

  test("may be removed by DynamoDB only long after the sweep should have, and never when it is an operation", () => {
    const expiryOf = (record: LedgerRecord, now = at) => {
      const text = itemOf(key, record, now)["expiresAt"]?.N;
      return text === undefined ? undefined : Number(text) * 1000;
    };
    expect(expiryMarginMs).toBeGreaterThanOrEqual(30 * 86_400_000);
    expect(expiryOf(tombstone)).toBe(tombstone.retainUntil + expiryMarginMs);
    expect(expiryOf(deadLetter)).toBe(deadLetter.retainUntil + expiryMarginMs);
    const late = deadLetter.retainUntil + 500 * 86_400_000;
    expect(expiryOf(deadLetter, late)).toBe(late + expiryMarginMs);
    const ended = { state: "ended", outcome: "succeeded", retainUntil: at } as const;
    for (const record of [operationOf(1), operationOf(1, { wakeAt: at }), operationOf(1, ended), turnOf("a")]) {
      expect(expiryOf(record)).toBeUndefined();
    }
  });

  test("is refused before it is sent when it is too large, has no usable key or holds a secret", async () => {
    const { ledger, proxy } = await opened();
    const large = operationOf(1, { reason: "é".repeat(limits.itemBytes / 2) });
    await expect(ledger.create(key, large)).rejects.toMatchObject({ name: "InvalidInputError", code: "too-large" });
    await expect(ledger.create(key, large)).rejects.toThrow(`at most ${limits.itemBytes} bytes under ${key}`);
    for (const bad of ["", "turn/\ud800", `turn/${"x".repeat(1016)}`]) {
      await expect(ledger.create(bad, turnOf("a"))).rejects.toHaveProperty("code", "invalid-key");
    }
    const secretive = { ...operationOf(1), result: { key: new Secret("abc") } } as unknown as OperationRecord;
    await expect(ledger.create(key, secretive)).rejects.toThrow(TypeError);
    expect(proxy.log).toEqual([]);
  });
});

describe("packing", () => {
  test("keeps every character, with dictionaries that never change", () => {
    for (const text of ["", "{}", '{"a":"\u{1F40E}\u2028"}', "x".repeat(60_000)]) expect(unpack(pack(text))).toBe(text);
    const hashes = Object.entries(dictionaries).map(([number, bytes]) => [
      number,
      createHash("sha256").update(bytes).digest("hex").slice(0, 16),
    ]);
    expect(hashes).toEqual([["1", "37bcba702e4df4a3"]]);
    expect(() => unpack(Buffer.from([9, 1, 2]))).toThrow(
      "Expected a record packed with a known dictionary, got number 9",
    );
  });
});

describe("places", () => {
  test("to wake up stay the same within a quarter of an hour, and are never later than the time", () => {
    const slotOf = (wakeAt: number) => duePlaceOf(key, operationOf(1, { wakeAt }))?.slot;
    const start = Math.floor(at / dueSlotMs) * dueSlotMs;
    expect([0, 1, dueSlotMs - 1].map((ms) => slotOf(start + ms))).toEqual([start, start, start]);
    expect(slotOf(start + dueSlotMs)).toBe(start + dueSlotMs);
    expect(duePlaceOf(key, tombstone)?.slot).toBe(tombstone.retainUntil);
  });

  test("in lists never change while the operation lives", () => {
    const active = listPlaceOf(key, operationOf(1));
    const ended = listPlaceOf(key, operationOf(1, { state: "ended", outcome: "succeeded", nonce: "other", n: 9 }));
    expect(ended).toEqual({ shard: active?.shard, at: active?.at });
    expect(listPlaceOf(key, operationOf(1, { state: "ended", outcome: "unknown" }))?.statusShard).toMatch(/^unknown\//);
    expect(listPlaceOf(key, tombstone)).toBeUndefined();
  });

  test("spread what is written over all shards", () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => operationIdOf("/test", String(index)));
    const counted = (place: (key: string, record: OperationRecord) => string | undefined) => {
      const counts = new Map<string | undefined, number>();
      for (const id of ids) {
        const shard = place(operationKey(id), operationOf(1, { id, wakeAt: at }));
        counts.set(shard, (counts.get(shard) ?? 0) + 1);
      }
      return { shards: counts.size, largest: Math.max(...counts.values()) / ids.length };
    };
    expect(counted(partOf).shards).toBe(32);
    expect(counted(partOf).largest).toBeLessThan(0.06);
    expect(counted((one, record) => duePlaceOf(one, record)?.shard)).toMatchObject({ shards: 8 });
    expect(counted((one, record) => duePlaceOf(one, record)?.shard).largest).toBeLessThan(0.16);
    expect(counted((one, record) => listPlaceOf(one, record)?.statusShard)).toMatchObject({ shards: 4 });
    expect(counted((one, record) => listPlaceOf(one, record)?.statusShard).largest).toBeLessThan(0.3);
  });

  test("of a key are found by every prefix that names its kind", () => {
    for (const one of [key, "operation/", "operation/9", "operation/ä", "turn/a/b", "dead-letter/m1", "x/y", "/z"]) {
      for (let length = one.indexOf("/") + 1; length <= one.length; length += 1) {
        expect(partsOf(one.slice(0, length))).toContain(partOf(one));
      }
    }
    expect(partsOf("operation/abcdefgh")).toHaveLength(1);
    expect(() => partsOf("turn")).toThrow(
      'Expected a prefix that names the kind of record, such as dead-letter/, got "turn"',
    );
  });
});

describe("the table", () => {
  test("is created as it is described: on demand, with indexes that hold keys only", async () => {
    const name = await dynamo.newTable();
    const { Table } = await dynamo.client.send(new DescribeTableCommand({ TableName: name }));
    expect(Table?.BillingModeSummary?.BillingMode).toBe("PAY_PER_REQUEST");
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual([
      "created",
      "due",
      "parent",
      "status",
    ]);
    expect(Table?.GlobalSecondaryIndexes?.every(({ Projection }) => Projection?.ProjectionType === "KEYS_ONLY")).toBe(
      true,
    );
    const { create, timeToLive, pointInTimeRecovery } = tableDefinition(name);
    expect(timeToLive).toEqual({ AttributeName: attributes.expiresAt, Enabled: true });
    expect(pointInTimeRecovery).toEqual({ PointInTimeRecoveryEnabled: true });
    const keys = new Set(
      [create, ...(create.GlobalSecondaryIndexes ?? [])].flatMap(({ KeySchema = [] }) =>
        KeySchema.map((one) => one.AttributeName),
      ),
    );
    expect(create.AttributeDefinitions?.map((one) => one.AttributeName).sort()).toEqual([...keys].sort());
    expect([...keys].every((one) => Object.values<string | undefined>(attributes).includes(one))).toBe(true);
  });
});

describe("requests", () => {
  test("of a sweep that finds nothing are one for each shard, and rows are looked at only in the quarter that goes on", async () => {
    const { ledger, proxy, direct } = await opened();
    const start = Math.floor(at / dueSlotMs) * dueSlotMs;
    for (let index = 0; index < 10; index += 1) {
      await direct.create(operationKey(idOf(index)), operationOf(index, { wakeAt: start + 60_000 + index }));
      const ended = { state: "ended", outcome: "succeeded", retainUntil: start + 30_001 + index } as const;
      await direct.create(operationKey(idOf(100 + index)), operationOf(100 + index, ended));
    }
    expect(await ledger.due(start - 1, 100)).toEqual([]);
    expect(proxy.log.map(({ operation }) => operation)).toEqual(Array(8).fill("Query"));
    proxy.clearLog();
    expect(await ledger.due(start + 30_005, 100)).toHaveLength(5);
    const looked = proxy.log.filter(({ operation }) => operation === "BatchGetItem");
    expect(looked).toHaveLength(1);
    expect(looked[0]?.body.match(/operation\/x{40}/g)).toHaveLength(10);
    const numbers = [...Array(10).keys()];
    const inOrder = [...numbers.map((index) => 100 + index), ...numbers].map((number) => operationKey(idOf(number)));
    expect(await ledger.due(start + 60_009, 3)).toEqual(inOrder.slice(0, 3));
    expect(await ledger.due(start + 60_009, 100)).toEqual(inOrder);
  });

  test("of a page have a bound, also when nothing fits, and the page says where to go on", async () => {
    const { ledger, proxy, direct } = await opened();
    const { request } = operationOf(0);
    const wanted = { ...request, labels: { team: "hvac" } };
    const records = Array.from({ length: 640 }, (_, index) =>
      operationOf(index, index === 3 ? { request: wanted } : {}),
    );
    for (let index = 0; index < records.length; index += 40) {
      await Promise.all(
        records.slice(index, index + 40).map((record) => direct.create(operationKey(record.id), record)),
      );
    }
    const filter = { label: { name: "team", value: "hvac" } };
    const first = await ledger.listOperations(filter, 20);
    expect(first.items).toEqual([]);
    expect(first.cursor).toBeDefined();
    expect(proxy.log.length).toBeLessThan(80);
    expect(await listed(ledger, filter, 20)).toEqual([operationKey(idOf(3))]);
    proxy.clearLog();
    expect((await ledger.listOperations({}, 20)).items.map((item) => item.key)[19]).toBe(operationKey(idOf(620)));
    expect(proxy.log.map(({ operation }) => operation).sort()).toEqual(["BatchGetItem", ...Array(4).fill("Query")]);
    proxy.clearLog();
    expect(await ledger.listOperations({ connection: "other" }, 20)).toEqual({ items: [] });
    expect(proxy.log.filter(({ operation }) => operation === "BatchGetItem")).toEqual([]);
    proxy.clearLog();
    await ledger.listByPrefix(operationKey(idOf(1)).slice(0, 30), 2);
    expect(proxy.log).toHaveLength(1);
    expect(JSON.parse(proxy.log[0]?.body ?? "")).toMatchObject({ ConsistentRead: true });
  });

  test("of a prefix answer in the order of bytes, as the table has it", async () => {
    const { ledger } = await opened();
    const names = ["\uffee", "\u{1F40E}"].flatMap((first) => [..."abcdef"].map((second) => `turn/${first}${second}`));
    for (const name of names) await ledger.create(name, turnOf(name));
    expect((await ledger.listByPrefix("turn/", 100)).items.map((item) => item.key)).toEqual(names);
  });

  test("under keys that cannot be find nothing", async () => {
    const { ledger, proxy } = await opened();
    for (const bad of ["", "dead-letter/\ud800", `dead-letter/${"x".repeat(2_000)}`]) {
      expect(await ledger.read(bad)).toBeUndefined();
      expect(await ledger.remove(bad, "n")).toBe(false);
      if (bad !== "") expect(await ledger.listByPrefix(bad, 10)).toEqual({ items: [] });
    }
    expect(await ledger.listByPrefix("turn/", 10, "turn/\u{10FFFF}x")).toEqual({ items: [] });
    expect(proxy.log).toEqual([]);
    const longest = `turn/${"x".repeat(1015)}`;
    for (const one of [longest.slice(0, -1), longest]) await ledger.create(one, turnOf("a"));
    const first = await ledger.listByPrefix(longest.slice(0, -1), 1);
    expect((await ledger.listByPrefix(longest.slice(0, -1), 1, first.cursor)).items[0]?.key).toBe(longest);
    expect((await ledger.listByPrefix(longest, 10)).items).toHaveLength(1);
  });

  test("with what no page before has given are refused", async () => {
    const { ledger } = await opened();
    for (const cursor of ["", "x", "9", "00", "-1"]) {
      await expect(ledger.listOperations({}, 1, cursor)).rejects.toHaveProperty("code", "invalid-cursor");
      await expect(ledger.listByPrefix("turn/", 1, cursor)).rejects.toHaveProperty("code", "invalid-cursor");
    }
    await expect(ledger.listByPrefix("turn", 1)).rejects.toHaveProperty("code", "invalid-prefix");
  });
});

describe("an index that lags behind", () => {
  const entry = (name: string, about: object) => ({ part: { S: partOf(name) }, key: { S: name }, ...about });
  const answer = (entries: readonly object[]) =>
    ({ kind: "answer", status: 200, body: JSON.stringify({ Items: entries, Count: entries.length }) }) as const;

  test("makes nothing due that is not, and nothing due twice", async () => {
    const { ledger, direct, proxy } = await opened();
    const start = Math.floor(at / dueSlotMs) * dueSlotMs;
    await direct.create(key, operationOf(1, { wakeAt: start + 5_000 }));
    const gone = operationKey(idOf(2));
    const slots = [start - dueSlotMs, start].map((slot) => ({ dueShard: { S: "0" }, dueSlot: { N: String(slot) } }));
    const stale = [entry(gone, slots[0] ?? {}), ...slots.map((slot) => entry(key, slot))];
    proxy.on(byTarget("Query"), answer(stale));
    expect(await ledger.due(start + 4_999, 10)).toEqual([]);
    const both = duePlaceOf(key, operationOf(1, { wakeAt: start }))?.shard;
    proxy.on(({ operation, body }) => operation === "Query" && body.includes(`{"S":"${both}"}`), answer(stale));
    expect(await ledger.due(start + 5_000, 10)).toEqual([key]);
  });

  test("lists nothing that has become a tombstone or stands elsewhere", async () => {
    const { ledger, direct, proxy } = await opened();
    const version = (await direct.create(key, operationOf(1))) ?? "";
    const { shard, at: listAt } = listPlaceOf(key, operationOf(1)) ?? { shard: "", at: "" };
    const old = entry(key, { listAt: { S: `${"0".repeat(15)}.x.000000` } });
    const lagging = answer([entry(key, { listAt: { S: listAt } }), old]);
    const ofShard = ({ body }: ProxiedRequest) => body.includes(`":partition":{"S":"${shard}"}`);
    proxy.on(ofShard, lagging, { times: 2 });
    expect((await ledger.listOperations({}, 10)).items).toHaveLength(1);
    await direct.write(key, tombstone, version);
    expect((await ledger.listOperations({}, 10)).items).toEqual([]);
  });
});
