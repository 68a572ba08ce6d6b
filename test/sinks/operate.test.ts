import { describe, expect, test } from "vitest";
import { ConflictError, InvalidInputError, NotFoundError } from "../../lib/contracts/errors.ts";
import { decodeDelivery } from "../../lib/contracts/sink.ts";
import { describeSinks } from "../../lib/sinks/describe.ts";
import { enableSink, replay } from "../../lib/sinks/operate.ts";
import { answered, eventOf, System, sinkOf } from "./support.ts";

async function withEvents(count: number, system = new System()): Promise<System> {
  await system.dispatch();
  system.bus.publish(...Array.from({ length: count }, (_, index) => eventOf(index + 1)));
  await system.dispatch();
  await system.run();
  system.sent.length = 0;
  system.requests.length = 0;
  return system;
}

const handed = (system: System) => system.sent.map(({ body }) => decodeDelivery(body).event.id);
const positionOf = (system: System, number: number) => system.bus.stored[number - 1]?.position ?? 0;
const describeAll = (system: System) => describeSinks(system.sinks, { ...system.options, now: system.clock.now() });

describe("replay", () => {
  test("hands the range over again, under the same ids, and leaves the sink's place", async () => {
    const system = await withEvents(6);
    const before = (await system.row())?.position;
    const range = { after: positionOf(system, 1), through: positionOf(system, 4) };
    expect(await replay(system.options, "crm", range)).toEqual({ handed: 3, position: range.through, done: true });
    expect(handed(system)).toEqual([2, 3, 4].map((number) => eventOf(number).id));
    expect((await system.row())?.position).toBe(before);
    await system.run();
    expect(system.requests.map(({ request }) => request.headers["webhook-id"])).toEqual(handed(system));
  });

  test("is bounded and goes on where it ended", async () => {
    const system = await withEvents(2_500);
    const through = positionOf(system, 2_450);
    const positions: number[] = [];
    let result = await replay(system.options, "crm", { after: 0, through });
    for (; !result.done; result = await replay(system.options, "crm", { after: result.position, through })) {
      positions.push(result.position);
    }
    expect(positions).toEqual([positionOf(system, 1_000), positionOf(system, 2_000)]);
    expect(handed(system)).toEqual(Array.from({ length: 2_450 }, (_, index) => eventOf(index + 1).id));
  });

  test("keeps to what the sink wants, and to what there is", async () => {
    const system = await withEvents(3, new System({ crm: sinkOf({ connections: ["rax"] }) }));
    expect(await replay(system.options, "crm", { after: 0, through: 99_999 })).toEqual({
      handed: 0,
      position: 99_999,
      done: true,
    });
  });

  test("refuses an unknown sink, a range that is none, and a disabled sink", async () => {
    const system = await withEvents(1);
    await expect(replay(system.options, "toString", { after: 0, through: 1 })).rejects.toThrow(NotFoundError);
    for (const range of [
      { after: 2, through: 1 },
      { after: -1, through: 1 },
      { after: 0, through: Number.NaN },
    ]) {
      await expect(replay(system.options, "crm", range)).rejects.toThrow(InvalidInputError);
    }
    system.answer = () => answered(410);
    await replay(system.options, "crm", { after: 0, through: 99 });
    await system.run();
    await expect(replay(system.options, "crm", { after: 0, through: 99 })).rejects.toThrow(ConflictError);
  });
});

describe("a disabled sink", () => {
  async function disabled(): Promise<System> {
    const system = await withEvents(0);
    system.answer = () => answered(410);
    system.bus.publish(eventOf(1));
    await system.dispatch();
    await system.run();
    system.bus.publish(eventOf(2));
    await system.dispatch();
    system.answer = () => answered(200);
    system.sent.length = 0;
    return system;
  }

  test("goes on where it stopped once it is enabled", async () => {
    const system = await disabled();
    expect((await enableSink(system.options, "crm")).disabled).toBeUndefined();
    await system.dispatch();
    expect(handed(system)).toEqual([eventOf(2).id]);
  });

  test("goes on with the next event when what it missed is to be left out", async () => {
    const system = await disabled();
    await enableSink(system.options, "crm", { skipMissed: true });
    system.bus.publish(eventOf(3));
    await system.dispatch();
    expect(handed(system)).toEqual([eventOf(3).id]);
  });

  test("has to exist", async () => {
    const system = new System();
    await expect(enableSink(system.options, "other")).rejects.toThrow(NotFoundError);
    await expect(enableSink(system.options, "crm")).rejects.toThrow("start the system first");
  });
});

describe("what operators see", () => {
  test("is how each sink is doing, without its URL", async () => {
    const system = new System({ crm: sinkOf(), bad: sinkOf({ url: "https://bad.example:8443/in-the-url" }) });
    expect(await describeAll(system)).toMatchObject([
      { name: "crm", state: "new" },
      { state: "new", waiting: 0 },
    ]);
    await system.dispatch();
    system.answer = ({ url }) => answered(url.includes("bad") ? 502 : 204);
    system.bus.publish(eventOf(1));
    await system.dispatch();
    await system.run();
    system.bus.publish(eventOf(2));
    const at = system.clock.now();
    const [crm, bad] = await describeAll(system);
    expect(crm).toEqual({
      name: "crm",
      host: "crm.example",
      state: "open",
      position: 7,
      waiting: 1,
      waitingIsMore: false,
      lastSuccess: { at, status: 204 },
    });
    expect(bad).toMatchObject({
      host: "bad.example:8443",
      state: "failing",
      failingSince: at,
      lastFailure: { at, status: 502, why: "502" },
    });
    expect(JSON.stringify([crm, bad])).not.toMatch(/in-the-url|vault/);
  });

  test("says who is held and who is disabled, and why", async () => {
    const system = await withEvents(0, new System({ held: sinkOf(), gone: sinkOf({ url: "https://gone.example/" }) }));
    system.answer = ({ url }) => (url.includes("gone") ? answered(410) : answered(429, "60"));
    system.bus.publish(eventOf(1));
    await system.dispatch();
    await system.run();
    const [held, gone] = await describeAll(system);
    expect(held).toMatchObject({ state: "held", heldUntil: system.clock.now() + 60_000 });
    expect(gone).toMatchObject({ state: "disabled", disabled: { reason: "the receiver answered 410 Gone" } });
    expect(gone?.disabled).not.toHaveProperty("target");
  });
});
