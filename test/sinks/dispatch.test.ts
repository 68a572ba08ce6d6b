import { describe, expect, onTestFinished, test } from "vitest";
import { decodeDelivery, deliverEventQueue } from "../../lib/contracts/sink.ts";
import { Dispatcher } from "../../lib/sinks/dispatcher.ts";
import { endOf } from "../../lib/sinks/end-of-bus.ts";
import { ManualTime, turns } from "../platforms/local/manual-time.ts";
import { answered, eventOf, MemoryBus, System, sinkOf } from "./support.ts";

const events = (from: number, count: number) => Array.from({ length: count }, (_, index) => eventOf(from + index));
const handedTo = (system: System, sink: string) =>
  system.sent
    .filter(({ queue }) => queue === deliverEventQueue)
    .map(({ body }) => decodeDelivery(body))
    .filter((message) => message.sink === sink)
    .map(({ event }) => event.id);
const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

async function begun(system = new System()): Promise<System> {
  system.bus.publish(...events(1, 3));
  await system.dispatch();
  return system;
}

describe("dispatch", () => {
  test("begins a new sink at the present end", async () => {
    const system = await begun();
    expect(system.sent).toEqual([]);
    expect(await system.row()).toMatchObject({ kind: "sink", v: 1, name: "crm", position: 13 });
    system.bus.publish(eventOf(4));
    expect(await system.dispatch()).toEqual({ handed: 1, unfinished: false });
    expect(handedTo(system, "crm")).toEqual(["operation4-3-0"]);
    expect((await system.row())?.position).toBe(16);
  });

  test("begins at the first event of an empty bus", async () => {
    const system = new System();
    await system.dispatch();
    system.bus.publish(eventOf(1));
    await system.dispatch();
    expect(handedTo(system, "crm")).toEqual(["operation1-3-0"]);
  });

  test("hands over what each sink wants, and not what it does not", async () => {
    const system = await begun(
      new System({ failures: sinkOf({ events: ["*.failed"] }), all: sinkOf(), rax: sinkOf({ connections: ["rax"] }) }),
    );
    system.bus.publish(eventOf(4), eventOf(5, { type: "drover.operation.failed" }));
    await system.dispatch();
    expect(handedTo(system, "failures")).toEqual(["operation5-3-0"]);
    expect(handedTo(system, "all")).toEqual(["operation4-3-0", "operation5-3-0"]);
    expect(handedTo(system, "rax")).toEqual([]);
  });

  test("carries the event as it is, and no secret", async () => {
    const system = await begun();
    system.bus.publish(eventOf(4));
    await system.dispatch();
    const body = system.sent[0]?.body ?? "";
    expect(decodeDelivery(body)).toEqual({
      v: 1,
      sink: "crm",
      position: 16,
      attempt: 0,
      since: system.clock.now(),
      event: eventOf(4),
    });
    expect(body).not.toMatch(/whsec|vault:|in-the-url/);
  });

  test("reads in pages and goes on in the next run", async () => {
    const system = await begun();
    system.bus.publish(...events(4, 25));
    system.bus.reads.length = 0;
    expect(await system.dispatch({ pageSize: 10, pagesPerRun: 2 })).toEqual({ handed: 20, unfinished: true });
    expect(system.bus.reads).toEqual([10, 10]);
    expect(await system.dispatch({ pageSize: 10, pagesPerRun: 2 })).toEqual({ handed: 5, unfinished: false });
    expect(handedTo(system, "crm")).toEqual(idsOf(events(4, 25)));
  });

  test("reads a page once for all sinks that stand there", async () => {
    const system = await begun(new System({ a: sinkOf(), b: sinkOf(), c: sinkOf() }));
    system.bus.publish(...events(4, 5));
    system.bus.reads.length = 0;
    expect((await system.dispatch()).handed).toBe(15);
    expect(system.bus.reads).toHaveLength(1);
  });

  test("writes nothing for a few events that nobody wants, but does not look at them for ever", async () => {
    const system = await begun(new System({ crm: sinkOf({ connections: ["rax"] }) }));
    const before = system.ledger.writes;
    system.bus.publish(...events(4, 5));
    await system.dispatch({ pageSize: 10 });
    expect(system.ledger.writes).toBe(before);
    system.bus.publish(...events(9, 5));
    await system.dispatch({ pageSize: 10 });
    expect((await system.row())?.position).toBe(system.bus.stored.at(-1)?.position);
  });

  test("makes a dead letter of an event that no message can carry, once", async () => {
    const system = await begun();
    const large = eventOf(4, { data: { reason: "ö".repeat(30_000) } });
    system.bus.publish(large, eventOf(5));
    await system.dispatch();
    expect(handedTo(system, "crm")).toEqual(["operation5-3-0"]);
    expect(system.letters).toHaveLength(1);
    expect(system.letters[0]).toMatchObject({ queue: "deliver-event", id: "crm/operation4-3-0" });
    expect(system.letters[0]?.cause).toMatch(
      /^Expected event operation4-3-0 for sink crm in at most 48896 bytes, got 60\d+: /,
    );
    expect(system.letters[0]?.body.length).toBeLessThan(200);
  });

  test("repeats after a crash between the messages and the row, under the same ids", async () => {
    const system = await begun();
    system.bus.publish(...events(4, 2));
    system.ledger.beforeWrite = () => {
      throw new Error("the process died");
    };
    expect(await system.dispatch()).toEqual({ handed: 0, unfinished: true });
    system.ledger.beforeWrite = () => {};
    await system.dispatch();
    const once = idsOf(events(4, 2));
    expect(handedTo(system, "crm")).toEqual([...once, ...once]);
    await system.dispatch();
    expect(system.sent).toHaveLength(4);
  });

  test("loses nothing when the messages cannot be sent", async () => {
    const system = await begun();
    system.bus.publish(eventOf(4));
    system.beforeSend = () => {
      throw new Error("the queue is away");
    };
    await system.dispatch();
    expect((await system.row())?.position).toBe(13);
    system.beforeSend = () => {};
    await system.dispatch();
    expect(handedTo(system, "crm")).toEqual(["operation4-3-0"]);
  });

  test("knows its own write when the reply is lost", async () => {
    const system = await begun();
    system.bus.publish(eventOf(4));
    system.ledger.loseReply = true;
    expect(await system.dispatch()).toEqual({ handed: 1, unfinished: false });
    expect((await system.row())?.position).toBe(16);
  });

  test("by two at the same time hands over everything and never goes back", async () => {
    const system = await begun();
    system.bus.publish(...events(4, 50));
    const [slow, fast] = [system.dispatch({ pageSize: 7 }), system.dispatch({ pageSize: 10 })];
    await Promise.all([slow, fast]);
    expect(new Set(handedTo(system, "crm"))).toEqual(new Set(idsOf(events(4, 50))));
    const end = system.bus.stored.at(-1)?.position;
    expect((await system.row())?.position).toBe(end);
    expect(await system.dispatch()).toEqual({ handed: 0, unfinished: false });
  });

  test("by a slower one does not undo a faster one", async () => {
    const system = await begun();
    system.bus.publish(...events(4, 2));
    let rival = true;
    system.beforeSend = () => {
      if (!rival) return;
      rival = false;
      const row = JSON.parse(system.ledger.rows.get("sink/crm")?.text ?? "");
      system.ledger.rows.set("sink/crm", { text: JSON.stringify({ ...row, nonce: "r", position: 1000 }), version: 99 });
    };
    await system.dispatch();
    expect((await system.row())?.position).toBe(1000);
  });

  test("for one sink goes on when the row of another cannot be read or written", async () => {
    const system = await begun(new System({ broken: sinkOf(), crm: sinkOf(), newer: sinkOf() }));
    system.ledger.rows.set("sink/newer", { text: JSON.stringify({ v: 99, nonce: "n" }), version: 1 });
    system.ledger.beforeWrite = (key) => {
      if (key === "sink/broken") throw new Error("no");
    };
    system.bus.publish(eventOf(4));
    expect(await system.dispatch()).toMatchObject({ unfinished: true });
    expect(handedTo(system, "crm")).toEqual(["operation4-3-0"]);
    expect(handedTo(system, "newer")).toEqual([]);
  });

  test("leaves the events of a disabled sink on the bus until it is open again, or has another URL", async () => {
    const system = await begun();
    system.answer = () => answered(410);
    system.bus.publish(eventOf(4));
    await system.dispatch();
    await system.run();
    expect((await system.row())?.disabled).toMatchObject({ reason: "the receiver answered 410 Gone" });
    system.bus.publish(eventOf(5));
    await system.dispatch();
    expect(handedTo(system, "crm")).toEqual(["operation4-3-0"]);
    system.sinks = { crm: sinkOf({ url: "https://new.example/" }) };
    await system.dispatch();
    expect(handedTo(system, "crm")).toEqual(["operation4-3-0", "operation5-3-0"]);
  });
});

