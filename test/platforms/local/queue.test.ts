import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ReceivedDelivery } from "../../../lib/contracts/ports.ts";
import type { Group } from "../../../lib/platforms/local/group.ts";
import { type LocalPlatform, openLocalPlatform } from "../../../lib/platforms/local/platform.ts";
import { type GroupWriter, Writer } from "../../../lib/platforms/local/writer.ts";
import { ManualTime, silentLog } from "./manual-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const queue = "steps";
const visibilityMs = 50;

/** What a queue is: a list, looked through from the front. */
interface ModelMessage {
  readonly body: string;
  readonly order: number;
  readyAt: number;
  receives: number;
  lapsesAt: number | undefined;
  /** Was there when the queue was opened. */
  recovered: boolean;
  /** Was handed out alone. */
  wasSuspect?: boolean;
}

class ModelQueue {
  messages: ModelMessage[] = [];

  send(body: string, readyAt: number): void {
    this.messages.push({ body, order: Number(body), readyAt, receives: 0, lapsesAt: undefined, recovered: false });
  }

  receive(max: number, now: number): ModelMessage[] {
    for (const message of this.messages) {
      if (message.lapsesAt === undefined || message.lapsesAt > now) continue;
      message.readyAt = message.lapsesAt;
      message.lapsesAt = undefined;
    }
    const ready = this.messages
      .filter((message) => message.lapsesAt === undefined && message.readyAt <= now)
      .sort((a, b) => a.readyAt - b.readyAt || a.order - b.order);
    const taken: ModelMessage[] = [];
    for (const message of ready.slice(0, max)) {
      const inFlight = this.messages.filter((each) => each.lapsesAt !== undefined);
      const suspects = inFlight.filter((each) => each.wasSuspect);
      const suspect = message.recovered && message.receives >= 2;
      if (suspects.length > 0 || (suspect && inFlight.length > 0)) break;
      message.wasSuspect = suspect;
      message.receives += 1;
      message.lapsesAt = now + visibilityMs;
      taken.push(message);
    }
    return taken;
  }

  remove(body: string): void {
    this.messages = this.messages.filter((message) => message.body !== body);
  }

  release(body: string, readyAt: number): void {
    for (const message of this.messages.filter((each) => each.body === body)) {
      message.readyAt = readyAt;
      message.lapsesAt = undefined;
    }
  }

  /** Whoever opens it next finds nothing in flight. */
  reopen(): void {
    for (const message of this.messages) {
      message.lapsesAt = undefined;
      message.recovered = true;
    }
  }

  nextReadyAt(): number | undefined {
    const times = this.messages.map((message) => message.lapsesAt ?? message.readyAt);
    return times.length > 0 ? Math.min(...times) : undefined;
  }
}

type Command =
  | { readonly kind: "send"; readonly delays: readonly number[] }
  | { readonly kind: "receive"; readonly max: number }
  | { readonly kind: "settle"; readonly as: "acknowledge" | "release"; readonly pick: number; readonly delayMs: number }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "commit" | "refuse" | "reopen" };

const delay = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 }));
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("send" as const), delays: fc.array(delay, { maxLength: 6 }) }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("receive" as const), max: fc.integer({ min: 1, max: 5 }) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("settle" as const),
        as: fc.constantFrom("acknowledge" as const, "release" as const),
        pick: fc.nat({ max: 20 }),
        delayMs: delay,
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("advance" as const), ms: fc.integer({ min: 1, max: 60 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom("commit" as const, "refuse" as const, "reopen" as const) }),
    },
  ),
  { maxLength: 60 },
);

