import { describe, expect, test } from "vitest";
import type { Health } from "../../../lib/platforms/local/disk-health.ts";
import { emptyGroup, type Group, type Part } from "../../../lib/platforms/local/group.ts";
import { Store } from "../../../lib/platforms/local/store.ts";
import type { Timers } from "../../../lib/platforms/local/timers.ts";
import type { GroupWriter } from "../../../lib/platforms/local/writer.ts";
import { ManualTime, recordingLog, turns } from "./manual-time.ts";

function sqliteError(errcode: number, message: string): Error {
  return Object.assign(new Error(message), { errcode });
}
const diskFull = sqliteError(13, "database or disk is full");
const corrupt = sqliteError(11, "database disk image is malformed");

/** A disk that a test holds in its hands. */
class ManualWriter implements GroupWriter {
  readonly groups: Group[] = [];
  refusesWith: Error | undefined;
  flushes: ((error: Error | null) => void)[] = [];
  flushesByItself = true;
  closed = false;
  /** Time that one write takes. */
  onWrite = () => {};

  write(group: Group): void {
    this.onWrite();
    if (this.refusesWith) throw this.refusesWith;
    this.groups.push(group);
  }

  flush(done: (error: Error | null) => void): void {
    if (this.flushesByItself) setImmediate(done, null);
    else this.flushes.push(done);
  }

  close(): void {
    this.closed = true;
  }
}

/** A part whose changes are removals of the numbers it is given, as the shortest rows there are. */
class Numbers implements Part {
  readonly #store: Store;
  #changed: number[] = [];

  constructor(store: Store) {
    this.#store = store;
    store.add(this);
  }

  change(number: number, urgent = false): void {
    this.#changed.push(number);
    this.#store.changed(urgent);
  }

