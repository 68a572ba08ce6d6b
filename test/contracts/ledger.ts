import { describe, expect, onTestFinished, test } from "vitest";
import type { Outcome } from "../../lib/contracts/event.ts";
import { limits } from "../../lib/contracts/limits.ts";
import {
  type DeadLetterRecord,
  deadLetterKey,
  type OperationRecord,
  operationKey,
  type TombstoneRecord,
  type TurnRecord,
} from "../../lib/contracts/operation.ts";
import type { Ledger, OperationFilter } from "../../lib/contracts/ports.ts";

export interface LedgerUnderTest {
  /** Empty. */
  readonly ledger: Ledger;
  close(): Promise<void>;
}

const createdFirst = Date.UTC(2026, 10, 21, 9);

/** An operation's id that is easy to read in a failure: the number, padded with letters of the alphabet. */
export function idOf(number: number): string {
  const digits = String(number).replaceAll(/[0189]/g, (digit) => "abgh"["0189".indexOf(digit)] ?? "a");
  return digits.padStart(52, "x");
}

export function operationOf(number: number, about: Partial<OperationRecord> = {}): OperationRecord {
  const createdAt = createdFirst + number;
  return {
    kind: "operation",
    v: 1,
    id: idOf(number),
    nonce: `nonce-${number}`,
    contentHash: "0".repeat(64),
    request: {
      source: "/ci/hvac",
      id: `release-${number}`,
      type: "drover.azure-sphere.deploy",
      connection: "sphere-prod",
      deadlineMs: 60_000,
      labels: {},
      fields: {
        deviceGroupId: "c4b1067f-0000-4000-8000-000000000000",
        images: ["985453bb-0000-4000-8000-000000000000"],
      },
    },
    requestedBy: "ci",
    state: "active",
    step: "start-deployment",
    seq: 1,
    stepSince: createdAt,
    n: 0,
    intents: {},
    history: [{ at: createdAt, what: "accepted" }],
    outbox: [],
    createdAt,
    updatedAt: createdAt,
    sweeps: 0,
    deadline: createdAt + 60_000,
    ...about,
  };
}

function endedOf(number: number, outcome: Outcome, about: Partial<OperationRecord> = {}): OperationRecord {
  return operationOf(number, { state: "ended", outcome, endedAt: createdFirst + number, ...about });
}

export function tombstoneOf(number: number, retainUntil: number): TombstoneRecord {
  return {
    kind: "tombstone",
    v: 1,
    id: idOf(number),
    nonce: `nonce-${number}`,
    contentHash: "0".repeat(64),
    outcome: "succeeded",
    endedAt: createdFirst,
    retainUntil,
  };
}

export function turnOf(resource: string, k = 1): TurnRecord {
  return {
    kind: "turn",
    v: 1,
    resource,
    nonce: `nonce-${k}`,
    capacity: 1,
    holders: [{ operation: idOf(1), k }],
    line: [],
  };
}

function deadLetterOf(id: string, retainUntil: number): DeadLetterRecord {
  return {
    kind: "dead-letter",
    v: 1,
    id,
    nonce: "nonce",
    queue: "poll-operation",
    body: "{}",
    cause: "broken",
    receives: 5,
    at: createdFirst,
    verdict: "needs-decision",
    retainUntil,
  };
}

/** All pages, each of at most `limit`. */
export async function listed(ledger: Ledger, filter: OperationFilter, limit = 100): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.listOperations(filter, limit, cursor);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    keys.push(...page.items.map((item) => item.key));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return keys;
}

async function listedByPrefix(ledger: Ledger, prefix: string, limit: number): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.listByPrefix(prefix, limit, cursor);
    keys.push(...page.items.map((item) => item.key));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return keys;
}

const keysOf = (...numbers: number[]) => numbers.map((number) => operationKey(idOf(number)));

