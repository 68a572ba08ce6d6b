import { describe, expect, test } from "vitest";
import { PermanentError, RetryableError } from "../../lib/contracts/errors.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { describeFailures } from "./failures.ts";
import {
  assertNoCanary,
  callAt,
  contextAt,
  failureOf,
  noteOf,
  type Open,
  otherCanary,
  published,
  valueCanary,
} from "./world.ts";

/** What every place where keys are published promises. */
export function describePublishTarget(kind: string, open: Open): void {
  describe(`publish target ${kind}`, () => {
    test("says its kind and how long a publication takes to show", async () => {
      const { target } = await open();
      expect(kind).toContain(target.kind);
      const { requestTimeoutMs, settlingMs, lookEveryMs } = target.settling;
      expect(Math.min(requestTimeoutMs, settlingMs, lookEveryMs)).toBeGreaterThan(0);
    });

    test("reads nothing where nothing was published, and changes nothing by it", async () => {
      const { target, secret, time, wire } = await open();
      expect(await target.read(secret, contextAt(time))).toBeUndefined();
      expect(await target.read(secret, contextAt(time))).toBeUndefined();
      expect((wire?.sent ?? []).filter(isChange)).toEqual([]);
    });

    test("reads back what was published, with its note, version and time", async () => {
      const { target, secret, time, keeps } = await open();
      const { version } = await target.publish(secret, published, noteOf(), callAt(time));
      const found = await target.read(secret, contextAt(time));
      expect(found?.value.reveal()).toBe(valueCanary);
      expect(found?.version).toBe(version);
      expect(version).toMatch(/^[\w.-]{1,64}$/);
      expect(found?.note).toEqual(keeps(noteOf()));
      expect(found?.publishedAt).toBeTypeOf("number");
    });

    test.each(["primary", "secondary"] as const)("keeps the slot %s and a long grace apart", async (slot) => {
      const { target, secret, time, keeps } = await open();
      const note = noteOf({ slot, graceMs: 400 * 86_400_000 });
      await target.publish(secret, published, note, callAt(time));
      expect((await target.read(secret, contextAt(time)))?.note).toEqual(keeps(note));
    });

    test("publishes with exactly one request", async () => {
      const { target, secret, time, wire } = await open();
      await target.publish(secret, published, noteOf(), callAt(time));
      if (wire) expect(wire.sent.filter(isChange)).toHaveLength(1);
      if (wire) expect(wire.sent).toHaveLength(1);
    });

    test("gives the newest of two versions", async () => {
      const { target, secret, time, keeps } = await open();
      const first = await target.publish(secret, published, noteOf(), callAt(time));
      time.advance(5_000);
      const next = noteOf({ slot: "primary", fingerprint: "sha256:aa", publishedAt: time.now() });
      const second = await target.publish(secret, new Secret(otherCanary), next, callAt(time));
      expect(second.version).not.toBe(first.version);
      const found = await target.read(secret, contextAt(time));
      expect(found?.value.reveal()).toBe(otherCanary);
      expect(found?.version).toBe(second.version);
      expect(found?.note).toEqual(keeps(next));
    });

    test("shows the same after the same publication came twice", async () => {
      const { target, secret, time, keeps } = await open();
      await target.publish(secret, published, noteOf(), callAt(time));
      time.advance(60_000);
      await target.publish(secret, published, noteOf(), callAt(time));
      const found = await target.read(secret, contextAt(time));
      expect(found?.value.reveal()).toBe(valueCanary);
      expect(found?.note).toEqual(keeps(noteOf()));
    });

    test("reads what somebody else has put there, without a note", async () => {
      const { target, secret, time, putByOthers } = await open();
      await target.publish(secret, published, noteOf(), callAt(time));
      await putByOthers(secret, otherCanary);
      const found = await target.read(secret, contextAt(time));
      expect(found?.value.reveal()).toBe(otherCanary);
      expect(found?.note).toBeUndefined();
    });

    test.each(["other-secret", "", "*", "fleet", "xfleet-key"])(
      "neither reads nor writes %j, which is not permitted",
      async (name) => {
        const { target, time, wire, canaries } = await open();
        for (const attempt of [
          () => target.read(name, contextAt(time)),
          () => target.publish(name, published, noteOf(), callAt(time)),
        ]) {
          const error = await failureOf(attempt());
          expect(error).toBeInstanceOf(PermanentError);
          expect(error).toMatchObject({ code: "secret-not-permitted", effect: "none" });
          expect(error.message).toMatch(/^Expected a secret that publish target \S+ permits, got another one: list it/);
          assertNoCanary(error, canaries);
        }
        expect(wire?.sent ?? []).toEqual([]);
      },
    );

    test.each(["fleet-a b", "fleet-ä", "fleet-?x=1", "fleet-#", `fleet-${"x".repeat(600)}`])(
      "refuses %j, which is no name here, before anything is sent",
      async (name) => {
        const { target, time, wire } = await open();
        for (const attempt of [
          () => target.read(name, contextAt(time)),
          () => target.publish(name, published, noteOf(), callAt(time)),
        ]) {
          expect(await failureOf(attempt())).toMatchObject({ code: "invalid-secret-name", effect: "none" });
        }
        expect(wire?.sent ?? []).toEqual([]);
      },
    );

    test("writes nothing after the time to do so", async () => {
      const { target, secret, time, wire } = await open();
      const error = await failureOf(
        target.publish(secret, published, noteOf(), callAt(time, { sendBefore: time.now() - 1 })),
      );
      expect(error).toBeInstanceOf(RetryableError);
      expect(error).toMatchObject({ code: "too-late-to-send", effect: "none" });
      expect((wire?.sent ?? []).filter(isChange)).toEqual([]);
      expect(await target.read(secret, contextAt(time))).toBeUndefined();
    });

    test("writes nothing when it was interrupted before", async () => {
      const { target, secret, time } = await open();
      const error = await failureOf(
        target.publish(secret, published, noteOf(), callAt(time, { signal: AbortSignal.abort() })),
      );
      expect(error).toMatchObject({ effect: "none" });
      expect(error).toBeInstanceOf(RetryableError);
      expect(await target.read(secret, contextAt(time))).toBeUndefined();
    });

    test("checks that reading works, before and after a publication", async () => {
      const { target, secret, time, canaries, wire } = await open();
      const before = await target.check(contextAt(time));
      expect(before.length).toBeGreaterThan(0);
      await target.publish(secret, published, noteOf(), callAt(time));
      const after = await target.check(contextAt(time));
      expect(after.filter(({ ok }) => !ok)).toEqual([]);
      assertNoCanary([before, after], canaries);
      expect((wire?.sent ?? []).filter(isChange)).toHaveLength(wire ? 1 : 0);
    });

    test("shows no secret in what it is made of", async () => {
      const { target, secret, time, canaries } = await open();
      await target.publish(secret, published, noteOf(), callAt(time));
      assertNoCanary(target, canaries);
      assertNoCanary(await target.read(secret, contextAt(time)), canaries);
    });
  });

  describeFailures(kind, open);
}

/** A read of Secrets Manager is a POST as well. */
export function isChange(request: Request): boolean {
  return request.method === "PUT" || /\.Put/.test(request.headers.get("x-amz-target") ?? "");
}
