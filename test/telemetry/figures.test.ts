import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import type { DeadLetterRecord } from "../../lib/contracts/operation.ts";
import { schema } from "../../lib/platforms/local/database.ts";
import { FolderFigures, figureQueries, seenLetters } from "../../lib/platforms/local/figures.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { silentLog, temporaryFolder } from "../functions/harness.ts";

const queue = "poll-operation";

test("messages are counted over memory and disk, and after a restart", async () => {
  const folder = join(temporaryFolder(), "data");
  const open = () => openLocalPlatform({ folder, log: silentLog, messageWindow: 10 });
  const first = open();
  const messages = Array.from({ length: 100 }, (_, index) => ({
    queue,
    body: String(index),
    delayMs: index < 50 ? 0 : 60_000,
  }));
  await first.queue.send(messages);
  await first.commitNow();
  const taken = await first.queue.receive(queue, 5, 60_000);
  for (const delivery of taken.slice(0, 3)) await first.queue.acknowledge(delivery);
  for (const delivery of taken.slice(3, 4)) await first.queue.release(delivery, 0);
  expect(first.figures().queues).toMatchObject([{ queue, waiting: 96, inFlight: 1, firstReadyAt: expect.any(Number) }]);
  await first.close();
  const second = open();
  onTestFinished(async () => {
    await second.close();
  });
  expect(second.figures().queues).toMatchObject([{ queue, waiting: 97, inFlight: 0 }]);
  for (let left = 47; left > 0; ) {
    const some = await second.queue.receive(queue, 8, 60_000);
    for (const delivery of some) await second.queue.acknowledge(delivery);
    left -= some.length;
    if (some.length === 0) break;
    await second.commitNow();
  }
  expect(second.figures().queues).toMatchObject([{ queue, waiting: 50, inFlight: 0 }]);
});

test("the newest dead letters are found among many", async () => {
  const platform = openLocalPlatform({ folder: join(temporaryFolder(), "data"), log: silentLog });
  onTestFinished(async () => {
    await platform.close();
  });
  const letter = (index: number): DeadLetterRecord => ({
    kind: "dead-letter",
    v: 1,
    id: String(index),
    nonce: "n",
    queue: "inbox",
    body: "b",
    cause: "c",
    receives: 5,
    at: index,
    verdict: "needs-decision",
    retainUntil: 9e15,
    ...(index % 2 === 0 ? { redrivenAt: index } : {}),
  });
  // Keys in no order of time.
  for (let index = 0; index < seenLetters + 50; index += 1) {
    await platform.ledger.create(`dead-letter/${(index * 7919) % 1009}-${index}`, letter(index));
  }
  await platform.commitNow();
  const seen = platform.newestDeadLetters();
  expect(seen).toHaveLength(seenLetters);
  expect(Math.min(...seen.map(({ at }) => at))).toBe(50);
  expect(seen.filter(({ redriven }) => redriven)).toHaveLength(seenLetters / 2);
});

test("no figure reads a table", () => {
  const database = new DatabaseSync(":memory:");
  database.exec(schema);
  const planOf = (sql: string) =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...(sql.includes("?") ? [0] : []))
      .map((row) => String(row["detail"]));
  for (const sql of Object.values(figureQueries)) {
    for (const detail of planOf(sql).filter((line) => /\b(SCAN|SEARCH)\b/.test(line))) {
      // What is left of a subquery, the end of an index, the end of a table in the order of its key, or a range of either.
      expect(detail).toMatch(
        /^SCAN (CONSTANT ROW|\(subquery-\d+\))$|USING (COVERING )?INDEX|USING INTEGER PRIMARY KEY|^SEARCH events$/,
      );
    }
  }
  expect(planOf(figureQueries.active).join()).toContain("record_status");
  expect(planOf(figureQueries.overdue).join()).toContain("record_due");
  expect(planOf(figureQueries.firstDue).join()).toContain("record_due");
  expect(planOf(figureQueries.letters).join()).toContain("record_name");
});

test("figures of a folder with many rows are there at once", () => {
  const database = new DatabaseSync(":memory:");
  database.exec(schema);
  const put = database.prepare("INSERT INTO records VALUES (?, ?, ?, 1, ?, ?, ?, NULL, ?)");
  const record = JSON.stringify({ text: "x".repeat(400) });
  database.exec("BEGIN");
  for (let id = 1; id <= 200_000; id += 1) {
    const active = id % 20 === 0;
    put.run(id, id, `operation/${id}`, active ? id : 1e15 + id, id, active ? "active" : "succeeded", record);
  }
  database.exec("COMMIT");
  const figures = new FolderFigures(database, "none");
  const found = figures.read(100_000);
  expect(found).toMatchObject({ activeOperations: 10_000, overdueRows: 5_000, firstDueAt: 20 });
  // Reading the table takes about a hundred times as long.
  const fastest = Math.min(...Array.from({ length: 5 }, () => timed(() => figures.read(100_000))));
  const scan = database.prepare("SELECT count(*) FROM records NOT INDEXED WHERE json_extract(record, '$.text') <> ''");
  expect(fastest).toBeLessThan(timed(() => scan.get()) / 10);
});

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
