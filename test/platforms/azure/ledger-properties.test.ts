import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { outcomes } from "../../../lib/contracts/event.ts";
import { dueAtOf, type LedgerRecord, operationKey } from "../../../lib/contracts/operation.ts";
import { idOf, listed, operationOf } from "../../contracts/ledger.ts";
import { lostAfter, lostBefore, tablesBusy } from "./faults.ts";
import { impatience } from "./patience.ts";
import { openTables } from "./tables.ts";

const faults = { lostAfter, lostBefore, tablesBusy } as const;
const minute = 60_000;

/** One try to write, by whichever of two instances, with a fault at one of its requests or none. */
const step = fc.record({
  number: fc.integer({ min: 0, max: 2 }),
  what: fc.constantFrom("wake", "wake", "end", "remove", "stale"),
  atMinute: fc.integer({ min: 0, max: 60 }),
  outcome: fc.constantFrom(...outcomes),
  fault: fc.constantFrom(undefined, ...(Object.keys(faults) as (keyof typeof faults)[])),
  lasts: fc.integer({ min: 0, max: 5 }),
  times: fc.constantFrom(1, 99),
  passMinutes: fc.integer({ min: 0, max: 40 }),
});

describe("the Tables ledger, whatever fails", () => {
  test("has every record in its indexes, and nothing else in their answers", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const { ledger, direct, proxy, clock } = await openTables({ persistence: impatience(2) });
        const older = new Map<string, string>();
        for (const [index, { number, what, atMinute, outcome, fault, lasts, times, passMinutes }] of steps.entries()) {
          const key = operationKey(idOf(number));
          const standing = await direct.read(key);
          const nonce = `n${index}`;
          const time = atMinute * minute;
          const record: LedgerRecord =
            what === "end"
              ? operationOf(number, { nonce, state: "ended", outcome, retainUntil: time })
              : operationOf(number, { nonce, wakeAt: time });
          const rule = fault && proxy.on(() => true, faults[fault], { times, skip: lasts });
          const expected = what === "stale" ? older.get(key) : standing?.version;
          const work = () => {
            if (expected === undefined) return ledger.create(key, record);
            return what === "remove" ? ledger.remove(key, expected) : ledger.write(key, record, expected);
          };
          const done = await work().catch(() => "nobody knows");
          rule?.remove();
          if (standing) older.set(key, standing.version);
          const stands = await direct.read(key);
          if (done === undefined || done === false) expect(stands).toEqual(standing);
          else if (done === true) expect(stands).toBeUndefined();
          else if (done !== "nobody knows") expect(stands).toMatchObject({ record, version: done });
          clock.pass(passMinutes * minute);
          // A sweep and a list look, and clear away what is old.
          await direct.due(time, 10);
          await direct.listOperations({}, 10);
        }
        const all = (await direct.listByPrefix("operation/", 100)).items;
        const timed = all.map(({ key, record }) => ({ key, at: dueAtOf(record) ?? 0 }));
        for (const until of [10 * minute, 30 * minute, 60 * minute]) {
          const due = timed.filter(({ at }) => at <= until).map(({ key }) => key);
          expect([...(await direct.due(until, 10))].sort()).toEqual(due.sort());
        }
        expect((await listed(direct, {}, 2)).sort()).toEqual(all.map(({ key }) => key).sort());
        for (const outcome of outcomes) {
          const ended = all.filter(({ record }) => record.kind === "operation" && record.outcome === outcome);
          expect((await listed(direct, { outcome })).sort()).toEqual(ended.map(({ key }) => key).sort());
        }
      }),
      { numRuns: 25 },
    );
  });
});
