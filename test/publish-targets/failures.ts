import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { PermanentError, RetryableError, UnauthorizedError } from "../../lib/contracts/errors.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import {
  assertNoCanary,
  type Between,
  callAt,
  contextAt,
  failureOf,
  noteOf,
  type Open,
  published,
  type TargetUnderTest,
  valueCanary,
  type Wire,
} from "./world.ts";

type Failure = {
  readonly between: Between;
  readonly class: typeof PermanentError | typeof RetryableError | typeof UnauthorizedError;
  readonly effect: "none" | "possible";
  readonly code?: string;
};

const never = () => new Promise<Response>(() => {});
const answering = (status: number, headers: Record<string, string> = {}, body = "{}"): Between => {
  return async () => new Response(body, { status, headers: { "content-type": "application/json", ...headers } });
};
const broken = (code: string): Between => {
  return async () => {
    throw Object.assign(new TypeError(`fetch failed near ${valueCanary}`), {
      cause: Object.assign(new Error(), { code }),
    });
  };
};
/** A server, or a page before it, that says back all that it was sent. */
const echoing = (status: number, wrap: (text: string) => string): Between => {
  return async (request) => {
    const headers = [...request.headers].map(([name, value]) => `${name}: ${value}`).join(" ");
    return new Response(wrap(`${await request.text()} ${headers}`), { status });
  };
};
const asKeyVault = (text: string) => JSON.stringify({ error: { code: "BadParameter", message: text } });
const asAmazon = (text: string) => JSON.stringify({ __type: "InvalidParameterException", Message: text });

const failures: Readonly<Record<string, Failure>> = {
  "an answer that is lost after the effect": {
    between: async (request, next) => {
      await next(request);
      throw Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(), { code: "ECONNRESET" }) });
    },
    class: RetryableError,
    effect: "possible",
    code: "connection-lost",
  },
  "a connection that breaks": { between: broken("ECONNRESET"), class: RetryableError, effect: "possible" },
  "a connection that is refused": { between: broken("ECONNREFUSED"), class: RetryableError, effect: "none" },
  "an answer 408": { between: answering(408), class: RetryableError, effect: "possible" },
  "an answer 429": {
    between: answering(429, { "retry-after": "17" }),
    class: RetryableError,
    effect: "none",
    code: "throttled",
  },
  "an answer 500": { between: answering(500), class: RetryableError, effect: "possible" },
  "an answer 502 of a gateway": {
    between: answering(502, { "content-type": "text/html" }, "<html>Bad gateway</html>"),
    class: RetryableError,
    effect: "possible",
  },
  "an answer 503 with a time": {
    between: answering(503, { "retry-after": "9" }),
    class: RetryableError,
    effect: "possible",
  },
  "an answer 400": { between: answering(400), class: PermanentError, effect: "none" },
  "an answer 403": { between: answering(403), class: UnauthorizedError, effect: "none", code: "forbidden" },
  "an answer 200 that is no JSON": {
    between: answering(200, {}, "<html>ok"),
    class: RetryableError,
    effect: "possible",
  },
  "an answer 200 without a version": { between: answering(200), class: RetryableError, effect: "possible" },
  "an answer 200 that breaks off": { between: answering(200, {}, '{"id":'), class: RetryableError, effect: "possible" },
  "an answer 204": {
    between: async () => new Response(null, { status: 204 }),
    class: RetryableError,
    effect: "possible",
  },
  "a redirect to another host": {
    between: answering(307, { location: "https://elsewhere.example/take" }),
    class: RetryableError,
    effect: "possible",
    code: "redirect-refused",
  },
  "a permanent redirect": {
    between: answering(301, { location: "https://elsewhere.example/take" }),
    class: RetryableError,
    effect: "possible",
    code: "redirect-refused",
  },
  "a refusal that quotes the request": { between: echoing(400, (text) => text), class: PermanentError, effect: "none" },
  "a refusal of Key Vault that quotes it": { between: echoing(400, asKeyVault), class: PermanentError, effect: "none" },
  "a refusal of Amazon that quotes it": { between: echoing(400, asAmazon), class: PermanentError, effect: "none" },
  "trouble that quotes the request": { between: echoing(500, asKeyVault), class: RetryableError, effect: "possible" },
};

