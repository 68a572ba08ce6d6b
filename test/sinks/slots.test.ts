import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placesFor, Slots } from "../../lib/sinks/slots.ts";

/** Takes places for a sink that never gives any back. @returns how many it got */
function hang(slots: Slots, sink: string): number {
  let taken = 0;
  while (slots.take(sink)) taken += 1;
  return taken;
}

describe("places", () => {
  test("are left for the last sink although all others hang", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 256 }), fc.integer({ min: 1, max: 32 }), (concurrency, sinks) => {
        fc.pre(sinks < concurrency);
        const places = placesFor(concurrency, sinks);
        const slots = new Slots(places);
        for (let sink = 1; sink < sinks; sink += 1) hang(slots, `hanging-${sink}`);
        expect(slots.take("healthy")).toBeDefined();
        expect(places.total).toBeLessThan(concurrency);
      }),
    );
  });

  test("are as many as before for a few sinks, and fewer each for many", () => {
    expect(placesFor(64, 1)).toEqual({ perSink: 8, total: 32 });
    expect(placesFor(64, 4)).toEqual({ perSink: 8, total: 32 });
    expect(placesFor(64, 6)).toEqual({ perSink: 5, total: 32 });
    expect(placesFor(64, 32)).toEqual({ perSink: 1, total: 32 });
    expect(placesFor(8, 6)).toEqual({ perSink: 1, total: 6 });
    expect(placesFor(1, 2)).toEqual({ perSink: 1, total: 1 });
    expect(placesFor(64, 0)).toEqual({ perSink: 8, total: 32 });
  });
});