/** What every ledger promises. */
export function describeLedger(platform: string, open: () => Promise<LedgerUnderTest>): void {
  async function openLedger(): Promise<Ledger> {
    const { ledger, close } = await open();
    onTestFinished(close);
    return ledger;
  }
  async function created(ledger: Ledger, ...records: OperationRecord[]): Promise<void> {
    for (const record of records) expect(await ledger.create(operationKey(record.id), record)).toBeDefined();
  }

  describe(`ledger on ${platform}`, () => {
    test("creates a record under a free key and refuses a taken one", async () => {
      const ledger = await openLedger();
      const version = await ledger.create("turn/a", turnOf("a"));
      expect(version).toBeDefined();
      expect(await ledger.create("turn/a", turnOf("a", 2))).toBeUndefined();
      expect(await ledger.read("turn/a")).toEqual({ key: "turn/a", record: turnOf("a"), version });
    });

    test("answers undefined for a key that nobody created", async () => {
      const ledger = await openLedger();
      expect(await ledger.read("turn/absent")).toBeUndefined();
      expect(await ledger.write("turn/absent", turnOf("absent"), "1")).toBeUndefined();
      expect(await ledger.remove("turn/absent", "1")).toBe(false);
    });

    test("replaces a record only while its version is the expected one", async () => {
      const ledger = await openLedger();
      const first = (await ledger.create("turn/a", turnOf("a"))) ?? "";
      const second = (await ledger.write("turn/a", turnOf("a", 2), first)) ?? "";
      expect(second).not.toBe(first);
      expect(await ledger.write("turn/a", turnOf("a", 3), first)).toBeUndefined();
      expect(await ledger.read("turn/a")).toEqual({ key: "turn/a", record: turnOf("a", 2), version: second });
    });

    test("lets one of many writers of the same version win", async () => {
      const ledger = await openLedger();
      const version = (await ledger.create("turn/a", turnOf("a"))) ?? "";
      const writers = Array.from({ length: 20 }, (_, index) => index + 2);
      const answers = await Promise.all(writers.map((k) => ledger.write("turn/a", turnOf("a", k), version)));
      const winners = writers.filter((_, index) => answers[index] !== undefined);
      expect(winners).toHaveLength(1);
      expect((await ledger.read("turn/a"))?.record).toEqual(turnOf("a", winners[0]));
    });

    test("lets one of many creators of the same key win", async () => {
      const ledger = await openLedger();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => ledger.create("turn/a", turnOf("a", index))),
      );
      expect(answers.filter((version) => version !== undefined)).toHaveLength(1);
    });

    test("removes a record only while its version is the expected one", async () => {
      const ledger = await openLedger();
      const first = (await ledger.create("turn/a", turnOf("a"))) ?? "";
      const second = (await ledger.write("turn/a", turnOf("a", 2), first)) ?? "";
      expect(await ledger.remove("turn/a", first)).toBe(false);
      expect(await ledger.remove("turn/a", second)).toBe(true);
      expect(await ledger.remove("turn/a", second)).toBe(false);
      expect(await ledger.read("turn/a")).toBeUndefined();
    });

    test("takes a removed key again, and no version of before", async () => {
      const ledger = await openLedger();
      const before = (await ledger.create("turn/a", turnOf("a"))) ?? "";
      await ledger.remove("turn/a", before);
      expect(await ledger.create("turn/a", turnOf("a", 2))).toBeDefined();
      expect(await ledger.write("turn/a", turnOf("a", 3), before)).toBeUndefined();
      expect((await ledger.read("turn/a"))?.record).toEqual(turnOf("a", 2));
    });

    test("keeps every character of a record", async () => {
      const ledger = await openLedger();
      const record = operationOf(1, {
        reason: 'quotes " and \\ and \0 and \u2028 and \u{1F40E} and é',
        wakeAt: 0.5 + createdFirst,
      });
      await created(ledger, record);
      expect((await ledger.read(operationKey(record.id)))?.record).toEqual(record);
    });

    test("refuses a record above the limit and stores nothing of it", async () => {
      const ledger = await openLedger();
      const large = operationOf(1, { reason: "x".repeat(limits.itemBytes) });
      const key = operationKey(large.id);
      await expect(ledger.create(key, large)).rejects.toHaveProperty("code", "too-large");
      expect(await ledger.read(key)).toBeUndefined();
      const version = (await ledger.create(key, operationOf(1))) ?? "";
      await expect(ledger.write(key, large, version)).rejects.toHaveProperty("code", "too-large");
      expect(await ledger.read(key)).toEqual({ key, record: operationOf(1), version });
    });

    test("stores a record just below the limit", async () => {
      const ledger = await openLedger();
      const room = limits.itemBytes - Buffer.byteLength(JSON.stringify(operationOf(1, { reason: "" })));
      const record = operationOf(1, { reason: "x".repeat(room - 256) });
      await created(ledger, record);
      expect((await ledger.read(operationKey(record.id)))?.record).toEqual(record);
    });

    test("answers after durable() what was written before it", async () => {
      const ledger = await openLedger();
      await created(ledger, operationOf(1));
      await ledger.durable();
      await ledger.durable();
      expect((await ledger.read(operationKey(idOf(1))))?.record).toEqual(operationOf(1));
    });
  });

  describe(`what is due in the ledger on ${platform}`, () => {
    test("comes with the most overdue first, up to the limit", async () => {
      const ledger = await openLedger();
      await created(ledger, ...[3, 1, 2, 4].map((number) => operationOf(number, { wakeAt: 1000 * number })));
      expect(await ledger.due(3000, 10)).toEqual(keysOf(1, 2, 3));
      expect(await ledger.due(3000, 2)).toEqual(keysOf(1, 2));
      expect(await ledger.due(999, 10)).toEqual([]);
    });

    test("leaves out what has no time to wake up", async () => {
      const ledger = await openLedger();
      await created(ledger, operationOf(1), operationOf(2, { wakeAt: 1000 }));
      await ledger.create("turn/a", turnOf("a"));
      expect(await ledger.due(Number.MAX_SAFE_INTEGER, 10)).toEqual(keysOf(2));
    });

    test("follows every write", async () => {
      const ledger = await openLedger();
      const key = operationKey(idOf(1));
      const first = (await ledger.create(key, operationOf(1, { wakeAt: 1000 }))) ?? "";
      const second = (await ledger.write(key, operationOf(1, { wakeAt: 5000 }), first)) ?? "";
      expect(await ledger.due(4999, 10)).toEqual([]);
      expect(await ledger.due(5000, 10)).toEqual([key]);
      const third = (await ledger.write(key, endedOf(1, "succeeded", { retainUntil: 9000 }), second)) ?? "";
      expect(await ledger.due(8999, 10)).toEqual([]);
      expect(await ledger.due(9000, 10)).toEqual([key]);
      await ledger.remove(key, third);
      expect(await ledger.due(9000, 10)).toEqual([]);
    });

    test("has tombstones and dead letters whose retention is over", async () => {
      const ledger = await openLedger();
      await ledger.create(operationKey(idOf(1)), tombstoneOf(1, 2000));
      await ledger.create(deadLetterKey("m1"), deadLetterOf("m1", 1000));
      expect(await ledger.due(2000, 10)).toEqual([deadLetterKey("m1"), operationKey(idOf(1))]);
    });
  });

  describe(`lists of the ledger on ${platform}`, () => {
    test("have the newest operation first and nothing but operations", async () => {
      const ledger = await openLedger();
      await created(ledger, operationOf(2), operationOf(3), operationOf(1));
      await ledger.create(operationKey(idOf(4)), tombstoneOf(4, 1000));
      await ledger.create("turn/a", turnOf("a"));
      expect(await listed(ledger, {})).toEqual(keysOf(3, 2, 1));
    });

    test("filter by state, outcome, type, connection, parent and label", async () => {
      const ledger = await openLedger();
      const { request } = operationOf(0);
      await created(
        ledger,
        operationOf(1),
        endedOf(2, "succeeded"),
        endedOf(3, "unknown"),
        endedOf(4, "succeeded", { parent: idOf(1) }),
        operationOf(5, { parent: idOf(1), request: { ...request, connection: "sphere-test" } }),
        endedOf(6, "failed", { request: { ...request, labels: { team: "hvac", "a.b-c": "x" } } }),
      );
      expect(await listed(ledger, { state: "active" })).toEqual(keysOf(5, 1));
      expect(await listed(ledger, { state: "ended" })).toEqual(keysOf(6, 4, 3, 2));
      expect(await listed(ledger, { outcome: "succeeded" })).toEqual(keysOf(4, 2));
      expect(await listed(ledger, { outcome: "unknown" })).toEqual(keysOf(3));
      expect(await listed(ledger, { type: "drover.azure-sphere.deploy", state: "active" })).toEqual(keysOf(5, 1));
      expect(await listed(ledger, { type: "drover.heat.deploy" })).toEqual([]);
      expect(await listed(ledger, { connection: "sphere-test" })).toEqual(keysOf(5));
      expect(await listed(ledger, { parent: idOf(1) })).toEqual(keysOf(5, 4));
      expect(await listed(ledger, { parent: idOf(1), outcome: "succeeded" })).toEqual(keysOf(4));
      expect(await listed(ledger, { label: { name: "a.b-c", value: "x" } })).toEqual(keysOf(6));
      expect(await listed(ledger, { label: { name: "team", value: "other" } })).toEqual([]);
      expect(await listed(ledger, { outcome: "succeeded", state: "active" })).toEqual([]);
    });

    test("follow every write", async () => {
      const ledger = await openLedger();
      const key = operationKey(idOf(1));
      const first = (await ledger.create(key, operationOf(1))) ?? "";
      expect(await listed(ledger, { state: "active" })).toEqual([key]);
      const second = (await ledger.write(key, endedOf(1, "failed"), first)) ?? "";
      expect(await listed(ledger, { state: "active" })).toEqual([]);
      expect(await listed(ledger, { outcome: "failed" })).toEqual([key]);
      await ledger.write(key, tombstoneOf(1, 1000), second);
      expect(await listed(ledger, {})).toEqual([]);
    });

    test("come in pages that miss and repeat nothing while operations are added and removed", async () => {
      const ledger = await openLedger();
      await created(
        ledger,
        ...Array.from({ length: 12 }, (_, index) => operationOf(index % 4, { id: idOf(100 + index) })),
      );
      const all = await listed(ledger, {});
      expect(all).toHaveLength(12);
      const first = await ledger.listOperations({}, 5);
      await created(ledger, operationOf(50));
      const gone = await ledger.read(all[1] ?? "");
      await ledger.remove(all[1] ?? "", gone?.version ?? "");
      const keys = first.items.map((item) => item.key);
      for (let cursor = first.cursor; cursor !== undefined; ) {
        const page = await ledger.listOperations({}, 5, cursor);
        keys.push(...page.items.map((item) => item.key));
        cursor = page.cursor;
      }
      expect(keys).toEqual(all);
    });

    test("have no cursor after the last operation", async () => {
      const ledger = await openLedger();
      await created(ledger, operationOf(1), operationOf(2));
      expect((await ledger.listOperations({}, 10)).cursor).toBeUndefined();
      expect(await ledger.listOperations({ state: "ended" }, 10)).toEqual({ items: [] });
    });

    test("of a prefix have the records in order of their keys, in pages", async () => {
      const ledger = await openLedger();
      for (const name of ["b", "c", "a", "d:1", "d:0"]) await ledger.create(`turn/${name}`, turnOf(name));
      await ledger.create("turm/x", turnOf("x"));
      await ledger.create("turo/x", turnOf("x"));
      await ledger.create(deadLetterKey("m1"), deadLetterOf("m1", 1000));
      const inOrder = ["turn/a", "turn/b", "turn/c", "turn/d:0", "turn/d:1"];
      expect(await listedByPrefix(ledger, "turn/", 2)).toEqual(inOrder);
      expect(await listedByPrefix(ledger, "turn/", 5)).toEqual(inOrder);
      expect(await listedByPrefix(ledger, "turn/d", 10)).toEqual(["turn/d:0", "turn/d:1"]);
      expect(await listedByPrefix(ledger, "connection/", 10)).toEqual([]);
      const [item] = (await ledger.listByPrefix(deadLetterKey(""), 10)).items;
      expect(item?.record).toEqual(deadLetterOf("m1", 1000));
    });
  });
}
