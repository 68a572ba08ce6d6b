import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { type Authenticated, createAuthentication } from "../../lib/clients/authenticate.ts";
import { signingKeysFreshMs } from "../../lib/clients/signing-keys.ts";
import { type ClientConfiguration, clientSchema } from "../../lib/contracts/client.ts";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { problemsOf } from "../../lib/contracts/parse.ts";
import type { LogFields } from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { VirtualClock } from "../simulation/virtual-clock.ts";

const startAt = Date.UTC(2026, 10, 21);
const newSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const oldSecret = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
const values: Readonly<Record<string, string>> = {
  "vault:new": newSecret,
  "vault:old": oldSecret,
  "vault:weak": "weak",
};
const token = "a-token-of-sufficient-length";
const allow = { sources: ["/ci/*"], types: ["drover.*"], connections: ["otc"], actions: ["submit", "read"] };

const clients = {
  ci: clientSchema.parse({ auth: { kind: "standard-webhooks", secrets: ["vault:new", "vault:old"] }, allow }),
  ops: clientSchema.parse({ auth: [{ kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] }], allow }),
};

type Clients = Readonly<Record<string, ClientConfiguration>>;

function setUp(of: Clients = clients, put: ReadonlyMap<string, string> = new Map()) {
  const clock = new VirtualClock(startAt);
  const [read, lines]: [string[], (LogFields | undefined)[]] = [[], []];
  let bodies = 0;
  const authenticate = createAuthentication({
    clients: of,
    clock,
    secret: async (reference) => {
      read.push(reference);
      return new Secret(put.get(reference) ?? values[reference] ?? "");
    },
    log: { warn: (_, fields) => void lines.push(fields) },
  });
  const ask = (headers: Record<string, string> | Headers, body: string | Uint8Array = "{}") =>
    authenticate(new Headers(headers), async () => {
      bodies += 1;
      return body;
    });
  return { clock, ask, read, lines, bodies: () => bodies };
}

function signed(body: string, { secret = newSecret, at = startAt, id = "msg_1" } = {}) {
  const signature = new Webhook(secret).sign(id, new Date(at), body);
  return { "webhook-id": id, "webhook-timestamp": String(Math.floor(at / 1000)), "webhook-signature": signature };
}

const nameOf = (answer: Authenticated) => (answer.kind === "known" ? answer.caller.name : answer.code);

