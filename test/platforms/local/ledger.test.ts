import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { hashFraction } from "../../../lib/contracts/identifiers.ts";
import { type OperationRecord, operationKey } from "../../../lib/contracts/operation.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import type { Group } from "../../../lib/platforms/local/group.ts";
import { openLocalPlatform } from "../../../lib/platforms/local/platform.ts";
import { Writer } from "../../../lib/platforms/local/writer.ts";
import { idOf, listed, operationOf, tombstoneOf, turnOf } from "../../contracts/ledger.ts";
import { ManualTime, silentLog } from "./manual-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Pages that hold something. */
function pagesOf(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const pages = pragma("page_count") - pragma("freelist_count");
  database.close();
  return pages;
}

async function opened(options: { readonly folder?: string; readonly cachedRecords?: number } = {}) {
  const time = new ManualTime();
  const groups: Group[] = [];
  const { folder = join(await temporaryFolder(), "data"), ...sizes } = options;
  const platform = openLocalPlatform({
    folder,
    log: silentLog,
    clock: time,
    timers: time,
    ...sizes,
    openWriter(database, path) {
      const writer = new Writer(database, path);
      const write = (group: Group) => {
        groups.push(group);
        writer.write(group);
      };
      return { write, flush: (done) => writer.flush(done), close: () => writer.close() };
    },
  });
  onTestFinished(async () => void (await platform.close()));
  return { folder, groups, platform, ledger: platform.ledger };
}

