import { expect, test } from "vitest";
import { FloodGates } from "../../lib/clients/flood.ts";
import { VirtualClock } from "../simulation/virtual-clock.ts";

test("a client that floods is held off for as long as it says, and others go on", () => {
  const clock = new VirtualClock(0);
  const gates = new FloodGates(clock);
  const take = (name: string) => gates.take(name, 60);
  for (let count = 0; count < 10; count += 1) expect(take("loud")).toBeUndefined();
  const wait = take("loud") ?? 0;
  expect(wait).toBeGreaterThan(0);
  expect(take("quiet")).toBeUndefined();
  clock.advance(wait - 1);
  expect(take("loud")).toBeGreaterThan(0);
  clock.advance(1);
  expect(take("loud")).toBeUndefined();
});

test("a client sends no more in a minute than asked for, beside what may come at once", () => {
  const clock = new VirtualClock(0);
  const gates = new FloodGates(clock);
  let taken = 0;
  for (let ms = 0; ms < 60_000; ms += 50) {
    if (gates.take("loud", 120) === undefined) taken += 1;
    clock.advance(50);
  }
  expect(taken).toBeLessThanOrEqual(120 + 20 + 1);
  expect(taken).toBeGreaterThan(115);
});