describe("the end of the bus", () => {
  test.each([0, 1, 2, 3, 10, 100, 1000])("of %i events is found in few looks", async (count) => {
    const bus = new MemoryBus();
    bus.publish(...events(1, count));
    expect(await endOf(bus)).toBe(bus.stored.at(-1)?.position ?? 0);
    expect(bus.reads.length).toBeLessThan(40);
    expect(new Set(bus.reads)).toEqual(new Set([1]));
  });
});

describe("the dispatcher", () => {
  function started(system = new System()) {
    const time = new ManualTime();
    const dispatcher = new Dispatcher({ ...system.options, after: (ms, callback) => time.after(ms, callback) });
    dispatcher.start();
    onTestFinished(() => dispatcher.stop());
    return { system, time, dispatcher };
  }

  test("runs after commits, one run at a time", async () => {
    const { system } = started();
    await turns(5);
    for (const event of events(1, 20)) system.bus.publish(event);
    await turns(20);
    expect(handedTo(system, "crm")).toEqual(idsOf(events(1, 20)));
  });

  test("tries again after a run that failed", async () => {
    const { system, time } = started();
    await turns(5);
    system.beforeSend = () => {
      throw new Error("the queue is away");
    };
    system.bus.publish(eventOf(1));
    await turns(5);
    expect(time.waiting).toEqual([5_000]);
    system.beforeSend = () => {};
    await time.advance(5_000);
    expect(handedTo(system, "crm")).toEqual(["operation1-3-0"]);
    expect(time.waiting).toEqual([60_000]);
  });

  test("does nothing any more once it is stopped", async () => {
    const { system, time, dispatcher } = started();
    await turns(5);
    await dispatcher.stop();
    system.bus.publish(eventOf(1));
    await time.advance(120_000);
    expect(system.sent).toEqual([]);
    expect(time.waiting).toEqual([]);
  });
});