describe("a signature", () => {
  test.each([newSecret, oldSecret])("by each of the secrets is good", async (secret) => {
    expect(nameOf(await setUp().ask(signed("{}", { secret })))).toBe("ci");
  });

  test("is the one of the specification: HMAC of id, timestamp and body, whoever computes it", async () => {
    const key = Buffer.alloc(32, 7);
    const timestamp = Math.floor(startAt / 1000);
    const hmac = createHmac("sha256", key).update(`msg_2.${timestamp}.{"a":1}`).digest("base64");
    const headers = {
      "webhook-id": "msg_2",
      "webhook-timestamp": String(timestamp),
      "webhook-signature": `v1,${hmac}`,
    };
    expect(nameOf(await setUp().ask(headers, '{"a":1}'))).toBe("ci");
  });

  test("is of now by the clock that its sender has too, also while time waits for a clock that was put back", async () => {
    const { clock, ask } = setUp();
    clock.wallBehindMs = 3_600_000;
    expect(nameOf(await ask(signed("{}", { at: startAt - 3_600_000 })))).toBe("ci");
    expect(nameOf(await ask(signed("{}", { at: startAt })))).toBe("stale-signature");
  });

  test("of the published reference vector is good", async () => {
    const vector = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const clock = new VirtualClock(1_614_265_330_000);
    const client = clientSchema.parse({ auth: { kind: "standard-webhooks", secrets: ["vault:vector"] }, allow });
    const authenticate = createAuthentication({
      clients: { ci: client },
      clock,
      secret: async () => new Secret(vector),
    });
    const headers = new Headers({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
    expect(nameOf(await authenticate(headers, async () => '{"test": 2432232314}'))).toBe("ci");
    expect(nameOf(await authenticate(headers, async () => '{"test":2432232314}'))).toBe("bad-credentials");
  });

  test("among others is found", async () => {
    const headers = signed("{}");
    const many = { ...headers, "webhook-signature": `v1a,xyz v1,AAAA ${headers["webhook-signature"]} v2,b` };
    expect(nameOf(await setUp().ask(many))).toBe("ci");
  });

  test.each<[string, (headers: Record<string, string>) => Record<string, string>, string]>([
    ["another body", (headers) => headers, '{"x":1}'],
    ["another id", (headers) => ({ ...headers, "webhook-id": "msg_9" }), "{}"],
    ["another time", (headers) => ({ ...headers, "webhook-timestamp": String(startAt / 1000 + 1) }), "{}"],
    ["no id", ({ "webhook-id": _, ...rest }) => rest, "{}"],
    ["no time", ({ "webhook-timestamp": _, ...rest }) => rest, "{}"],
    ["a time that is none", (headers) => ({ ...headers, "webhook-timestamp": "soon" }), "{}"],
    [
      "another version",
      (headers) => ({ ...headers, "webhook-signature": (headers["webhook-signature"] ?? "").replace("v1,", "v2,") }),
      "{}",
    ],
    ["an empty signature", (headers) => ({ ...headers, "webhook-signature": "v1," }), "{}"],
    [
      "half a signature",
      (headers) => ({ ...headers, "webhook-signature": (headers["webhook-signature"] ?? "").slice(0, 20) }),
      "{}",
    ],
  ])("with %s is refused", async (_, change, body) => {
    expect(nameOf(await setUp().ask(change(signed("{}")), body))).toBe("bad-credentials");
  });

  test("whose id comes twice is refused", async () => {
    const headers = new Headers(signed("{}"));
    headers.append("webhook-id", "msg_1");
    expect(nameOf(await setUp().ask(headers))).toBe("bad-credentials");
  });

  test.each([-301_000, 301_000])("that is %i ms off is stale", async (offMs) => {
    expect(nameOf(await setUp().ask(signed("{}", { at: startAt + offMs })))).toBe("stale-signature");
  });

  test.each([-299_000, 299_000])("that is %i ms off is good", async (offMs) => {
    expect(nameOf(await setUp().ask(signed("{}", { at: startAt + offMs })))).toBe("ci");
  });

  test("that no tolerance covers is stale whoever sends it; a shorter tolerance is told to whoever has the secret", async () => {
    const auth = { kind: "standard-webhooks", secrets: ["vault:old"], tolerance: "PT1M" };
    const { ask } = setUp({ ...clients, brief: clientSchema.parse({ auth, allow }) });
    const strange = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    expect(nameOf(await ask(signed("{}", { secret: strange, at: startAt - 999_000 })))).toBe("stale-signature");
    expect(nameOf(await ask(signed("{}", { secret: strange, at: startAt - 61_000 })))).toBe("bad-credentials");
    const { ask: askBrief } = setUp({ ops: clients.ops, brief: clientSchema.parse({ auth, allow }) });
    expect(nameOf(await askBrief(signed("{}", { secret: oldSecret, at: startAt - 61_000 })))).toBe("stale-signature");
  });

  test("is looked up although another client's secret cannot be read, which is logged without its value", async () => {
    const weak = clientSchema.parse({ auth: { kind: "standard-webhooks", secrets: ["vault:weak"] }, allow });
    const { ask, lines } = setUp({ weak, ...clients });
    expect(nameOf(await ask(signed("{}")))).toBe("ci");
    const strange = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    expect(await ask(signed("{}", { secret: strange }))).toEqual({ kind: "unavailable", code: "secret-unreadable" });
    expect(lines).toEqual([{ reference: "vault:weak", error: expect.stringContaining("text that begins otherwise") }]);
  });

  test("costs no secret and no body unless it may be good, and secrets are read once in a while", async () => {
    const { ask, clock, read, bodies } = setUp();
    const good = signed("{}");
    await ask({ ...good, "webhook-signature": "v1,AAAA" });
    await ask({ ...good, "webhook-timestamp": String(startAt / 1000 - 301) });
    expect([read, bodies()]).toEqual([[], 0]);
    for (let count = 0; count < 50; count += 1) await ask(good, `{"count":${count}}`);
    expect([read, bodies()]).toEqual([["vault:new", "vault:old"], 50]);
    clock.advance(signingKeysFreshMs);
    expect(nameOf(await ask(good))).toBe("ci");
    expect(read).toHaveLength(4);
  });

  test("by a new secret is good some seconds after it was put", async () => {
    const next = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
    const put = new Map<string, string>();
    const { ask, clock } = setUp(clients, put);
    expect(nameOf(await ask(signed("{}", { secret: next })))).toBe("bad-credentials");
    put.set("vault:new", next);
    clock.advance(signingKeysFreshMs);
    expect(nameOf(await ask(signed("{}", { secret: next, at: startAt })))).toBe("ci");
    expect(nameOf(await ask(signed("{}", { secret: newSecret, at: startAt })))).toBe("bad-credentials");
  });

  test("waits for those before it, and only those beyond a bound are told to come again", async () => {
    const { ask } = setUp();
    const body = "x".repeat(100_000);
    const strange = { ...signed(body), "webhook-id": "msg_other" };
    const asked = [...Array.from({ length: 200 }, () => strange), signed(body)].map((headers) => ask(headers, body));
    const answers = (await Promise.all(asked)).map(nameOf);
    expect(answers.filter((name) => name === "too-busy")).toHaveLength(201 - 128);
    expect(answers.slice(0, 128)).toEqual(Array.from({ length: 128 }, () => "bad-credentials"));
    // The gate is no longer shut as soon as those have been looked at.
    expect(nameOf(await ask(signed(body), body))).toBe("ci");
  });

  test("lets the event loop turn while many are checked", async () => {
    const { ask } = setUp();
    const body = "x".repeat(500_000);
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    }, 0);
    await Promise.all(Array.from({ length: 60 }, () => ask({ ...signed(body), "webhook-id": "msg_other" }, body)));
    clearInterval(counting);
    expect(turns).toBeGreaterThan(5);
  });

  test.each([0, 1_000, 4_096, 4_097, 500_000])("of a body of %i bytes is good, and of no other", async (length) => {
    const { ask } = setUp();
    const body = Buffer.alloc(length, "é");
    const timestamp = String(startAt / 1000);
    const hmac = createHmac("sha256", Buffer.alloc(24, 9)).update(`m.${timestamp}.`).update(body).digest("base64");
    const headers = { "webhook-id": "m", "webhook-timestamp": timestamp, "webhook-signature": `v1,${hmac}` };
    expect(nameOf(await ask(headers, body))).toBe("ci");
    expect(nameOf(await ask(headers, Buffer.concat([body, Buffer.from("x")])))).toBe("bad-credentials");
    expect(nameOf(await ask({ ...headers, "webhook-id": "n" }, body))).toBe("bad-credentials");
  });

  test("covers bytes, not what they decode to", async () => {
    const { ask } = setUp();
    const marked = Buffer.from('\uFEFF{"a":1}');
    expect(nameOf(await ask(signed('{"a":1}'), marked))).toBe("bad-credentials");
    const hmac = createHmac("sha256", Buffer.alloc(32, 7))
      .update(`m.${startAt / 1000}.`)
      .update(marked);
    const headers = { "webhook-id": "m", "webhook-timestamp": String(startAt / 1000) };
    expect(nameOf(await ask({ ...headers, "webhook-signature": `v1,${hmac.digest("base64")}` }, marked))).toBe("ci");
  });
});

