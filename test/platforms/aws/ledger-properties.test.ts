import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outcomes } from "../../../lib/contracts/event.ts";
import {
  type DeadLetterRecord,
  deadLetterKey,
  type LedgerRecord,
  type OperationRecord,
  operationKey,
  type TombstoneRecord,
} from "../../../lib/contracts/operation.ts";
import type { OperationFilter, Version } from "../../../lib/contracts/ports.ts";
import { operationOf, turnOf } from "../../contracts/ledger.ts";
import { MemoryStore } from "../../simulation/memory-store.ts";
import { type Dynamo, openLedger, startDynamo } from "./dynalite.ts";

let dynamo: Dynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.close());

const ids = ["aaaa", "abaa", "b2aa", "c3aa", "77aa", "Zaaa", "x"].map((head) => head.padEnd(52, "q"));
const types = ["drover.azure-sphere.deploy", "drover.heat.deploy"] as const;
const minute = 60_000;

const times = fc.oneof(fc.integer({ min: 0, max: 120 * minute }), fc.constantFrom(0, 15 * minute, 30 * minute));

/** Records whose nonces come later: each write has its own. */
const operation = fc
  .record({
    id: fc.constantFrom(...ids),
    createdAt: fc.integer({ min: 0, max: 3 }),
    connection: fc.constantFrom("one", "two"),
    type: fc.constantFrom(...types),
    labels: fc.constantFrom({}, { team: "hvac" }),
    outcome: fc.option(fc.constantFrom(...outcomes), { nil: undefined }),
    wakeAt: fc.option(times, { nil: undefined }),
    retainUntil: fc.option(times, { nil: undefined }),
    parent: fc.option(fc.constantFrom(ids[0] ?? "", ids[1] ?? ""), { nil: undefined }),
    reason: fc.string({ unit: "binary", maxLength: 3000 }),
  })
  .map(({ id, type, connection, labels, outcome, ...about }): [string, LedgerRecord] => {
    const { request } = operationOf(1);
    const given = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
    const ended = outcome === undefined ? { state: "active" as const } : { state: "ended" as const, outcome };
    const record = operationOf(1, {
      ...given,
      ...ended,
      id,
      request: { ...request, type, connection, labels } as OperationRecord["request"],
    });
    return [operationKey(id), record];
  });

const others = fc.oneof(
  fc.tuple(fc.constantFrom(...ids), times).map(([id, retainUntil]): [string, LedgerRecord] => {
    const { contentHash, nonce } = operationOf(1);
    const tombstone: TombstoneRecord = {
      kind: "tombstone",
      v: 1,
      id,
      nonce,
      contentHash,
      outcome: "failed",
      endedAt: 1,
      retainUntil,
    };
    return [operationKey(id), tombstone];
  }),
  fc
    .constantFrom("a", "b", "ü", "\u{1F40E}", "\uffee", "a/b")
    .map((name): [string, LedgerRecord] => [`turn/${name}`, turnOf(name)]),
  fc.tuple(fc.constantFrom("m1", "m2"), times).map(([id, retainUntil]): [string, LedgerRecord] => {
    const letter: DeadLetterRecord = {
      kind: "dead-letter",
      v: 1,
      id,
      nonce: "",
      queue: "q",
      body: "{}",
      cause: "c",
      receives: 5,
      at: 1,
      verdict: "expired",
      retainUntil,
    };
    return [deadLetterKey(id), letter];
  }),
);

type Writing = "create" | "write" | "write-stale";
type Removing = "remove" | "remove-stale";
type Action =
  | { readonly kind: Writing; readonly key: string; readonly record: LedgerRecord }
  | { readonly kind: Removing; readonly key: string };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom<Writing>("create", "write", "write", "write-stale"),
      fc.oneof({ weight: 3, arbitrary: operation }, others),
    )
    .map(([kind, [key, record]]) => ({ kind, key, record })),
  fc
    .tuple(fc.constantFrom<Removing>("remove", "remove-stale"), fc.oneof(operation, others))
    .map(([kind, [key]]) => ({ kind, key })),
);

