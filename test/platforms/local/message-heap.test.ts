import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isBefore, MessageHeap, type Turn } from "../../../lib/platforms/local/message-heap.ts";

const turn = fc.record({ readyAt: fc.integer({ min: 0, max: 20 }), id: fc.integer({ min: 0, max: 1_000_000 }) });
const soonestFirst = (a: Turn, b: Turn) => (isBefore(a, b) ? -1 : 1);

describe("the heap of messages", () => {
  test("gives the soonest of what is in it, whatever was pushed and popped before", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(turn, fc.constant("pop" as const))), (steps) => {
        const heap = new MessageHeap<Turn>();
        let model: Turn[] = [];
        for (const step of steps) {
          if (step === "pop") expect(heap.pop()).toEqual(model.shift());
          else {
            heap.push(step);
            model = [...model, step].sort(soonestFirst);
          }
          expect(heap.size).toBe(model.length);
          expect(heap.first).toEqual(model[0]);
        }
      }),
    );
  });

  test("keeps the soonest when it is cut, and gives back the others", () => {
    fc.assert(
      fc.property(fc.uniqueArray(turn, { selector: ({ id }) => id }), fc.nat({ max: 10 }), (turns, count) => {
        const heap = new MessageHeap<Turn>();
        for (const each of turns) heap.push(each);
        const sorted = [...turns].sort(soonestFirst);
        expect(heap.cut(count)).toEqual(sorted.slice(count));
        const left = Array.from({ length: heap.size }, () => heap.pop());
        expect(left).toEqual(sorted.slice(0, count));
      }),
    );
  });
});