describe("the local ledger", () => {
  test("stores a record once that is written many times within one group, and not at all when it is gone by then", async () => {
    const { platform, ledger, groups } = await opened();
    let version = (await ledger.create("turn/a", turnOf("a"))) ?? "";
    for (let k = 2; k < 10; k += 1) version = (await ledger.write("turn/a", turnOf("a", k), version)) ?? "";
    const short = (await ledger.create("turn/b", turnOf("b"))) ?? "";
    await ledger.remove("turn/b", short);
    await platform.commitNow();
    expect(groups).toHaveLength(1);
    expect(groups[0]?.records.map((row) => row[2])).toEqual(["turn/a"]);
    expect(groups[0]?.removedRecords).toEqual([]);
    expect((await ledger.read("turn/a"))?.record).toEqual(turnOf("a", 9));
  });

  test("keeps what is left of forgotten operations close together, and finds it as before", async () => {
    const { platform, ledger, folder } = await opened();
    const count = 300;
    const keys = Array.from({ length: count }, (_, index) => operationKey(idOf(index)));
    for (const [index, key] of keys.entries()) {
      const operation = operationOf(index);
      await ledger.create(key, { ...operation, history: [{ at: 1, what: "long", detail: "x".repeat(3_000) }] });
    }
    await platform.commitNow();
    const pages = () => pagesOf(join(folder, "drover.db"));
    await platform.close();
    const before = pages();
    const later = await opened({ folder });
    for (const [index, key] of keys.entries()) {
      const version = (await later.ledger.read(key))?.version ?? "";
      const forgotten = await later.ledger.write(key, tombstoneOf(index, 1_000), version);
      // One that goes in the same group leaves nothing behind.
      if (index === 7) await later.ledger.remove(key, forgotten ?? "");
    }
    await later.platform.commitNow();
    expect((await later.ledger.due(2_000, 1_000)).length).toBe(count - 1);
    await later.platform.close();
    expect(pages()).toBeLessThan(before / 4);
    const again = await opened({ folder });
    for (const [index, key] of keys.entries()) {
      expect((await again.ledger.read(key))?.record.kind).toBe(index === 7 ? undefined : "tombstone");
    }
  });

  test("leaves nothing of what was forgotten twice in one group", async () => {
    const { platform, ledger, folder } = await opened();
    const key = operationKey(idOf(1));
    let version = (await ledger.create(key, operationOf(1))) ?? "";
    await platform.commitNow();
    version = (await ledger.write(key, tombstoneOf(1, 1_000), version)) ?? "";
    await ledger.remove(key, version);
    version = (await ledger.create(key, operationOf(1))) ?? "";
    await ledger.write(key, tombstoneOf(1, 2_000), version);
    await platform.close();
    const database = new DatabaseSync(join(folder, "drover.db"), { readOnly: true });
    expect(database.prepare("SELECT count(*) AS rows FROM records").get()?.["rows"]).toBe(1);
    database.close();
    expect((await (await opened({ folder })).ledger.read(key))?.record).toEqual(tombstoneOf(1, 2_000));
  });

  test("does not wait for the disk when it writes", async () => {
    const { ledger, groups } = await opened();
    const version = await ledger.create("turn/a", turnOf("a"));
    await ledger.write("turn/a", turnOf("a", 2), version ?? "");
    expect(groups).toEqual([]);
  });

  test("knows what is not yet on disk, however small its memory", async () => {
    const { ledger, groups } = await opened({ cachedRecords: 2 });
    const names = Array.from({ length: 20 }, (_, index) => `turn/${index}`);
    for (const name of names) await ledger.create(name, turnOf(name));
    for (const name of names) expect((await ledger.read(name))?.record).toEqual(turnOf(name));
    for (const name of names) expect(await ledger.create(name, turnOf(name))).toBeUndefined();
    expect(groups).toEqual([]);
  });

  test("hands out the very object that was written, as long as it is in memory", async () => {
    const { ledger } = await opened();
    const record = turnOf("a");
    await ledger.create("turn/a", record);
    expect((await ledger.read("turn/a"))?.record).toBe(record);
  });

  test("answers the same from memory, from disk and after a restart", async () => {
    const folder = join(await temporaryFolder(), "data");
    const first = await opened({ folder, cachedRecords: 4 });
    const versions = new Map<string, string>();
    for (let number = 0; number < 50; number += 1) {
      const record = operationOf(number, number % 3 === 0 ? { state: "ended", outcome: "failed" } : { wakeAt: number });
      versions.set(operationKey(record.id), (await first.ledger.create(operationKey(record.id), record)) ?? "");
      if (number % 7 === 0) await first.platform.commitNow();
    }
    const answers = async (ledger: typeof first.ledger) => {
      const reads = await Promise.all([...versions.keys()].map((key) => ledger.read(key)));
      return { reads, active: await listed(ledger, { state: "active" }), due: await ledger.due(30, 100) };
    };
    const before = await answers(first.ledger);
    expect(before.reads.map((stored) => stored?.version)).toEqual([...versions.values()]);
    await first.platform.close();
    const second = await opened({ folder });
    expect(await answers(second.ledger)).toEqual(before);
  });

  test("never gives a version twice, not even after a restart that lost it", async () => {
    const folder = join(await temporaryFolder(), "data");
    const seen: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      const { platform, ledger } = await opened({ folder });
      const version = (await ledger.create("turn/a", turnOf("a"))) ?? "";
      seen.push(version);
      await ledger.remove("turn/a", version);
      await ledger.create(`turn/${run}`, turnOf("other"));
      await platform.close();
    }
    expect(new Set(seen).size).toBe(3);
  });

  test("finds by key whatever shares its hash, and nothing else", async () => {
    const { platform, ledger } = await opened({ cachedRecords: 2 });
    const keys = ["turn/329599", "turn/532382"];
    expect(new Set(keys.map(hashFraction)).size).toBe(1);
    for (const key of keys) await ledger.create(key, turnOf(key));
    await platform.commitNow();
    for (let index = 0; index < 20; index += 1) await ledger.create(`turn/filler-${index}`, turnOf("x"));
    for (const key of keys) expect((await ledger.read(key))?.record).toEqual(turnOf(key));
  });

  test("refuses what is no JSON when it is written, and no commit stumbles over it", async () => {
    const { platform, ledger } = await opened();
    const broken = { ...operationOf(1), result: { key: new Secret("hidden") } };
    // What types forbid can still happen: a provider's answer that was cast.
    const record: OperationRecord = JSON.parse("{}");
    Object.assign(record, broken);
    await expect(ledger.create(operationKey(idOf(1)), record)).rejects.toThrow("A Secret cannot be serialized");
    const version = (await ledger.create(operationKey(idOf(1)), operationOf(1))) ?? "";
    await expect(ledger.write(operationKey(idOf(1)), record, version)).rejects.toThrow("A Secret cannot be serialized");
    expect(await platform.commitNow()).toBe(true);
    await expect(ledger.create("turn/\ud800", turnOf("x"))).rejects.toThrow("Expected a key of whole characters");
  });

  test("refuses a record that grew too large in small steps", async () => {
    const { ledger } = await opened();
    const key = operationKey(idOf(1));
    let version = (await ledger.create(key, operationOf(1))) ?? "";
    let history = operationOf(1).history;
    let refused = false;
    for (let step = 0; step < 200 && !refused; step += 1) {
      history = [...history, { at: step, what: "poll", detail: "x".repeat(500) }];
      const record = operationOf(1, { history });
      const bytes = Buffer.byteLength(JSON.stringify(record));
      const answer = await ledger.write(key, record, version).catch((error: Error) => error);
      refused = answer instanceof Error;
      expect([bytes, refused]).toEqual([bytes, bytes > 60 * 1024]);
      if (typeof answer === "string") version = answer;
    }
    expect(refused).toBe(true);
  });

  test("refuses exactly the records whose JSON is too large", async () => {
    const { ledger } = await opened();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", minLength: 5_000, maxLength: 20_000 }),
        fc.integer({ min: 1, max: 6 }),
        async (text, times) => {
          number += 1;
          const record = operationOf(number, { reason: text.repeat(times) });
          const fits = Buffer.byteLength(JSON.stringify(record)) <= 60 * 1024;
          const version = await ledger.create(operationKey(record.id), record).catch(() => undefined);
          expect(version !== undefined).toBe(fits);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("looks at a bounded number of rows for each page of a list", async () => {
    const { platform, ledger } = await opened();
    for (let number = 0; number < 4_500; number += 1) {
      const rare = number === 3;
      const { request } = operationOf(number);
      const record = operationOf(number, {
        id: `${number}`.padStart(52, "a"),
        state: "ended",
        outcome: "succeeded",
        request: rare ? { ...request, labels: { team: "rare" } } : request,
      });
      await ledger.create(operationKey(record.id), record);
    }
    await platform.commitNow();
    const filter = { label: { name: "team", value: "rare" } };
    const first = await ledger.listOperations(filter, 10);
    expect(first.items).toEqual([]);
    expect(first.cursor).toBeDefined();
    expect(await listed(ledger, filter)).toEqual([operationKey("3".padStart(52, "a"))]);
  });

  test.each(["", "x", "1", "1-", "1-2-3", "-1-2", "1e5-3", "9".repeat(40)])(
    "refuses %j as a cursor",
    async (cursor) => {
      const { ledger } = await opened();
      await expect(ledger.listOperations({}, 10, cursor)).rejects.toThrow("Expected a cursor from the page before");
      if (cursor !== "")
        await expect(ledger.listByPrefix("turn/", 10, cursor)).rejects.toHaveProperty("code", "invalid-cursor");
    },
  );

  test("lists operations by a prefix of their keys as well", async () => {
    const { ledger } = await opened();
    for (const number of [3, 1, 2]) await ledger.create(operationKey(idOf(number)), operationOf(number));
    await ledger.create("turn/a", turnOf("a"));
    const keysOf = async (prefix: string) => (await ledger.listByPrefix(prefix, 10)).items.map((item) => item.key);
    const operations = [1, 2, 3].map((number) => operationKey(idOf(number))).sort();
    expect(await keysOf("operation/")).toEqual(operations);
    expect(await keysOf("")).toEqual([...operations, "turn/a"]);
    expect(await keysOf("op")).toEqual(operations);
  });

  test("refuses everything once it is closed", async () => {
    const { platform, ledger } = await opened();
    await platform.close();
    for (const call of [
      () => ledger.create("turn/a", turnOf("a")),
      () => ledger.read("turn/a"),
      () => ledger.write("turn/a", turnOf("a"), "1"),
      () => ledger.remove("turn/a", "1"),
      () => ledger.due(1, 1),
      () => ledger.listOperations({}, 1),
      () => ledger.listByPrefix("turn/", 1),
      () => ledger.durable(),
      () => platform.queue.send([]),
      () => platform.queue.receive("steps", 1, 1),
      () => platform.bus.publish([]),
      () => platform.bus.read(0, 1),
    ]) {
      await expect(call()).rejects.toThrow("to be open, got one that this process has closed");
    }
  });
});
