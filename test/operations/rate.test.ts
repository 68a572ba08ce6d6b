import { describe, expect, test } from "vitest";
import type { Ports } from "../../lib/contracts/ports.ts";
import { grantChange, whenChangeable } from "../../lib/operations/rate.ts";
import { World } from "../simulation/world.ts";

const world = () => new World({ mode: "cloud" }, () => ({ handlers: {}, sweep: async () => undefined }));
const change = (booked = false, perMinute = 3, connection = "c") => ({ connection, perMinute, operation: "o", booked });
const ask = (ports: Ports, booked = false, perMinute = 3) => grantChange(ports, change(booked, perMinute));

describe("the changes of a connection", () => {
  test("are granted at once up to the limit, then at times of their own", async () => {
    const { outside: ports, clock } = world();
    expect(await Promise.all([ask(ports), ask(ports), ask(ports)])).toEqual([undefined, undefined, undefined]);
    const first = (await ask(ports)) ?? 0;
    const second = (await ask(ports)) ?? 0;
    expect(first - clock.now()).toBeGreaterThanOrEqual(60_000);
    expect(second).toBeGreaterThan(first);
  });

  test("are granted to whoever has waited before newcomers", async () => {
    const { outside: ports, clock } = world();
    for (const _ of [1, 2, 3]) await ask(ports);
    const booked = (await ask(ports)) ?? 0;
    clock.advance(booked - clock.now());
    expect(await ask(ports)).toBeGreaterThan(booked);
    expect(await ask(ports, true)).toBeUndefined();
  });

  test("are looked at without being taken", async () => {
    const { outside: ports } = world();
    for (const _ of [1, 2, 3, 4, 5]) expect(await whenChangeable(ports, change())).toBeUndefined();
    for (const _ of [1, 2, 3]) expect(await ask(ports)).toBeUndefined();
    expect(await whenChangeable(ports, change())).toBeGreaterThan(0);
  });

  test("that were booked and that nobody came for hold nobody off for long", async () => {
    const { outside: ports, clock } = world();
    for (let count = 0; count < 200; count += 1) await ask(ports);
    clock.advance(5 * 60_000);
    expect(await ask(ports)).toBeUndefined();
  });

  test("are free again at once when the limit is raised", async () => {
    const { outside: ports, clock } = world();
    for (const _ of [1, 2, 3, 4]) await ask(ports);
    const again = (await ask(ports, true, 10)) ?? clock.now();
    expect(again).toBe(clock.now());
  });

  test("are counted by connection", async () => {
    const { outside: ports } = world();
    for (const _ of [1, 2, 3]) await ask(ports);
    expect(await grantChange(ports, change(false, 1, "d"))).toBeUndefined();
  });

  test("are never more than the limit within any minute, whoever asks when", async () => {
    const { outside: ports, clock, randomness } = world();
    const granted: number[] = [];
    const waiting: { at: number; booked: boolean }[] = Array.from({ length: 200 }, () => ({
      at: clock.now() + (Number.parseInt(randomness.hex(6), 16) % 600_000),
      booked: false,
    }));
    while (waiting.length > 0) {
      waiting.sort((a, b) => a.at - b.at);
      const next = waiting.shift();
      if (!next) break;
      clock.advance(Math.max(0, next.at - clock.now()));
      const again = await ask(ports, next.booked, 10);
      if (again === undefined) granted.push(clock.now() + (Number.parseInt(randomness.hex(4), 16) % 10_000));
      else waiting.push({ at: again + (Number.parseInt(randomness.hex(4), 16) % 3_000), booked: true });
    }
    // Each is sent up to ten seconds after it was granted.
    const sent = granted.sort((a, b) => a - b);
    const most = Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + 60_000).length));
    expect(most).toBeLessThanOrEqual(10);
    expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).toBeLessThan(40 * 60_000);
  });

  test("count no change of a time to come, by a clock that was years ahead", async () => {
    const { outside: ports, clock } = world();
    clock.jump(400 * 86_400_000);
    for (let grants = 0; grants < 3; grants += 1) expect(await ask(ports)).toBeUndefined();
    expect(await ask(ports)).toBeGreaterThan(0);
    clock.jump(-400 * 86_400_000);
    expect(await ask(ports, true)).toBeUndefined();
  });
});