/** Both, side by side. */
class Comparison {
  readonly time = new ManualTime(1_000_000);
  readonly model = new ModelQueue();
  readonly #folder: string;
  #platform: LocalPlatform;
  #deliveries: ReceivedDelivery[] = [];
  #sent = 0;
  #refused = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.#platform = this.#open();
  }

  async run(command: Command): Promise<void> {
    if (command.kind === "send") await this.#send(command.delays);
    else if (command.kind === "receive") await this.#receive(command.max);
    else if (command.kind === "advance") await this.time.advance(command.ms);
    else if (command.kind === "commit") await this.#commit();
    else if (command.kind === "refuse") this.#refused = true;
    else if (command.kind === "settle") await this.#settle(command.as, command.pick, command.delayMs);
    else await this.#reopen();
  }

  async finish(): Promise<void> {
    await this.#reopen();
    await this.time.advance(1_000);
    while (this.model.messages.length > 0) {
      await this.#receive(10_000);
      while (this.#deliveries.length > 0) await this.#settle("acknowledge", 0, 0);
    }
    expect(await this.#platform.queue.receive(queue, 1, visibilityMs)).toEqual([]);
    await this.#platform.close();
  }

  /** Nothing sooner than what the queue says is left out; it may say too soon, and then finds nothing. */
  check(): void {
    const said = this.#platform.queue.nextReadyAt(queue) ?? Number.POSITIVE_INFINITY;
    expect(said).toBeLessThanOrEqual(this.model.nextReadyAt() ?? Number.POSITIVE_INFINITY);
  }

  #open(): LocalPlatform {
    this.#refused = false;
    return openLocalPlatform({
      folder: this.#folder,
      log: silentLog,
      clock: this.time,
      timers: this.time,
      messageWindow: 3,
      openWriter: (database, path) => this.#refusing(new Writer(database, path)),
    });
  }

  #refusing(writer: Writer): GroupWriter {
    return {
      write: (group) => {
        if (this.#refused) throw Object.assign(new Error("full"), { errcode: 13 });
        writer.write(group);
      },
      flush: (done) => writer.flush(done),
      close: () => writer.close(),
    };
  }

  async #send(delays: readonly number[]): Promise<void> {
    const now = this.time.now();
    const messages = delays.map((delayMs) => {
      this.#sent += 1;
      this.model.send(String(this.#sent), now + delayMs);
      return { queue, body: String(this.#sent), delayMs };
    });
    await this.#platform.queue.send(messages);
  }

  async #receive(max: number): Promise<void> {
    // While the disk refuses, a message of before the restart is not handed out: its count cannot be stored.
    if (this.#refused) await this.#commit();
    const expected = this.model.receive(max, this.time.now());
    const deliveries = await this.#platform.queue.receive(queue, max, visibilityMs);
    expect(deliveries.map(({ body, receives }) => ({ body, receives }))).toEqual(
      expected.map(({ body, receives }) => ({ body, receives })),
    );
    this.#deliveries.push(...deliveries);
  }

  async #settle(kind: "acknowledge" | "release", pick: number, delayMs: number): Promise<void> {
    const delivery = this.#deliveries[pick % Math.max(1, this.#deliveries.length)];
    if (!delivery) return;
    this.#deliveries = this.#deliveries.filter((other) => other !== delivery);
    const message = this.model.messages.find(({ body }) => body === delivery.body);
    const valid = message?.lapsesAt !== undefined && message.receives === delivery.receives;
    if (kind === "acknowledge") {
      expect(await this.#platform.queue.acknowledge(delivery)).toBe(valid);
      if (valid) this.model.remove(delivery.body);
    } else {
      expect(await this.#platform.queue.release(delivery, delayMs)).toBe(valid);
      if (valid) this.model.release(delivery.body, this.time.now() + delayMs);
    }
  }

  async #commit(): Promise<void> {
    this.#refused = false;
    expect(await this.#platform.commitNow()).toBe(true);
  }

  async #reopen(): Promise<void> {
    await this.#commit();
    await this.#platform.close();
    this.#platform = this.#open();
    this.#deliveries = [];
    this.model.reopen();
  }
}

describe("the window of messages in memory", () => {
  test("shows nothing of itself: spilled, reloaded, refused by the disk or reopened, the queue is a list", async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (steps) => {
        const folder = await mkdtemp(join(tmpdir(), "drover-model-"));
        try {
          const comparison = new Comparison(join(folder, "data"));
          for (const step of steps) {
            await comparison.run(step);
            comparison.check();
          }
          await comparison.finish();
        } finally {
          await rm(folder, { recursive: true });
        }
      }),
      { numRuns: 150 },
    );
  });

  test("does not hand out again what is in flight when messages released at the same moment are loaded around it", async () => {
    const { platform } = await openedAt(join(await temporaryFolder(), "data"), { messageWindow: 3 });
    await platform.queue.send([..."123456789"].map((body) => ({ queue, body })));
    await platform.commitNow();
    const deliveries = await platform.queue.receive(queue, 20, 60_000);
    expect(deliveries).toHaveLength(9);
    await platform.commitNow();
    for (const delivery of deliveries.slice(0, 7)) await platform.queue.release(delivery, 0);
    await platform.commitNow();
    const again = await platform.queue.receive(queue, 20, 60_000);
    expect(again.map(({ body }) => body).join("")).toBe("1234567");
    await platform.close();
  });

  test("stays small however many messages wait, and gives all of them", async () => {
    const time = new ManualTime();
    const folder = join(await temporaryFolder(), "data");
    const platform = openLocalPlatform({ folder, log: silentLog, clock: time, timers: time, messageWindow: 100 });
    const total = 5_000;
    for (let sent = 0; sent < total; sent += 50) {
      const messages = Array.from({ length: 50 }, (_, index) => ({
        queue,
        body: String(sent + index),
        delayMs: sent % 7,
      }));
      await platform.queue.send(messages);
      if (sent % 500 === 0) await platform.commitNow();
    }
    await platform.commitNow();
    expect(platform.queue.held).toBeLessThanOrEqual(200);
    await time.advance(10);
    const seen = new Set<string>();
    let most = 0;
    for (;;) {
      const deliveries = await platform.queue.receive(queue, 64, 60_000);
      if (deliveries.length === 0) break;
      for (const delivery of deliveries) {
        seen.add(delivery.body);
        await platform.queue.acknowledge(delivery);
      }
      await platform.commitNow();
      most = Math.max(most, platform.queue.held);
    }
    expect(seen.size).toBe(total);
    expect(most).toBeLessThanOrEqual(300);
    expect(platform.queue.nextReadyAt(queue)).toBeUndefined();
    await platform.close();
  });
});