  fill(group: Group): void {
    group.removedMessages.push(...this.#changed);
  }

  written(): void {
    this.#changed = [];
  }
}

function opened(timers?: Timers) {
  const time = new ManualTime();
  const writer = new ManualWriter();
  const log = recordingLog();
  const store = new Store({ folder: "/data", writer, timers: timers ?? time, clock: time, log, sequence: 100 });
  const numbers = new Numbers(store);
  const groups = () => writer.groups.map((group) => group.removedMessages);
  return { time, writer, log, store, numbers, groups };
}

/** Whether the promise has been resolved or rejected by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  await turns(3);
  return settled;
}

describe("group commit", () => {
  test("writes what one turn changed as one group, in order, when somebody waits", async () => {
    const { store, numbers, groups } = opened();
    const waiters = [1, 2, 3].map((number) => {
      numbers.change(number);
      return store.durable();
    });
    expect(groups()).toEqual([]);
    await Promise.all(waiters);
    expect(groups()).toEqual([[1, 2, 3]]);
  });

  test("resolves durable() after the flush, not after the write", async () => {
    const { store, writer, numbers, groups } = opened();
    writer.flushesByItself = false;
    numbers.change(1);
    const durable = store.durable();
    expect(await isSettled(durable)).toBe(false);
    expect(groups()).toEqual([[1]]);
    writer.flushes[0]?.(null);
    expect(await isSettled(durable)).toBe(true);
  });

  test("waits for the flush under way when nothing changed since, and for the next one otherwise", async () => {
    const { store, writer, numbers, groups } = opened();
    writer.flushesByItself = false;
    numbers.change(1);
    void store.durable();
    await turns(3);
    const same = store.durable();
    numbers.change(2);
    const next = store.durable();
    writer.flushes[0]?.(null);
    expect(await isSettled(same)).toBe(true);
    expect(await isSettled(next)).toBe(false);
    expect(groups()).toEqual([[1], [2]]);
    writer.flushes[1]?.(null);
    expect(await isSettled(next)).toBe(true);
  });

  test("lets the next group grow while a flush is under way", async () => {
    const { store, writer, numbers, groups } = opened();
    writer.flushesByItself = false;
    numbers.change(1, true);
    await turns(3);
    for (const number of [2, 3, 4]) {
      numbers.change(number, true);
      await turns(2);
    }
    expect(groups()).toEqual([[1]]);
    writer.flushes[0]?.(null);
    await turns(3);
    expect(groups()).toEqual([[1], [2, 3, 4]]);
    expect(store.health()).toEqual({ ok: true });
  });

  test("covers what queries made it write during a flush by a flush of its own", async () => {
    const { store, writer, numbers } = opened();
    writer.flushesByItself = false;
    numbers.change(1, true);
    await turns(3);
    numbers.change(2);
    store.writeNow();
    const durable = store.durable();
    writer.flushes[0]?.(null);
    expect(await isSettled(durable)).toBe(false);
    writer.flushes[1]?.(null);
    expect(await isSettled(durable)).toBe(true);
  });

  test("answers at once when there is nothing to wait for", async () => {
    const { store, writer } = opened();
    await store.durable();
    expect(await store.commitNow()).toBe(true);
    expect(writer.groups).toEqual([]);
  });

  test("writes nothing for changes that cancel each other out, and still answers", async () => {
    const { store, writer } = opened();
    store.changed();
    await store.durable();
    expect(writer.groups).toEqual([]);
  });

  test("gives each group the highest number given out", async () => {
    const { store, writer, numbers } = opened();
    expect(store.number()).toBe(101);
    expect(store.number(5)).toBe(106);
    numbers.change(1);
    await store.commitNow();
    expect(writer.groups[0]?.sequence).toBe(106);
    expect(emptyGroup().sequence).toBe(0);
  });
});

describe("the commit schedule", () => {
  test("writes within milliseconds when nobody waits", async () => {
    const { numbers, groups, time } = opened();
    numbers.change(1);
    await turns(5);
    expect(groups()).toEqual([]);
    await time.advance(4);
    expect(groups()).toEqual([[1]]);
  });

  test("writes at the end of the turn when a change is urgent", async () => {
    const { numbers, groups } = opened();
    numbers.change(1, true);
    expect(groups()).toEqual([]);
    await turns(2);
    expect(groups()).toEqual([[1]]);
  });

  test("rests after a write as long as each turn brings something new, and no longer than that", async () => {
    const { numbers, groups, time, writer } = opened();
    // Takes 3 ms, so that the rest is 17 ms: 15 % of the time.
    writer.onWrite = () => time.pass(3);
    numbers.change(1, true);
    await turns(6);
    expect(groups()).toHaveLength(1);
    for (let number = 2; number < 30; number += 1) {
      numbers.change(number, true);
      await turns(1);
    }
    expect(groups()).toHaveLength(1);
    await turns(3);
    expect(groups()).toHaveLength(2);
  });

  test("writes during a busy time when the rest is over", async () => {
    const { numbers, groups, time, writer } = opened();
    let waited = false;
    writer.onWrite = () => {
      if (!waited) time.pass(3);
      waited = true;
    };
    numbers.change(1, true);
    await turns(6);
    await time.advance(17);
    for (let number = 2; number < 10; number += 1) {
      numbers.change(number, true);
      await turns(1);
    }
    expect(groups().length).toBeGreaterThan(1);
  });

  test("keeps one timer however much changes", async () => {
    const { numbers, time } = opened();
    for (let number = 0; number < 100; number += 1) numbers.change(number);
    expect(time.waiting).toEqual([4]);
  });
});

describe("a disk that refuses", () => {
  test("loses nothing: waiters wait, and the next try has everything, in order", async () => {
    const { store, writer, numbers, groups, time, log } = opened();
    writer.refusesWith = diskFull;
    numbers.change(1);
    const first = store.durable();
    await turns(3);
    numbers.change(2);
    const second = store.durable();
    await time.advance(5_000);
    expect(await isSettled(first)).toBe(false);
    expect(store.health()).toMatchObject({ ok: false, fatal: false, reason: "database or disk is full" });
    writer.refusesWith = undefined;
    await time.advance(1_000);
    expect(await isSettled(Promise.all([first, second]))).toBe(true);
    expect(groups()).toEqual([[1, 2]]);
    expect(store.health()).toEqual({ ok: true });
    expect(log.lines).toEqual([
      "error: cannot store for now: trying again, and holding everything back",
      "info: storing again: nothing was lost",
    ]);
  });

  test("is asked once a second, whatever else happens", async () => {
    const { store, writer, numbers, time } = opened();
    let tries = 0;
    writer.onWrite = () => {
      tries += 1;
    };
    writer.refusesWith = diskFull;
    numbers.change(1, true);
    await turns(3);
    expect(tries).toBe(1);
    for (let second = 0; second < 5; second += 1) {
      numbers.change(second, true);
      void store.durable();
      await time.advance(1_000);
    }
    expect(tries).toBe(6);
    expect(time.waiting.filter((ms) => ms > 100)).toHaveLength(1);
  });

  test("tells who listens when it begins and when it ends", async () => {
    const { store, writer, numbers, time } = opened();
    const seen: boolean[] = [];
    const end = store.onHealth(() => seen.push(store.health().ok));
    writer.refusesWith = diskFull;
    numbers.change(1, true);
    await turns(3);
    writer.refusesWith = undefined;
    await time.advance(1_000);
    expect(seen).toEqual([false, true]);
    end();
  });

  test("is tried at once by commitNow(), which says how it went", async () => {
    const { store, writer, numbers, groups } = opened();
    writer.refusesWith = diskFull;
    numbers.change(1);
    expect(await store.commitNow()).toBe(false);
    writer.refusesWith = undefined;
    expect(await store.commitNow()).toBe(true);
    expect(groups()).toEqual([[1]]);
  });

  test("makes close() say what is lost instead of waiting for ever", async () => {
    const { store, writer, numbers } = opened();
    writer.refusesWith = diskFull;
    numbers.change(1);
    const durable = store.durable();
    expect(await store.close()).toBe(false);
    await expect(durable).rejects.toThrow("closed before");
    expect(writer.closed).toBe(true);
  });
});

describe("closing during a flush", () => {
  test("waits for it to end, also when the disk refuses the next group", async () => {
    const { store, writer, numbers } = opened();
    writer.flushesByItself = false;
    numbers.change(1, true);
    await turns(3);
    writer.refusesWith = diskFull;
    numbers.change(2);
    const closing = store.close();
    await turns(3);
    expect(writer.closed).toBe(false);
    writer.flushes[0]?.(null);
    expect(await closing).toBe(false);
    expect(writer.closed).toBe(true);
  });
});

describe("a disk that cannot be trusted", () => {
  const refusals: Record<string, (disk: ManualWriter) => void> = {
    "a damaged database": (disk) => {
      disk.refusesWith = corrupt;
    },
    "a defect of our own": (disk) => {
      disk.refusesWith = new TypeError("Provided value cannot be bound to SQLite parameter 1.");
    },
    "a flush that fails": (disk) => {
      disk.flush = (done) => setImmediate(done, new Error("EIO: i/o error, fdatasync"));
    },
  };
  test.each(Object.keys(refusals))("refuses everything after %s", async (name) => {
    const { store, writer, numbers, time, log } = opened();
    refusals[name]?.(writer);
    numbers.change(1);
    await expect(store.durable()).rejects.toThrow(/in \/data, got a failure that another try cannot mend/);
    expect(() => store.check()).toThrow(/stop Drover and start it again/);
    await expect(store.durable()).rejects.toHaveProperty("code", "storage-failed");
    await expect(store.commitNow()).rejects.toHaveProperty("code", "storage-failed");
    expect(store.health()).toMatchObject({ ok: false, fatal: true } satisfies Partial<Health>);
    expect(time.waiting.filter((ms) => ms > 100)).toEqual([]);
    expect(log.lines).toEqual(["error: cannot store any more"]);
    expect(await store.close()).toBe(false);
    // Closing the database would write into it.
    expect(writer.closed).toBe(false);
  });
});

describe("a closed store", () => {
  test("has stored everything, and takes nothing more", async () => {
    const { store, writer, numbers, groups } = opened();
    numbers.change(1);
    expect(await store.close()).toBe(true);
    expect(groups()).toEqual([[1]]);
    expect(writer.closed).toBe(true);
    expect(() => store.check()).toThrow("Expected the data folder /data to be open");
    await expect(store.durable()).rejects.toThrow("that this process has closed");
    expect(await store.close()).toBe(true);
  });
});