const filters: readonly OperationFilter[] = [
  {},
  { state: "active" },
  { state: "ended" },
  ...outcomes.map((outcome) => ({ outcome })),
  { type: types[0] },
  { connection: "two", state: "active" },
  { label: { name: "team", value: "hvac" } },
  { parent: ids[0] ?? "" },
  { parent: ids[1] ?? "", outcome: "failed" },
];

describe("the DynamoDB ledger", () => {
  test("answers as the ledger in memory does, whatever is asked of it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        async (actions, limit) => {
          const { ledger, close } = await openLedger(dynamo, { requestTimeoutMs: 30_000 });
          const memory = new MemoryStore();
          const known = new Map<string, { readonly ours: Version; readonly theirs: Version }>();
          let nonces = 0;
          for (const one of actions) {
            const { ours = "", theirs = "" } = known.get(one.key) ?? {};
            if (!("record" in one)) {
              const [a, b] = one.kind === "remove" ? [ours, theirs] : ["stale", "stale"];
              expect(await ledger.remove(one.key, a)).toBe(memory.remove(one.key, b));
              continue;
            }
            nonces += 1;
            const record = { ...one.record, nonce: `n${nonces}` };
            const [a, b] = one.kind === "write" ? [ours, theirs] : ["stale", "stale"];
            const [mine, its] =
              one.kind === "create"
                ? [await ledger.create(one.key, record), memory.create(one.key, record)]
                : [await ledger.write(one.key, record, a), memory.write(one.key, record, b)];
            expect(mine === undefined).toBe(its === undefined);
            if (mine !== undefined && its !== undefined) known.set(one.key, { ours: mine, theirs: its });
          }
          for (const key of new Set(actions.map((one) => one.key))) {
            expect((await ledger.read(key))?.record).toEqual(memory.read(key)?.record);
          }
          await compareDue(ledger, memory);
          for (const filter of filters) {
            const rows = await allOf((cursor) => ledger.listOperations(filter, limit, cursor));
            const expected = memory.list(filter, 100).items.map(({ key }) => key);
            expect(rows.map(({ key }) => key).sort()).toEqual(expected.sort());
            const created = rows.map(({ record }) => (record.kind === "operation" ? record.createdAt : -1));
            expect(created).toEqual([...created].sort((a, b) => b - a));
          }
          for (const prefix of [
            "operation/",
            "operation/a",
            "operation/ab",
            "turn/",
            "turn/a",
            "dead-letter/",
            "rate/",
          ]) {
            const rows = await allOf((cursor) => ledger.listByPrefix(prefix, limit, cursor));
            const expected = [...memory.rows.keys()].filter((key) => key.startsWith(prefix));
            expect(rows.map(({ key }) => key)).toEqual(
              expected.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
            );
          }
          await close();
        },
      ),
      { numRuns: 10, endOnFailure: true },
    );
  }, 180_000);
});

type Opened = Awaited<ReturnType<typeof openLedger>>["ledger"];

async function compareDue(ledger: Opened, memory: MemoryStore): Promise<void> {
  const dueAt = new Map(memory.due(Number.MAX_SAFE_INTEGER, 100).map((key, index) => [key, index]));
  for (const now of [0, 7 * minute, 15 * minute, 44 * minute, 200 * minute]) {
    for (const limit of [1, 3, 100]) {
      const found = await ledger.due(now, limit);
      const expected = memory.due(now, 100);
      expect(found).toHaveLength(Math.min(limit, expected.length));
      const timeOf = (key: string) => {
        const record = memory.read(key)?.record;
        return record?.kind === "operation"
          ? (record.wakeAt ?? record.retainUntil)
          : record && "retainUntil" in record && record.retainUntil;
      };
      // Among equals the order is free.
      expect(found.map(timeOf)).toEqual(expected.slice(0, limit).map(timeOf));
      expect(found.every((key) => dueAt.has(key))).toBe(true);
    }
  }
}

async function allOf<Row>(
  page: (cursor?: string) => Promise<{ readonly items: readonly Row[]; readonly cursor?: string }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(cursor);
    rows.push(...next.items);
    cursor = next.cursor;
  } while (cursor !== undefined);
  return rows;
}
