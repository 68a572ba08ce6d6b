import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import type { Grant } from "../../../lib/providers/entra/grant.ts";
import { createTokenSource } from "../../../lib/providers/entra/tokens.ts";
import { failureOf, ManualTime, settle, signal } from "../support.ts";

const minuteMs = 60_000;

function source(lifetimeMs = 60 * minuteMs) {
  const time = new ManualTime();
  const control = { logins: 0, fail: undefined as unknown, lifetimeMs, hold: undefined as Promise<void> | undefined };
  const login = async (): Promise<Grant> => {
    control.logins += 1;
    await control.hold;
    if (control.fail !== undefined) throw control.fail;
    return { token: new Secret(`token-${control.logins}`), lifetimeMs: control.lifetimeMs };
  };
  return { time, control, tokens: createTokenSource(login, { clock: time }) };
}

describe("a token", () => {
  test.each([
    ["an hour", 60 * minuteMs, 55 * minuteMs],
    ["a day", 1_440 * minuteMs, 1_435 * minuteMs],
    ["ten minutes", 10 * minuteMs, 5 * minuteMs],
    ["two minutes", 2 * minuteMs, minuteMs],
  ])("that lives for %s is kept until five minutes before its end, or for half its life", async (_name, life, kept) => {
    const { time, control, tokens } = source(life);
    const first = await tokens.get(signal);
    time.advance(kept - 1);
    expect(await tokens.get(signal)).toBe(first);
    time.advance(1);
    expect(await tokens.get(signal)).not.toBe(first);
    expect(control.logins).toBe(2);
  });

  test("is got once for all who wait for it", async () => {
    const { control, tokens } = source();
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.get(signal)));
    expect(new Set(all).size).toBe(1);
    expect(control.logins).toBe(1);
  });

  test("is not handed out again after a refusal, and one login replaces it for everybody", async () => {
    const { control, tokens } = source();
    const first = await tokens.get(signal);
    tokens.refused(first);
    const next = await Promise.all([tokens.get(signal), tokens.get(signal)]);
    tokens.refused(first);
    expect(await tokens.get(signal)).toBe(next[0]);
    expect(next[0]).not.toBe(first);
    expect(control.logins).toBe(2);
  });

  test("is asked for again after a failed login", async () => {
    const { control, tokens } = source();
    control.fail = new UnauthorizedError("No");
    expect(await Promise.all([failureOf(tokens.get(signal)), failureOf(tokens.get(signal))])).toEqual([
      control.fail,
      control.fail,
    ]);
    control.fail = undefined;
    expect((await tokens.get(signal)).reveal()).toBe("token-2");
  });

  test("stays in use while Entra is out of order, which is asked once a minute", async () => {
    const { time, control, tokens } = source();
    const first = await tokens.get(signal);
    control.fail = new RetryableError("Down");
    time.advance(56 * minuteMs);
    for (let time = 0; time < 5; time += 1) expect(await tokens.get(signal)).toBe(first);
    expect(control.logins).toBe(2);
    time.advance(minuteMs);
    expect(await tokens.get(signal)).toBe(first);
    expect(control.logins).toBe(3);
    time.advance(2.6 * minuteMs);
    expect(await failureOf(tokens.get(signal))).toBe(control.fail);
  });

  test("that was refused does not come back while Entra is out of order", async () => {
    const { control, tokens } = source();
    tokens.refused(await tokens.get(signal));
    control.fail = new RetryableError("Down");
    expect(await failureOf(tokens.get(signal))).toBe(control.fail);
  });

  test("is never handed out past its end", async () => {
    const step = fc.record({ ms: fc.nat(20 * minuteMs), down: fc.boolean(), refuse: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.nat(90 * minuteMs), async (steps, life) => {
        const { time, control, tokens } = source(life + 1);
        const endOf = new Map<Secret, number>();
        for (const { ms, down, refuse } of steps) {
          time.advance(ms);
          control.fail = down ? new RetryableError("Down") : undefined;
          const token = await tokens.get(signal).catch(() => undefined);
          if (token === undefined) continue;
          if (!endOf.has(token)) endOf.set(token, time.now() + life + 1);
          expect(time.now()).toBeLessThan(endOf.get(token) ?? 0);
          if (refuse) tokens.refused(token);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("a caller that leaves", () => {
  test("is let go, and the login goes on for the others", async () => {
    const { control, tokens } = source();
    const { promise, resolve } = Promise.withResolvers<void>();
    control.hold = promise;
    const leaving = new AbortController();
    const left = failureOf(tokens.get(leaving.signal));
    const stays = tokens.get(signal);
    leaving.abort();
    expect(await left).toMatchObject({ name: "RetryableError", code: "interrupted", effect: "none" });
    resolve();
    expect((await stays).reveal()).toBe("token-1");
  });

  test("of a login that fails later leaves no unhandled rejection", async () => {
    const { control, tokens } = source();
    const { promise, resolve } = Promise.withResolvers<void>();
    control.hold = promise;
    control.fail = new RetryableError("Down");
    const leaving = new AbortController();
    const left = failureOf(tokens.get(leaving.signal));
    leaving.abort();
    await left;
    resolve();
    await settle();
    expect(control.logins).toBe(1);
  });
});
