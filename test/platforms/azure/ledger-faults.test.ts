import { describe, expect, test } from "vitest";
import { operationKey } from "../../../lib/contracts/operation.ts";
import type { Version } from "../../../lib/contracts/ports.ts";
import { idOf, operationOf, turnOf } from "../../contracts/ledger.ts";
import type { ProxiedRequest } from "../aws/fault-proxy.ts";
import { lostAfter, lostBefore, refusedInJson, tablesBusy } from "./faults.ts";
import { impatience, shownBy, thrownBy } from "./patience.ts";
import { openTables, table } from "./tables.ts";

/** Requests that change a row of a record, not an entry of an index. */
const isRow = ({ method, path, body }: ProxiedRequest) =>
  method !== "GET" &&
  (decodeURIComponent(path).includes("PartitionKey='row.") || body.includes('"PartitionKey":"row.'));
const isEntry = (request: ProxiedRequest) => request.method !== "GET" && !isRow(request);
const hanging = { kind: "hang-after" } as const;

const key = operationKey(idOf(1));
const wakingAt = (wakeAt: number, nonce: string) => operationOf(1, { wakeAt, nonce });

/** Every record that wants the sweep has its entry: what was written before it, and nothing removed too early. */
async function expectSound({ emulator, ledger }: Awaited<ReturnType<typeof openTables>>) {
  const rows = emulator.rows(table).map(({ properties }) => properties);
  for (const row of rows.filter(({ PartitionKey }) => String(PartitionKey).startsWith("row."))) {
    const places = rows.map(({ PartitionKey, RowKey }) => `${PartitionKey} ${RowKey}`);
    if (row["due"] !== undefined) expect(places.some((place) => place.endsWith(` ${row["due"]}`))).toBe(true);
    if (row["list"] !== undefined) expect(places).toContain(`list.${row["status"]} ${row["list"]}`);
  }
  return ledger;
}

describe("a lost answer of the Tables ledger", () => {
  test.each([
    ["lost", lostAfter],
    ["too late", hanging],
  ])("of a write is recognised by the nonce when it is %s", async (_name, fault) => {
    const opened = await openTables(fault === hanging ? { requestTimeoutMs: 700 } : {});
    const { ledger, proxy } = opened;
    proxy.on(isRow, fault);
    const first = await ledger.create(key, wakingAt(1_000, "a"));
    expect(first).toBeDefined();
    proxy.on(isRow, fault);
    const second = await ledger.write(key, wakingAt(5_000_000, "b"), first ?? "");
    expect(second).toBeDefined();
    expect((await ledger.read(key))?.version).toBe(second);
    proxy.on(isRow, fault);
    expect(await ledger.remove(key, second ?? "")).toBe(true);
    expect(await ledger.read(key)).toBeUndefined();
    await expectSound(opened);
  });

  test("of every attempt is recognised when the caller asks again", async () => {
    const opened = await openTables();
    const { ledger, proxy } = opened;
    proxy.on(isRow, lostAfter, { times: 3 });
    await expect(ledger.create(key, wakingAt(1_000, "a"))).rejects.toMatchObject({ code: "connection-lost" });
    const first = await ledger.create(key, wakingAt(1_000, "a"));
    expect(first).toBe((await ledger.read(key))?.version);
    proxy.on(isRow, lostAfter, { times: 3 });
    await expect(ledger.write(key, wakingAt(9_000_000, "b"), first ?? "")).rejects.toThrow("Expected the table");
    const second = await ledger.write(key, wakingAt(9_000_000, "b"), first ?? "");
    expect(second).toBe((await ledger.read(key))?.version);
    expect(await ledger.due(9_000_000, 10)).toEqual([key]);
    // Only the entries of what stands there are left.
    expect(opened.emulator.rows(table)).toHaveLength(3);
    await expectSound(opened);
  });

  test("is no success when somebody else has written since", async () => {
    const opened = await openTables();
    const { ledger, direct, proxy } = opened;
    const first = (await ledger.create(key, wakingAt(1_000, "a"))) ?? "";
    proxy.on(isRow, lostBefore);
    const other = await direct.write(key, wakingAt(1_000, "other"), first);
    expect(await ledger.write(key, wakingAt(2_000, "b"), first)).toBeUndefined();
    expect((await direct.read(key))?.version).toBe(other);
    await expectSound(opened);
  });

  test("of a write over which another has written leaves that one its entry by time", async () => {
    const opened = await openTables({ persistence: impatience(2) });
    const { ledger, direct, proxy } = opened;
    const first = (await ledger.create(key, wakingAt(1_000, "a"))) ?? "";
    // Ours lands unheard; before we ask again, another goes on from it and keeps the entry that we filed.
    proxy.on(isRow, lostAfter, { times: 2 });
    await expect(ledger.write(key, wakingAt(9_000_000, "b"), first)).rejects.toThrow();
    const ours = await direct.read(key);
    expect(await direct.write(key, wakingAt(9_000_100, "c"), ours?.version ?? "")).toBeDefined();
    expect(await ledger.write(key, wakingAt(9_000_000, "b"), first)).toBeUndefined();
    await expectSound(opened);
    expect(await direct.due(9_000_100, 10)).toEqual([key]);
  });

  test("of a removal that did not arrive is no removal", async () => {
    const { ledger, direct, proxy } = await openTables();
    const first = (await ledger.create("turn/a", turnOf("a"))) ?? "";
    proxy.on(isRow, lostBefore);
    expect(await ledger.remove("turn/a", first)).toBe(true);
    const again = (await ledger.create("turn/a", turnOf("a", 2))) ?? "";
    const changed = await direct.write("turn/a", turnOf("a", 3), again);
    proxy.on(isRow, lostBefore);
    expect(await ledger.remove("turn/a", again)).toBe(false);
    expect((await direct.read("turn/a"))?.version).toBe(changed);
  });
});