describe("a bearer token", () => {
  test("is known by its hash", async () => {
    const answer = await setUp().ask({ authorization: `Bearer ${token}` });
    expect(answer).toMatchObject({ kind: "known", by: "bearer", caller: { name: "ops" } });
  });

  test.each([
    `Bearer ${token}x`,
    `bearer ${token.slice(1)}`,
    "Bearer ",
    "Basic YTpi",
    `Bearer ${token},${token}`,
    `Bearer sha256:${sha256Hex(token)}`,
  ])("that reads %s is refused", async (authorization) => {
    expect(nameOf(await setUp().ask({ authorization }))).toBe("bad-credentials");
  });

  test("goes before a signature: a request has one sender", async () => {
    const headers = { ...signed("{}"), authorization: "Bearer wrong-token-of-some-length" };
    expect(nameOf(await setUp().ask(headers))).toBe("bad-credentials");
  });

  test("or a signature is needed", async () => {
    expect(nameOf(await setUp().ask({}))).toBe("no-credentials");
  });
});

describe("the name of a client", () => {
  test.each(["inbox", "Inbox", "schedule", "drover", "cli", "http"])(
    "is not %s, by which Drover itself asks",
    (name) => {
      const configuration = { version: 1, platform: { kind: "local" }, connections: {} };
      const auth = { kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] };
      const parsed = configurationSchema.safeParse({ ...configuration, clients: { [name]: { auth, allow } } });
      expect(parsed.error && problemsOf(parsed.error)).toEqual([
        expect.stringContaining(`clients.${name}: key: expected a name that Drover does not use itself`),
      ]);
      expect(
        configurationSchema.safeParse({ ...configuration, clients: { [`${name}s-x`]: { auth, allow } } }).success,
      ).toBe(true);
    },
  );
});

describe("a caller", () => {
  test("may what it was allowed, and sees what all three patterns match", async () => {
    const answer = await setUp().ask({ authorization: `Bearer ${token}` });
    if (answer.kind !== "known") throw new Error("refused");
    const { caller } = answer;
    expect([caller.may("read"), caller.may("cancel"), caller.seesAll]).toEqual([true, false, false]);
    const subject = { source: "/ci/hvac", type: "drover.heat.deploy", connection: "otc" };
    expect(caller.sees(subject)).toBe(true);
    expect(caller.sees({ ...subject, source: "/cd" })).toBe(false);
    expect(caller.sees({ ...subject, type: "other" })).toBe(false);
    expect(caller.sees({ ...subject, connection: "rax" })).toBe(false);
  });
});
