import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import type { DroverEvent } from "../../../lib/contracts/event.ts";
import { openLocalPlatform } from "../../../lib/platforms/local/platform.ts";
import { Writer } from "../../../lib/platforms/local/writer.ts";
import { eventOf } from "../../contracts/bus.ts";
import { ManualTime, recordingLog, turns } from "./manual-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function opened() {
  const time = new ManualTime();
  const log = recordingLog();
  const folder = join(await temporaryFolder(), "data");
  let holdFlush: (() => void)[] | undefined;
  const platform = openLocalPlatform({
    folder,
    log,
    clock: time,
    timers: time,
    openWriter(database, path) {
      const writer = new Writer(database, path);
      return {
        write: (group) => writer.write(group),
        flush: (done) => (holdFlush ? void holdFlush.push(() => writer.flush(done)) : writer.flush(done)),
        close: () => writer.close(),
      };
    },
  });
  onTestFinished(async () => void (await platform.close()));
  const hold = () => {
    const held: (() => void)[] = [];
    holdFlush = held;
    return () => {
      holdFlush = undefined;
      for (const flush of held) flush();
    };
  };
  return { folder, time, log, platform, bus: platform.bus, hold };
}

const many = (from: number, count: number) => Array.from({ length: count }, (_, index) => eventOf(from + index));

describe("the local bus", () => {
  test("shows events when they survive a power cut, and not before", async () => {
    const { platform, bus, hold } = await opened();
    let told = 0;
    bus.onCommit(() => {
      told += 1;
    });
    const release = hold();
    await bus.publish(many(1, 3));
    await turns(5);
    expect(await bus.read(0, 10)).toEqual([]);
    expect(told).toBe(0);
    release();
    await platform.commitNow();
    expect(await bus.read(0, 10)).toHaveLength(3);
    expect(told).toBe(1);
  });

  test("does not tell of commits without events", async () => {
    const { platform, bus } = await opened();
    let told = 0;
    bus.onCommit(() => {
      told += 1;
    });
    await platform.queue.send([{ queue: "steps", body: "x" }]);
    await platform.commitNow();
    expect(told).toBe(0);
  });

  test("goes on when a listener fails", async () => {
    const { platform, bus, log } = await opened();
    let told = 0;
    bus.onCommit(() => {
      throw new Error("broken");
    });
    bus.onCommit(() => {
      told += 1;
    });
    await bus.publish(many(1, 1));
    await platform.commitNow();
    expect(told).toBe(1);
    expect(log.lines).toEqual(["error: a listener for events failed"]);
  });

  test("gives large and small groups back as they were, also after a restart, at the same positions", async () => {
    const { folder, platform, bus } = await opened();
    const published: DroverEvent[] = [];
    for (const count of [1, 200, 2, 50]) {
      const events = many(published.length, count);
      published.push(...events);
      await bus.publish(events);
      await platform.commitNow();
    }
    const before = await bus.read(0, 1_000);
    expect(before.map(({ event }) => event)).toEqual(published);
    await platform.close();
    const database = new DatabaseSync(join(folder, "drover.db"), { readOnly: true });
    const kinds = database.prepare("SELECT typeof(events) AS kind FROM events ORDER BY last").all();
    expect(kinds.map((row) => row["kind"])).toEqual(["text", "blob", "text", "blob"]);
    database.close();
    const again = openLocalPlatform({ folder, log: recordingLog() });
    expect(await again.bus.read(0, 1_000)).toEqual(before);
    await again.close();
  });

  test("never gives a position twice, not even after everything was trimmed", async () => {
    const { folder, time, platform, bus } = await opened();
    await bus.publish(many(1, 2));
    await platform.commitNow();
    const [, last] = await bus.read(0, 10);
    await bus.trim(time.now() + 1);
    await platform.close();
    const again = openLocalPlatform({ folder, log: recordingLog() });
    expect(await again.bus.read(0, 10)).toEqual([]);
    await again.bus.publish(many(3, 1));
    await again.commitNow();
    const [next] = await again.bus.read(0, 10);
    expect(next?.position).toBeGreaterThan(last?.position ?? 0);
    await again.close();
  });

  test("forgets what is older than asked for, a bounded number of groups at a time, and nothing newer", async () => {
    const { time, platform, bus } = await opened();
    for (let group = 0; group < 300; group += 1) {
      await bus.publish(many(group, 1));
      await platform.commitNow();
    }
    await time.advance(1_000);
    const limit = time.now();
    await bus.publish(many(1_000, 5));
    await platform.commitNow();
    await bus.trim(limit);
    await platform.commitNow();
    expect(await bus.read(0, 1_000)).toHaveLength(300 - 256 + 5);
    // Without being asked again: a busy minute stores more groups than one commit forgets.
    await bus.publish(many(2_000, 1));
    await platform.commitNow();
    expect((await bus.read(0, 1_000)).map(({ event }) => event)).toEqual([...many(1_000, 5), ...many(2_000, 1)]);
    await bus.publish(many(3_000, 1));
    await platform.commitNow();
    expect(await bus.read(0, 1_000)).toHaveLength(7);
  });

  test("refuses what is no JSON when it is published, and no commit stumbles over it", async () => {
    const { platform, bus } = await opened();
    const broken = eventOf(1);
    Object.assign(broken.data, { result: { big: 1n } });
    await expect(bus.publish([eventOf(2), broken])).rejects.toThrow("BigInt");
    expect(await platform.commitNow()).toBe(true);
    expect(await bus.read(0, 10)).toEqual([]);
  });
});
