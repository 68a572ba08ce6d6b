import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeDelivery, encodeDelivery, redeliveryOf } from "../../lib/contracts/sink.ts";
import { createDeliverHandler } from "../../lib/sinks/deliver.ts";
import { handoverOf } from "../../lib/sinks/handover.ts";
import type { Posted } from "../../lib/sinks/post.ts";
import { retryAfterMsOf } from "../../lib/sinks/retry-after.ts";
import { answered, contextOf, eventOf, otherSecret, publicSecret, System, sinkOf } from "./support.ts";

const day = 86_400_000;

/** A system with one event on its way. */
async function sending(system = new System(), count = 1): Promise<System> {
  await system.dispatch();
  system.bus.publish(...Array.from({ length: count }, (_, index) => eventOf(index + 1)));
  await system.dispatch();
  return system;
}

const triesOf = (system: System) => {
  const from = system.requests[0]?.at ?? 0;
  return system.requests.map(({ at }) => Math.round((at - from) / 1000));
};
const secretsAnywhere = (system: System) =>
  JSON.stringify([system.sent, system.held, [...system.ledger.rows.values()], system.log.lines, system.log.fields]);

describe("a delivery", () => {
  test("is one POST of the event, and is over with any 2xx", async () => {
    for (const status of [200, 201, 202, 204, 299]) {
      const system = await sending();
      system.answer = () => answered(status);
      expect(await system.run(10 * day)).toBe(1);
      expect(system.requests).toHaveLength(1);
      expect(system.held).toEqual([]);
      expect((await system.row())?.lastSuccess).toEqual({ at: system.clock.now(), status });
    }
  });

  describe("is signed", () => {
    const start = Date.UTC(2026, 10, 21, 9);
    beforeEach(() => void vi.useFakeTimers({ now: start, toFake: ["Date"] }));
    afterEach(() => void vi.useRealTimers());

    test.each(["structured", "binary"] as const)("with every secret, in %s mode", async (contentMode) => {
      const system = await sending(
        new System({ crm: sinkOf({ contentMode, secrets: ["vault:crm", "vault:crm-old"] }) }),
      );
      await system.run();
      const [first] = system.requests;
      if (!first) throw new Error("nothing was sent");
      const { headers, body } = first.request;
      for (const secret of [publicSecret, otherSecret]) {
        const read = new Webhook(secret).verify(body, { ...headers });
        expect(read).toEqual(contentMode === "structured" ? eventOf(1) : eventOf(1).data);
      }
      expect(headers["webhook-id"]).toBe(eventOf(1).id);
    });

    test("at the time that the receiver has too, also while time waits for a clock that was put back", async () => {
      const system = await sending();
      const hourMs = 3_600_000;
      system.clock.wallBehindMs = hourMs;
      vi.setSystemTime(start - hourMs);
      await system.run();
      const [first] = system.requests;
      expect(() =>
        new Webhook(publicSecret).verify(first?.request.body ?? "", { ...first?.request.headers }),
      ).not.toThrow();
    });

    test("anew at each try, under the same id", async () => {
      const system = await sending();
      system.answer = () => answered(system.requests.length < 3 ? 500 : 200);
      await system.run(day);
      expect(system.requests).toHaveLength(3);
      for (const { at, request } of system.requests) {
        vi.setSystemTime(at);
        expect(request.headers["webhook-id"]).toBe(eventOf(1).id);
        expect(new Webhook(publicSecret).verify(request.body, { ...request.headers })).toEqual(eventOf(1));
      }
    });
  });

  test("waits until the date that it is told, by the receiver's clock, while ours waits for one that was put back", async () => {
    const system = await sending();
    const hourMs = 3_600_000;
    system.clock.wallBehindMs = hourMs;
    const retryAfter = new Date(system.clock.wallMs() + hourMs).toUTCString();
    system.answer = () => (system.requests.length === 1 ? { ...answered(429), retryAfter } : answered(200));
    await system.run(day);
    expect(triesOf(system)[1]).toBeGreaterThanOrEqual(3_599);
  });

  test("is not put off by a clock that was years ahead", async () => {
    const system = await sending();
    const far = system.clock.now() + 400 * day;
    system.held = system.held.map((held) => ({
      ...held,
      body: encodeDelivery({ ...decodeDelivery(held.body), notBefore: far }),
    }));
    await system.run(day);
    expect(system.requests).toHaveLength(1);
  });

  test("is tried again by the schedule, and then is a dead letter with cause, sink and event", async () => {
    const system = await sending();
    system.answer = () => answered(500);
    await system.run(10 * day);
    const planned = [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
    const gaps = triesOf(system).map((at, index, all) => at - (all[index - 1] ?? 0));
    expect(gaps).toHaveLength(10);
    for (const [index, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(planned[index] ?? 0);
      expect(gap).toBeLessThanOrEqual((planned[index] ?? 0) * 1.1 + 1);
    }
    expect(system.letters).toHaveLength(1);
    expect(system.letters[0]?.cause).toBe(
      "Expected sink crm to take event operation1-3-0 within 10 tries and 10 days, got 500 at try 10 to crm.example: mend that, then redrive",
    );
    // Never by putting the message back.
    expect(new Set(system.receives)).toEqual(new Set([1]));
    expect(await system.row()).toMatchObject({ failingSince: Date.UTC(2026, 10, 21, 9), lastFailure: { status: 500 } });
  });

  test("has the same jitter each time, and another for another event", async () => {
    const runs = await Promise.all(
      [1, 1].map(async () => {
        const system = await sending();
        system.answer = () => answered(500);
        await system.run(day);
        return triesOf(system);
      }),
    );
    expect(runs[0]).toEqual(runs[1]);
    const both = await sending(new System(), 2);
    both.answer = () => answered(500);
    await both.run(400_000);
    const third = both.requests.slice(4).map(({ at }) => at);
    expect(third[0]).not.toBe(third[1]);
  });

  test("that is redriven begins anew", async () => {
    const system = await sending();
    system.answer = () => answered(500);
    await system.run(10 * day);
    const body = redeliveryOf(system.letters[0]?.body ?? "", system.clock.now());
    await system.queue.send([{ queue: "deliver-event", body }]);
    system.answer = () => answered(system.requests.length < 12 ? 500 : 200);
    system.held = system.held.filter(({ queue }) => queue === "deliver-event");
    await system.run(day);
    expect(system.requests).toHaveLength(12);
    expect(system.held).toEqual([]);
    expect(system.requests.at(-1)?.request.headers["webhook-id"]).toBe(eventOf(1).id);
    expect((await system.row())?.failingSince).toBeUndefined();
  });

  test.each([301, 302, 307, 308, 304])("answered with %i is a failure", async (status) => {
    const system = await sending();
    system.answer = () => answered(system.requests.length < 2 ? status : 200);
    await system.run(day);
    expect(triesOf(system)).toHaveLength(2);
    expect((await system.row())?.lastFailure?.why).toBe(`${status}, a redirect that is not followed`);
  });

  test.each([400, 401, 403, 404, 413, 415, 422, 500, 502, 504])("answered with %i is tried again", async (status) => {
    const system = await sending();
    system.answer = () => answered(system.requests.length < 2 ? status : 200, "86400");
    await system.run(60_000);
    expect(triesOf(system)).toEqual([0, 5]);
  });

  test("without an answer is tried again", async () => {
    const system = await sending();
    system.answer = () => (system.requests.length < 2 ? { kind: "failed", why: "ECONNREFUSED" } : answered(200));
    await system.run(60_000);
    expect(triesOf(system)).toEqual([0, 5]);
    expect(system.log.lines).toContain("warn: an event was not delivered and is tried again");
  });

  test("goes through a queue of short delays at the right time", async () => {
    const plain = await sending();
    const short = await sending();
    short.maxDelayMs = 900_000;
    for (const system of [plain, short]) {
      system.answer = () => answered(500);
      await system.run(10 * day);
    }
    expect(triesOf(short)).toEqual(triesOf(plain));
    expect(short.letters).toHaveLength(1);
    expect(Math.max(...short.sent.map(({ delayMs = 0 }) => delayMs))).toBe(900_000);
  });

  test("is given up after ten days, whatever the receiver asks for", async () => {
    const system = await sending();
    const { record, version } = (await system.store.read("crm")) ?? {};
    if (!record) throw new Error("no row");
    await system.store.write("crm", { ...record, heldUntil: system.clock.now() + 10 * day }, version);
    system.answer = () => answered(500);
    await system.run(30 * day);
    expect(system.requests).toHaveLength(1);
    expect(system.letters[0]?.cause).toContain("within 10 tries and 10 days, got 500 at try 1 to crm.example");
  });
});

describe("Retry-After", () => {
  const now = Date.UTC(2026, 10, 21, 9);
  test.each([
    ["120", 120_000],
    ["0", 0],
    ["999999999", day],
    ["Sat, 21 Nov 2026 09:02:00 GMT", 120_000],
    ["Saturday, 21-Nov-26 09:02:00 GMT", 120_000],
    ["Sat Nov 21 09:02:00 2026", 120_000],
    ["Sat, 21 Nov 2026 08:00:00 GMT", 0],
    ["Sat, 21 Nov 2028 08:00:00 GMT", day],
    ["-5", undefined],
    ["soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("%s means %s ms", (header, ms) => {
    expect(retryAfterMsOf(header, now)).toBe(ms);
  });

  test.each([429, 503])("with %i is obeyed, for this event and for all others of the sink", async (status) => {
    const system = await sending(new System({ crm: sinkOf(), other: sinkOf({ url: "https://other.example/" }) }), 4);
    const toCrm = () => system.requests.filter(({ request }) => request.url.includes("crm"));
    system.answer = ({ url }) =>
      url.includes("crm") && toCrm().length === 1 ? answered(status, "600") : answered(200);
    await system.run(599_000);
    expect(toCrm()).toHaveLength(1);
    expect(system.requests).toHaveLength(5);
    await system.run(606_000);
    expect(toCrm()).toHaveLength(5);
    // Only what was refused has used up a try.
    const attempts = system.sent.map(({ body }) => decodeDelivery(body).attempt);
    expect(attempts.filter((attempt) => attempt > 0)).toEqual([1]);
  });

  test("shorter than the schedule does not use up the tries at once", async () => {
    const system = await sending();
    system.answer = () => answered(429, "1");
    await system.run(310_000);
    expect(triesOf(system)).toEqual([0, 5, 5 + 305 + 1].slice(0, triesOf(system).length));
    expect(system.letters).toEqual([]);
  });
});

describe("410 Gone", () => {
  test("disables the sink, and what is under way becomes a dead letter at once", async () => {
    const system = await sending(new System(), 3);
    system.answer = () => answered(410);
    await system.run(10 * day);
    expect(system.requests).toHaveLength(1);
    expect(system.letters.map(({ cause }) => cause)).toEqual(
      [1, 2, 3].map(
        (number) =>
          `Expected sink crm to be open for event operation${number}-3-0, got a disabled one (the receiver answered 410 Gone): enable it, then redrive`,
      ),
    );
    expect(system.log.lines).toContain("error: a sink was disabled");
  });

  test("is not acknowledged before the row says so", async () => {
    const system = await sending();
    system.answer = () => answered(410);
    system.ledger.beforeWrite = () => {
      throw new Error("the ledger is away");
    };
    await expect(system.run()).rejects.toThrow("the ledger is away");
    expect(system.letters).toEqual([]);
  });
});

describe("what cannot be delivered", () => {
  test("since the sink was removed says so", async () => {
    const system = await sending();
    system.sinks = {};
    await system.run();
    expect(system.requests).toEqual([]);
    expect(system.letters[0]?.cause).toBe(
      "Expected sink crm in the configuration for event operation1-3-0, got none of that name: add it again and redrive, or leave the letter",
    );
  });

  test("for a sink that is named like a part of every object is no exception", async () => {
    const system = new System();
    await system.queue.send([handoverOf("constructor", { position: 1, event: eventOf(1) }, 0)]);
    await system.run();
    expect(system.letters[0]?.cause).toContain("Expected sink constructor in the configuration");
  });

  test("since it cannot be read is a dead letter", async () => {
    const system = new System();
    await system.queue.send([{ queue: "deliver-event", body: "{" }]);
    await system.run();
    expect(system.letters[0]?.cause).toContain("Expected a delivery as JSON");
  });

  test("since a newer release wrote it is put back", async () => {
    const system = await sending();
    const [message] = system.held;
    const body = message?.body.replace('"v":1', '"v":2') ?? "";
    const settlement = await createDeliverHandler(system.options)(
      { queue: "deliver-event", id: "m", body, receives: 1, sentAt: 0 },
      contextOf(),
    );
    expect(settlement).toMatchObject({ kind: "release", delayMs: 60_000 });
  });

  test("since a newer release wrote the sink's row is put back", async () => {
    const system = await sending();
    const text = JSON.stringify({ ...(await system.row()), v: 99 });
    system.ledger.rows.set("sink/crm", { text, version: 1 });
    const [message] = system.held;
    system.held = [];
    if (message) await system.deliver(message, createDeliverHandler(system.options));
    expect(system.requests).toEqual([]);
    expect(system.held).toMatchObject([{ receives: 1, dueAt: system.clock.now() + 60_000 }]);
  });

  test("for want of time is put back, and is no failure of the receiver", async () => {
    const system = await sending();
    const [message] = system.held;
    if (!message) throw new Error("nothing is on its way");
    system.held = [];
    await system.deliver(message, createDeliverHandler(system.options), contextOf(undefined, 2_000));
    expect(system.requests).toEqual([]);
    system.answer = () => ({ kind: "interrupted" });
    await system.deliver(message, createDeliverHandler(system.options));
    expect(system.held).toMatchObject([{ receives: 1 }, { receives: 1 }]);
    expect((await system.row())?.lastFailure).toBeUndefined();
  });

  test("waits no longer than the function lives", async () => {
    const system = await sending();
    const [message] = system.held;
    if (message) await system.deliver(message, createDeliverHandler(system.options), contextOf(undefined, 10_000));
    expect(system.requests[0]?.request.timeoutMs).toBe(7_000);
  });
});

describe("secrets", () => {
  test.each([
    ["that is missing", undefined, "nothing sent: its secrets could not be read"],
    ["that is none", "hunter2-hunter2", "nothing sent: Expected whsec_ and 24 to 64 bytes in base64 at vault:crm"],
  ])("one %s is a failure that is tried again, and is never shown", async (_what, value, why) => {
    const system = await sending();
    system.secrets.delete("vault:crm");
    if (value !== undefined) system.secrets.set("vault:crm", value);
    await system.run(10 * day);
    expect(system.requests).toEqual([]);
    expect(system.letters[0]?.cause).toContain(why);
    expect(secretsAnywhere(system)).not.toMatch(/MfKQ9|hunter2/);
  });

  test("stand in no message, row, log or letter, and neither does the URL", async () => {
    for (const answer of [answered(500), answered(410), answered(429, "5"), answered(302)]) {
      const system = await sending();
      system.answer = (): Posted => answer;
      await system.run(10 * day);
      expect(secretsAnywhere(system)).not.toMatch(/MfKQ9|whsec|in-the-url/);
    }
  });
});

describe("the row of a sink", () => {
  test("is not written for each delivery", async () => {
    const system = await sending(new System(), 50);
    const before = system.ledger.writes;
    await system.run();
    expect(system.requests).toHaveLength(50);
    expect(system.ledger.writes - before).toBe(1);
  });

  test("that cannot be written does not make a delivered event come again", async () => {
    const system = await sending();
    system.ledger.beforeWrite = () => {
      throw new Error("the ledger is away");
    };
    await system.run(10 * day);
    expect(system.requests).toHaveLength(1);
    expect(system.log.lines).toContain("warn: the state of a sink could not be written");
  });
});

describe("a busy sink", () => {
  test("takes so many at once, and what stands back uses up no try", async () => {
    const system = new System({ slow: sinkOf({ url: "https://slow.example/" }), crm: sinkOf() });
    system.atOnce = { perSink: 2, total: 3 };
    await sending(system, 5);
    const waiting: ((posted: Posted) => void)[] = [];
    system.answer = ({ url }) =>
      url.includes("slow") ? new Promise<Posted>((resolve) => waiting.push(resolve)) : answered(200);
    const handler = createDeliverHandler(system.options);
    const first = system.held;
    system.held = [];
    const all = Promise.all(first.map((message) => system.deliver(message, handler)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(waiting).toHaveLength(2);
    const back = system.held.map(({ body }) => decodeDelivery(body));
    expect(back.filter(({ sink }) => sink === "slow")).toHaveLength(3);
    for (const message of back) expect(message).toMatchObject({ attempt: 0, waits: 1 });
    for (const resolve of waiting) resolve(answered(200));
    await all;
    system.answer = () => answered(200);
    await system.run(60_000, handler);
    expect(system.held).toEqual([]);
    expect(system.requests).toHaveLength(10);
  });
});
