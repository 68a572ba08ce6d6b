import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { inboxQueue } from "../../../lib/contracts/ports.ts";
import { openLocalPlatform } from "../../../lib/platforms/local/platform.ts";
import { LocalWorker } from "../../../lib/platforms/local/worker.ts";
import { Writer } from "../../../lib/platforms/local/writer.ts";
import { eventOf } from "../../contracts/bus.ts";
import { turnOf } from "../../contracts/ledger.ts";
import { ManualTime, recordingLog, silentLog, turns } from "./manual-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A platform on a database that may have so many pages: SQLite then says what it says on a full disk. */
async function opened() {
  const time = new ManualTime();
  const log = recordingLog();
  const folder = join(await temporaryFolder(), "data");
  let database: DatabaseSync | undefined;
  const limitPages = (count: number) => database?.exec(`PRAGMA max_page_count = ${count}`);
  const platform = openLocalPlatform({
    folder,
    log,
    clock: time,
    timers: time,
    openWriter(openedDatabase, path) {
      database = openedDatabase;
      return new Writer(openedDatabase, path);
    },
  });
  onTestFinished(async () => void (await platform.close()));
  return { time, log, folder, platform, limitPages };
}

const large = (index: number) => turnOf(`${index}`.padEnd(3_000, "x"));

describe("a full disk", () => {
  test("loses nothing and applies nothing by halves; everything flows when there is room again", async () => {
    const { time, log, folder, platform, limitPages } = await opened();
    const { ledger, queue, bus } = platform;
    limitPages(40);
    for (let index = 0; index < 60; index += 1) await ledger.create(`turn/${index}`, large(index));
    await queue.send([{ queue: inboxQueue, body: "waits" }]);
    await bus.publish([eventOf(1)]);
    let durable = false;
    const waiting = ledger.durable().then(() => {
      durable = true;
    });
    await time.advance(3_000);
    expect(durable).toBe(false);
    expect(platform.health()).toMatchObject({ ok: false, fatal: false, reason: "database or disk is full" });
    expect(await platform.commitNow()).toBe(false);

    // Memory goes on answering; what is promised as durable does not show.
    expect((await ledger.read("turn/59"))?.record).toEqual(large(59));
    expect(await bus.read(0, 10)).toEqual([]);
    expect((await ledger.listByPrefix("turn/", 100)).items).toEqual([]);
    expect(await ledger.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);

    limitPages(10_000);
    await time.advance(1_000);
    await waiting;
    expect(platform.health()).toEqual({ ok: true });
    expect((await ledger.listByPrefix("turn/", 100)).items).toHaveLength(60);
    expect(await bus.read(0, 10)).toHaveLength(1);
    expect(log.lines).toEqual([
      "error: cannot store for now: trying again, and holding everything back",
      "info: storing again: nothing was lost",
    ]);
    expect(await platform.close()).toBe(true);

    const again = openLocalPlatform({ folder, log: silentLog });
    expect((await again.ledger.listByPrefix("turn/", 100)).items).toHaveLength(60);
    expect((await again.queue.receive(inboxQueue, 1, 1_000))[0]?.body).toBe("waits");
    await again.close();
  });

  test("keeps changes that are made and taken back while it lasts apart", async () => {
    const { time, platform, limitPages } = await opened();
    const { ledger, queue } = platform;
    const version = (await ledger.create("turn/old", turnOf("old"))) ?? "";
    await queue.send([{ queue: inboxQueue, body: "old" }]);
    expect(await platform.commitNow()).toBe(true);
    limitPages(1);
    for (let index = 0; index < 20; index += 1) await ledger.create(`turn/${index}`, large(index));
    expect(await platform.commitNow()).toBe(false);

    const [delivery] = await queue.receive(inboxQueue, 1, 60_000);
    if (delivery) await queue.acknowledge(delivery);
    await ledger.remove("turn/old", version);
    const taken = await ledger.read("turn/7");
    await ledger.remove("turn/7", taken?.version ?? "");
    expect(await platform.commitNow()).toBe(false);

    limitPages(10_000);
    await time.advance(1_000);
    const keys = (await ledger.listByPrefix("turn/", 100)).items.map((item) => item.key);
    expect(keys).toHaveLength(19);
    expect(keys).not.toContain("turn/old");
    expect(keys).not.toContain("turn/7");
    await time.advance(120_000);
    expect(await queue.receive(inboxQueue, 1, 1_000)).toEqual([]);
  });

  test("keeps the worker from receiving until it is over", async () => {
    const { time, platform, limitPages } = await opened();
    const handled: string[] = [];
    const worker = new LocalWorker({
      platform,
      handlers: {
        async [inboxQueue](delivery) {
          handled.push(delivery.body);
          return { kind: "acknowledge" };
        },
      },
    });
    worker.start();
    limitPages(1);
    for (let index = 0; index < 20; index += 1) await platform.ledger.create(`turn/${index}`, large(index));
    expect(await platform.commitNow()).toBe(false);
    await platform.queue.send([{ queue: inboxQueue, body: "held back" }]);
    await time.advance(10_000);
    expect(handled).toEqual([]);
    limitPages(10_000);
    await time.advance(1_000);
    await turns(5);
    expect(handled).toEqual(["held back"]);
    expect(await worker.stop()).toBe(0);
  });
});
