import { expect, test } from "vitest";
import { FloodGates } from "../../lib/clients/flood.ts";
import { WaitingPlaces } from "../../lib/clients/waiting-places.ts";
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

test("what counts as several waits until they are there, and what never fits at once is paid off", () => {
  const clock = new VirtualClock(0);
  const gates = new FloodGates(clock);
  const send = (events: number) => gates.take("batches", 60) ?? gates.takeMore("batches", 60, events - 1);
  expect(send(6)).toBeUndefined();
  const wait = send(6) ?? 0;
  expect(wait).toBeGreaterThan(2_000);
  clock.advance(wait);
  expect(send(6)).toBeUndefined();
  clock.advance(60_000);
  // Ten at once is all that can be there.
  expect(send(100)).toBeUndefined();
  const paidOff = send(1) ?? 0;
  expect(paidOff).toBeGreaterThan(90_000);
  clock.advance(paidOff);
  expect(send(1)).toBeUndefined();
});

test("over hours a client that sends batches gets no more through than one that does not", () => {
  const clock = new VirtualClock(0);
  const gates = new FloodGates(clock);
  let events = 0;
  for (let second = 0; second < 3_600; second += 1) {
    const size = [1, 7, 100][second % 3] ?? 1;
    if (gates.take("loud", 60) === undefined && gates.takeMore("loud", 60, size - 1) === undefined) events += size;
    clock.advance(1_000);
  }
  expect(events).toBeLessThanOrEqual(3_600 + 110);
  expect(events).toBeGreaterThan(1_000);
});

test("a client may have so many requests waiting, and all together leave room", () => {
  const places = new WaitingPlaces({ perClient: 2, total: 3 });
  const [first, second] = [places.take("a"), places.take("a")];
  expect([first, second, places.take("a")]).toEqual([expect.any(Function), expect.any(Function), undefined]);
  const other = places.take("b");
  expect([other, places.take("c")]).toEqual([expect.any(Function), undefined]);
  first?.();
  first?.();
  expect([places.take("a"), places.take("a"), places.take("c")]).toEqual([expect.any(Function), undefined, undefined]);
});