interface OpenedOptions {
  readonly messageWindow?: number;
  readonly onWrite?: (group: Group) => void;
}

async function openedAt(folder: string, { messageWindow = 1_000, onWrite }: OpenedOptions = {}) {
  const time = new ManualTime();
  const platform = openLocalPlatform({
    folder,
    log: silentLog,
    clock: time,
    timers: time,
    messageWindow,
    openWriter(database, path) {
      const writer = new Writer(database, path);
      const write = (group: Group) => {
        onWrite?.(group);
        writer.write(group);
      };
      return { write, flush: (done) => writer.flush(done), close: () => writer.close() };
    },
  });
  return { time, platform };
}

describe("the local queue", () => {
  test("keeps a message off the disk that is sent and acknowledged within one group", async () => {
    let written = 0;
    const { platform } = await openedAt(join(await temporaryFolder(), "data"), {
      onWrite: () => {
        written += 1;
      },
    });
    await platform.queue.send([{ queue, body: "short-lived" }]);
    const [delivery] = await platform.queue.receive(queue, 1, 1_000);
    if (delivery) expect(await platform.queue.acknowledge(delivery)).toBe(true);
    expect(await platform.commitNow()).toBe(true);
    expect(written).toBe(0);
    await platform.close();
  });

  test("shows what was in flight at once after a restart, with its count of receives", async () => {
    const folder = join(await temporaryFolder(), "data");
    const first = await openedAt(folder);
    await first.platform.queue.send([{ queue, body: "in flight" }]);
    await first.platform.commitNow();
    const [delivery] = await first.platform.queue.receive(queue, 1, 3_600_000);
    expect(delivery?.receives).toBe(1);
    await first.platform.close();

    const second = await openedAt(folder);
    const [again] = await second.platform.queue.receive(queue, 1, 3_600_000);
    expect(again).toMatchObject({ id: delivery?.id, body: "in flight", receives: 2, sentAt: delivery?.sentAt });
    if (delivery) expect(await second.platform.queue.acknowledge(delivery)).toBe(false);
    await second.platform.close();
  });

  test("stores the count of a receive with the next commit, whoever asked for it", async () => {
    const counts: (readonly number[])[] = [];
    const { platform } = await openedAt(join(await temporaryFolder(), "data"), {
      onWrite: ({ messages, changedMessages }) => {
        counts.push([...messages.map((row) => row[4]), ...changedMessages.map((row) => row[1])]);
      },
    });
    await platform.queue.send([{ queue, body: "counted" }]);
    await platform.commitNow();
    const [delivery] = await platform.queue.receive(queue, 1, 1_000);
    await platform.commitNow();
    if (delivery) await platform.queue.release(delivery, 0);
    await platform.queue.receive(queue, 1, 1_000);
    await platform.commitNow();
    expect(counts).toEqual([[0], [1], [2]]);
    await platform.close();
  });

  test("hands out a message of before the restart only when its count is on disk", async () => {
    const folder = join(await temporaryFolder(), "data");
    const before = await openedAt(folder);
    await before.platform.queue.send([{ queue, body: "dangerous" }]);
    await before.platform.close();
    let written = 0;
    const { platform } = await openedAt(folder, {
      onWrite: (group) => {
        written += group.changedMessages.length;
      },
    });
    const [delivery] = await platform.queue.receive(queue, 1, 1_000);
    expect(delivery?.body).toBe("dangerous");
    expect(written).toBe(1);
    await platform.close();
  });

  test("never gives an id twice, not even one of a message that never reached the disk", async () => {
    const folder = join(await temporaryFolder(), "data");
    const ids: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      const { platform } = await openedAt(folder);
      await platform.queue.send([{ queue, body: "short-lived" }]);
      const [delivery] = await platform.queue.receive(queue, 1, 1_000);
      if (!delivery) throw new Error("Expected a delivery, got none");
      ids.push(delivery.id);
      await platform.queue.acknowledge(delivery);
      // Something that may refer to it is stored.
      await platform.queue.send([{ queue: "other", body: delivery.id }]);
      await platform.close();
    }
    expect(new Set(ids).size).toBe(3);
  });

  test("keeps any text, before and after a restart", async () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constant("half a pair: \ud83d"));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), async (bodies) => {
        const parent = await mkdtemp(join(tmpdir(), "drover-text-"));
        const before = await openedAt(join(parent, "data"));
        await before.platform.queue.send(bodies.map((body) => ({ queue, body })));
        const sent = await before.platform.queue.receive(queue, 10, 1_000);
        await before.platform.close();
        const after = await openedAt(join(parent, "data"));
        const received = await after.platform.queue.receive(queue, 10, 1_000);
        expect(received.map(({ body }) => body)).toEqual(bodies.map((body) => body.toWellFormed()));
        expect(received.map(({ body }) => body)).toEqual(sent.map(({ body }) => body));
        await after.platform.close();
        await rm(parent, { recursive: true });
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    [{ queue, body: "x", delayMs: -1 }, "Expected a delay of 0 to 2419200000 ms for a message on steps, got -1"],
    [{ queue, body: "x", delayMs: Number.NaN }, "got NaN"],
    [{ queue, body: "x", delayMs: 29 * 86_400_000 }, "let the ledger wake what waits longer"],
    [{ queue, body: "x".repeat(600_000) }, "Expected a message of at most 524288 characters for steps, got 600000"],
  ])("refuses what it cannot keep, and everything sent with it: %#", async (message, refusal) => {
    const { platform } = await openedAt(join(await temporaryFolder(), "data"));
    onTestFinished(async () => void (await platform.close()));
    await expect(platform.queue.send([{ queue, body: "sound" }, message])).rejects.toThrow(refusal);
    expect(await platform.queue.receive(queue, 10, 1_000)).toEqual([]);
  });

  test("tells listeners what was sent or released, until they end it", async () => {
    const { platform } = await openedAt(join(await temporaryFolder(), "data"));
    const told: string[] = [];
    const end = platform.queue.onReady((name) => told.push(name));
    await platform.queue.send([{ queue, body: "x", delayMs: 10 }]);
    await platform.queue.send([{ queue: "other", body: "y" }]);
    const [delivery] = await platform.queue.receive("other", 1, 1_000);
    if (delivery) await platform.queue.release(delivery, 0);
    expect(told).toEqual([queue, "other", "other"]);
    end();
    await platform.queue.send([{ queue, body: "x" }]);
    expect(told).toHaveLength(3);
    await platform.close();
  });
});