describe("a crash of the Tables ledger", () => {
  const writes: readonly (readonly [string, (version: Version) => { record: ReturnType<typeof operationOf> }])[] = [
    ["a later wake-up", () => ({ record: wakingAt(90_000_000, "b") })],
    ["an earlier wake-up", () => ({ record: wakingAt(10, "b") })],
    [
      "an end",
      () => ({ record: operationOf(1, { nonce: "b", state: "ended", outcome: "failed", retainUntil: 90_000_000 }) }),
    ],
  ];

  test.each(writes)("between any two requests of %s strands nothing", async (_name, next) => {
    for (let lasts = 0; lasts < 8; lasts += 1) {
      const opened = await openTables({ persistence: impatience(1) });
      const { ledger, direct, proxy, clock } = opened;
      const first = (await ledger.create(key, wakingAt(1_000, "a"))) ?? "";
      proxy.on(() => true, lostBefore, { times: Number.POSITIVE_INFINITY, skip: lasts });
      const { record } = next(first);
      await ledger.write(key, record, first).catch(() => undefined);
      await expectSound(opened);
      const stands = await direct.read(key);
      const due = stands?.record.kind === "operation" ? (stands.record.wakeAt ?? stands.record.retainUntil) : 0;
      expect(await direct.due(due ?? 0, 10)).toEqual([key]);
      expect((await direct.listOperations({}, 10)).items.map((item) => item.key)).toEqual([key]);
      // What no record stands behind is cleared away, once nobody can be about to need it.
      clock.pass(3_600_000);
      await direct.due(100_000_000, 10);
      await direct.listOperations({}, 10);
      expect(opened.emulator.rows(table)).toHaveLength(3);
      await expectSound(opened);
    }
  });

  test("between any two requests of a creation strands nothing, and of a removal leaves nothing due", async () => {
    for (let lasts = 0; lasts < 5; lasts += 1) {
      const opened = await openTables({ persistence: impatience(1) });
      const { ledger, direct, proxy, clock } = opened;
      const rule = proxy.on(() => true, lostBefore, { times: Number.POSITIVE_INFINITY, skip: lasts });
      await ledger.create(key, wakingAt(1_000, "a")).catch(() => undefined);
      rule.remove();
      await expectSound(opened);
      const stands = await direct.read(key);
      expect(await direct.due(1_000, 10)).toEqual(stands ? [key] : []);
      const version = stands?.version ?? (await direct.create(key, wakingAt(1_000, "a"))) ?? "";
      const other = proxy.on(() => true, lostBefore, { times: Number.POSITIVE_INFINITY, skip: lasts });
      await ledger.remove(key, version).catch(() => undefined);
      other.remove();
      if (lasts > 0) expect(await direct.due(1_000, 10)).toEqual([]);
      await expectSound(opened);
      clock.pass(3_600_000);
      await direct.due(1_000, 10);
      await direct.listOperations({}, 10);
      expect(opened.emulator.rows(table)).toHaveLength(lasts > 0 ? 0 : 3);
    }
  });

  test("leaves the entry of a write that is still on its way", async () => {
    const opened = await openTables({ persistence: impatience(1) });
    const { ledger, direct, proxy, clock } = opened;
    const first = (await ledger.create(key, wakingAt(9_000_000, "a"))) ?? "";
    const rule = proxy.on(isRow, { kind: "delay", ms: 150 });
    const onItsWay = ledger.write(key, wakingAt(1_000, "b"), first);
    while (rule.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.pass(600_000);
    expect(await direct.due(1_000, 10)).toEqual([]);
    await onItsWay;
    expect(await direct.due(1_000, 10)).toEqual([key]);
    await expectSound(opened);
  });
});

describe("an index of the Tables ledger", () => {
  test("is not written before the entry of a record could be filed", async () => {
    const { ledger, proxy, emulator } = await openTables({ persistence: impatience(1) });
    proxy.on(isEntry, tablesBusy, { times: 99 });
    await expect(ledger.create(key, wakingAt(1_000, "a"))).rejects.toHaveProperty("code", "throttled");
    expect(emulator.rows(table)).toEqual([]);
  });

  test("keeps what others end at the same moment", async () => {
    const opened = await openTables();
    const { ledger, direct, proxy } = opened;
    const first = (await ledger.create(key, wakingAt(1_000, "a"))) ?? "";
    const second = (await direct.write(key, wakingAt(1_000, "c"), first)) ?? "";
    const ended = (nonce: string) => operationOf(1, { nonce, state: "ended", outcome: "failed", retainUntil: 2_000 });
    // One has filed its entry of the list and is about to write; another, who does not know of the second write, wants the same entry.
    const rule = proxy.on(isRow, { kind: "delay", ms: 150 });
    const ending = ledger.write(key, ended("d"), second);
    while (rule.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await direct.write(key, ended("b"), first)).toBeUndefined();
    expect(await ending).toBeDefined();
    await expectSound(opened);
    expect((await ledger.listOperations({ outcome: "failed" }, 10)).items).toHaveLength(1);
  });

  test("is not cleared of an entry that was filed again after it was looked at", async () => {
    const opened = await openTables();
    const { ledger, direct, proxy, clock } = opened;
    const first = (await direct.create(key, wakingAt(1_000, "a"))) ?? "";
    const ended = (nonce: string) => operationOf(1, { nonce, state: "ended", outcome: "failed", retainUntil: 2_000 });
    // A write that was given up has left its entry in the list of what failed.
    const crash = proxy.on(isRow, lostBefore, { times: 99 });
    await expect(ledger.write(key, ended("b"), first)).rejects.toThrow();
    crash.remove();
    clock.pass(3_600_000);
    // A list sees it as old; before it is cleared away, the operation does fail.
    const cleared = proxy.on(({ method }) => method === "DELETE", { kind: "delay", ms: 150 });
    const listing = ledger.listOperations({ outcome: "failed" }, 10);
    while (cleared.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await direct.write(key, ended("c"), first)).toBeDefined();
    await listing;
    await expectSound(opened);
    expect((await direct.listOperations({ outcome: "failed" }, 10)).items).toHaveLength(1);
  });

  test("clears away what an inbox message that came twice has filed", async () => {
    const opened = await openTables();
    await opened.ledger.create(key, wakingAt(1_000, "a"));
    expect(
      await opened.ledger.create(key, operationOf(1, { wakeAt: 2_000, nonce: "b", createdAt: 77 })),
    ).toBeUndefined();
    expect(opened.emulator.rows(table)).toHaveLength(3);
    await expectSound(opened);
  });
});

describe("failures of the Tables ledger", () => {
  const cases = [
    [tablesBusy, "RetryableError", "throttled", "none"],
    [refusedInJson(500, "InternalError"), "RetryableError", "provider-unavailable", "possible"],
    [refusedInJson(500, "OperationTimedOut"), "RetryableError", "provider-unavailable", "possible"],
    [lostBefore, "RetryableError", "connection-lost", "possible"],
    [hanging, "RetryableError", "timeout", "possible"],
    [refusedInJson(404, "TableNotFound"), "ConfigurationError", "place-missing", "none"],
    [refusedInJson(403, "AuthorizationFailure"), "UnauthorizedError", "unauthorized", "none"],
    [refusedInJson(409, "TableBeingDeleted"), "RetryableError", "provider-unavailable", "possible"],
    [refusedInJson(400, "EntityTooLarge"), "InvalidInputError", "refused-by-service", "none"],
    [{ kind: "answer", status: 200, body: "<html>" } as const, "RetryableError", undefined, "possible"],
  ] as const;

  test.each(cases)("%j is %s", async (fault, name, code, effect) => {
    const { ledger, direct, proxy } = await openTables(
      fault === hanging ? { requestTimeoutMs: 150, persistence: impatience(1) } : {},
    );
    const secretive = operationOf(1, { reason: "content-of-the-record" });
    const version = (await direct.create("turn/a", turnOf("a"))) ?? "";
    const calls = [
      () => ledger.read("turn/a"),
      () => ledger.due(1, 1),
      () => ledger.listOperations({}, 1),
      () => ledger.listByPrefix("turn/", 1),
      // An insert that is answered 200 with anything has been carried out.
      ...(fault.kind === "answer" && fault.status === 200
        ? []
        : [
            () => ledger.create(key, secretive),
            () => ledger.write("turn/a", turnOf("a", 2), version),
            () => ledger.remove("turn/a", version),
          ]),
    ];
    for (const call of calls) {
      const rule = proxy.on(() => true, fault, { times: 99 });
      const error = await thrownBy(call);
      rule.remove();
      expect(error).toMatchObject({ name, effect, ...(code === undefined ? {} : { code }) });
      expect(error.message).toMatch(new RegExp(`^Expected .*${table}.*[^.]$`));
      expect(error.cause).toBeUndefined();
      expect(shownBy(error)).not.toContain("content-of");
    }
  });

  test("are ridden out when they pass, with pauses that grow", async () => {
    const persistence = impatience(3);
    const { ledger, proxy } = await openTables({ persistence });
    proxy.on(() => true, tablesBusy, { times: 2 });
    expect(await ledger.create("turn/a", turnOf("a"))).toBeDefined();
    expect(persistence.pauses).toEqual([75, 150]);
    expect(proxy.log).toHaveLength(3);
  });
});
