import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createClock, reportedJumpMs } from "../../../lib/platforms/clock.ts";

/** A wall clock and a monotonic clock that a test moves. */
function sources(wallStart = 1_800_000_000_000) {
  let wall = wallStart;
  let monotonic = 5_000;
  return {
    wall: () => Math.floor(wall),
    monotonic: () => monotonic,
    /** Time passes, and the wall clock is moved by somebody by `stepMs` on the way. */
    pass(ms: number, stepMs = 0): void {
      monotonic += ms;
      wall += ms + stepMs;
    },
  };
}

const elapsed = fc.oneof(
  fc.constant(0),
  fc.double({ min: 0, max: 5, noNaN: true }),
  fc.integer({ min: 0, max: 100_000 }),
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -1_990, max: 1_990 }) },
  { weight: 1, arbitrary: fc.integer({ min: -1_000_000, max: 1_000_000 }) },
);
const passages = fc.array(fc.tuple(elapsed, step), { maxLength: 50 });

describe("the local clock", () => {
  test("goes on from where its time was last seen, a little slower than the wall clock that is behind", () => {
    const source = sources();
    const hourMs = 3_600_000;
    const clock = createClock(source, undefined, source.wall() + hourMs);
    expect(clock.now()).toBe(source.wall() + hourMs);
    source.pass(60_000);
    expect(clock.now() - source.wall()).toBe(hourMs - 3_000);
    source.pass(20 * hourMs);
    expect(clock.now()).toBe(source.wall());
    expect(createClock(source, undefined, source.wall() - 1).now()).toBe(source.wall());
  });

  test("tells apart the time that never goes back and what the system says", () => {
    const source = sources();
    const clock = createClock(source);
    source.pass(1_000, -600_000);
    expect(clock.wallMs()).toBe(source.wall());
    expect(clock.now()).toBeGreaterThan(clock.wallMs() + 599_000);
  });

  test("never goes back, and never lags behind the wall clock", () => {
    fc.assert(
      fc.property(passages, (moves) => {
        const source = sources();
        const clock = createClock(source);
        let before = clock.now();
        for (const [ms, stepMs] of moves) {
          source.pass(ms, stepMs);
          const now = clock.now();
          expect(now).toBeGreaterThanOrEqual(before);
          expect(now).toBeGreaterThanOrEqual(source.wall());
          expect(Number.isInteger(now)).toBe(true);
          before = now;
        }
      }),
    );
  });

  test("is the wall clock as long as nobody steps it back", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(elapsed, fc.nat({ max: 1_000_000 })), { maxLength: 50 }), (moves) => {
        const source = sources();
        const clock = createClock(source);
        for (const [ms, stepMs] of moves) {
          source.pass(ms, stepMs);
          expect(clock.now() - source.wall()).toBeOneOf([0, 1]);
        }
      }),
    );
  });

  test("goes on at nearly its pace after a step back, until the wall clock has caught up", () => {
    const source = sources();
    const clock = createClock(source);
    const start = clock.now();
    source.pass(0, -60_000);
    expect(clock.now()).toBe(start);
    for (let second = 1; second <= 600; second += 1) {
      source.pass(1_000);
      const passed = clock.now() - start;
      expect(passed).toBeGreaterThanOrEqual(second * 940);
      expect(passed).toBeLessThanOrEqual(second * 1_000);
    }
    expect(clock.now() - source.wall()).toBeGreaterThan(0);
    // 5 % of twenty minutes is the minute by which it was ahead.
    for (let second = 601; second <= 1_201; second += 1) {
      source.pass(1_000);
      clock.now();
    }
    expect(clock.now()).toBe(source.wall());
  });

  test("reports each step of more than two seconds once, with its size, and nothing else", () => {
    fc.assert(
      fc.property(passages, (moves) => {
        const source = sources();
        const reported: number[] = [];
        const clock = createClock(source, (byMs) => reported.push(byMs));
        const expected: number[] = [];
        for (const [ms, stepMs] of moves) {
          source.pass(ms, stepMs);
          clock.now();
          clock.now();
          if (Math.abs(stepMs) > reportedJumpMs + 1) expected.push(stepMs);
        }
        expect(reported).toHaveLength(expected.length);
        for (const [index, byMs] of reported.entries()) expect(Math.abs(byMs - (expected[index] ?? 0))).toBeLessThan(2);
      }),
    );
  });

  test("leaves the monotonic clock alone", () => {
    const source = sources();
    const clock = createClock(source);
    source.pass(1_234, -50_000);
    expect(clock.monotonicMs()).toBe(6_234);
  });

  test("reads the system's clocks when none are given", () => {
    const clock = createClock();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
    expect(clock.monotonicMs()).toBeLessThanOrEqual(performance.now());
  });
});