/** Where there is no network, nothing of this can happen. */
export function describeFailures(kind: string, open: Open): void {
  describe(`a failure of publish target ${kind}`, () => {
    for (const [what, failure] of Object.entries(failures)) {
      test(`by ${what} is classified, sent once and quotes no secret`, async () => {
        const world = await open();
        if (!world.wire) return;
        world.wire.between(failure.between);
        const error = await failureOf(publish(world));
        expect(error).toBeInstanceOf(failure.class);
        expect(error).toMatchObject({
          effect: failure.effect,
          provider: world.target.kind,
          operation: "publish-secret",
        });
        if (failure.code) expect(error.code).toBe(failure.code);
        expect(world.wire.sent).toHaveLength(1);
        expect(error.message).toMatch(/^Expected .+ got /);
        assertNoCanary(error, world.canaries);
      });

      test(`of a read by ${what} changes nothing and quotes no secret`, async () => {
        const world = await open();
        if (!world.wire) return;
        await publish(world);
        world.wire.between(failure.between);
        const error = await failureOf(world.target.read(world.secret, contextAt(world.time)));
        expect(error).toMatchObject({ effect: "none", provider: world.target.kind, operation: "read-secret" });
        assertNoCanary(error, world.canaries);
      });
    }

    test("that quotes one piece of the request shows nothing of it that is secret", async () => {
      // No pattern recognises it: only who sent it can know that it is secret.
      const plain = 'canary "seven" \\ eleven';
      const escaped = JSON.stringify(plain).slice(1, -1);
      const pieces: ((body: string, headers: Headers) => string)[] = [
        () => plain,
        () => escaped,
        (body) => body,
        ...["authorization", "x-amz-security-token"].map((name) => (_body: string, headers: Headers) => {
          return headers.get(name) ?? "";
        }),
      ];
      for (const piece of pieces) {
        const world = await open();
        if (!world.wire) return;
        const sent: string[] = [];
        world.wire.between(async (request) => {
          const message = piece(await request.text(), request.headers);
          sent.push(message);
          // Each service reads its own half of it.
          return Response.json(
            { error: { code: "BadParameter", message }, __type: "X", Message: message },
            { status: 400 },
          );
        });
        const { target, secret, time } = world;
        const error = await failureOf(target.publish(secret, new Secret(plain), noteOf(), callAt(time)));
        const shown = `${inspect(error, { depth: 9, showHidden: true })} ${error.message}`;
        for (const form of [plain, escaped, "eleven", "seven", ...sent.filter((text) => text !== "")]) {
          expect(shown).not.toContain(form);
        }
        assertNoCanary(error, world.canaries);
      }
    });

    test("by silence is ended in time, and the publication may have happened", async () => {
      const world = await open();
      if (!world.wire) return;
      world.wire.between(never);
      const failed = failureOf(publish(world));
      await until(world.wire, 1);
      world.time.advance(world.target.settling.requestTimeoutMs);
      expect(await failed).toMatchObject({ code: "timed-out", effect: "possible" });
    });

    test("by an effect that comes late shows in a later read", async () => {
      const world = await open();
      if (!world.wire) return;
      let land = async () => {};
      world.wire.between(async ({ url, method, headers }, next) => {
        const [sent] = world.wire?.sent ?? [];
        const body = await sent?.clone().text();
        // The one that was sent dies with its time-out, as the caller's side of a connection does.
        land = async () => void (await next(new Request(url, { method, headers, body: body ?? "" })));
        return never();
      });
      const failed = failureOf(publish(world));
      await until(world.wire, 1);
      world.time.advance(world.target.settling.requestTimeoutMs);
      expect(await failed).toMatchObject({ effect: "possible" });
      world.wire.between((request, next) => next(request));
      expect(await world.target.read(world.secret, contextAt(world.time))).toBeUndefined();
      await land();
      const found = await world.target.read(world.secret, contextAt(world.time));
      expect(found?.value.reveal()).toBe(valueCanary);
      expect(found?.note).toEqual(world.keeps(noteOf()));
    });

    test("by a lost answer is found by a read", async () => {
      const world = await open();
      if (!world.wire) return;
      world.wire.between(failures["an answer that is lost after the effect"]?.between ?? never);
      await failureOf(publish(world));
      world.wire.between((request, next) => next(request));
      expect((await world.target.read(world.secret, contextAt(world.time)))?.value.reveal()).toBe(valueCanary);
    });

    test("carries how long to wait", async () => {
      const world = await open();
      if (!world.wire) return;
      for (const [status, seconds] of [
        [429, 17],
        [503, 9],
      ] as const) {
        world.wire.between(answering(status, { "retry-after": String(seconds) }));
        expect(await failureOf(publish(world))).toMatchObject({ retryAfterMs: seconds * 1000 });
        expect(await failureOf(world.target.read(world.secret, contextAt(world.time)))).toMatchObject({
          retryAfterMs: seconds * 1000,
        });
      }
    });

    test("by a redirect goes nowhere else", async () => {
      const world = await open();
      if (!world.wire) return;
      world.wire.between(answering(302, { location: "https://elsewhere.example/take" }));
      await failureOf(world.target.read(world.secret, contextAt(world.time)));
      expect(new Set(world.wire.sent.map(({ url }) => new URL(url).host)).size).toBe(1);
    });

    test("shows in the check with what a person can do", async () => {
      const world = await open();
      if (!world.wire) return;
      world.wire.between(answering(403));
      const checks = await world.target.check(contextAt(world.time));
      const failed = checks.filter(({ ok }) => !ok);
      expect(failed.length).toBeGreaterThan(0);
      expect(failed[0]?.detail).toMatch(/: (?:give|allow) /);
      assertNoCanary(checks, world.canaries);
    });

    test("stops a publication whose process was frozen before it was sent", async () => {
      const world = await open();
      if (!world.wire) return;
      const { time } = world;
      const error = await failureOf(publish(world, () => time.jump(-60_000)).finally(() => {}));
      expect(error).toMatchObject({ code: "too-late-to-send", effect: "none" });
      expect(world.wire.sent).toEqual([]);
    });
  });
}

function publish({ target, secret, time }: TargetUnderTest, freeze?: () => void): Promise<unknown> {
  const call = callAt(time);
  const publication = target.publish(secret, published, noteOf(), call);
  if (freeze) {
    // The login, or reading the key, is under way now. A wall clock that is set back must not open the window again.
    time.advance(11_000);
    freeze();
  }
  return publication;
}

async function until({ sent }: Wire, count: number): Promise<void> {
  // Signatures are made on other threads, which a busy machine may keep waiting for longer than any number of turns.
  const endsAt = performance.now() + 20_000;
  while (sent.length < count && performance.now() < endsAt) await new Promise((done) => setImmediate(done));
  await new Promise((done) => setImmediate(done));
}
