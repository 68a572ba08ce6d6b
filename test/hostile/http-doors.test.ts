import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routeSecurity } from "../../functions/receive-webhook/security.ts";
import { signatureHeaders } from "../../lib/contracts/standard-webhooks.ts";
import { type Answer, asked, canary, type Door, expectRefusal, json, openDoor, signingSecret, tokens } from "./door.ts";
import {
  deepArray,
  deepObject,
  mutated,
  oddBytes,
  oddJson,
  oddText,
  oddTexts,
  reordered,
  secretText,
} from "./inputs.ts";

const guarded = routeSecurity.filter(({ action }) => action !== "open");
const reading = guarded.filter(({ method }) => method === "GET");
const writing = guarded.filter(({ method }) => method === "POST" || method === "PUT");
const id = "a".repeat(52);
const filled = (path: string) =>
  path.replace(":name", path.startsWith("/conn") ? "heat" : "nightly").replace(":id", id);
/** Behind it stands a cloud that does not answer here: 503 is its word. */
const asksCloud = (path: string) => path.includes("/heat/") || path.endsWith("/check");

/** An answer, or a documented refusal; nothing of what was sent in it nor beside it. */
function expectDefinite(door: Door, path: string, answer: Answer): void {
  if (answer.status >= 400 && !(asksCloud(path) && answer.status === 503)) expectRefusal(answer);
  if (answer.status >= 400) expect(answer.text + [...answer.headers].join()).not.toContain(canary);
  expect(door.said()).not.toMatch(new RegExp(`${canary}|defect|token-of-the`));
}

const names = [
  "after",
  "limit",
  "cursor",
  "since",
  "state",
  "outcome",
  "type",
  "connection",
  "label",
  "parent",
  "server",
];
const query = fc.array(
  fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 8 })), fc.oneof(oddText, secretText)),
  { maxLength: 4 },
);
/** Percent signs as they are, and also what no encoder writes. */
const segment = fc.oneof(
  fc.oneof(oddText, secretText).map((text) => encodeURIComponent(text.slice(0, 4_000).toWellFormed())),
  fc.constantFrom(
    "%ff",
    "%c0%80",
    "%",
    "%zz",
    "%2f..%2f",
    "%00",
    `%ff${canary}`,
    `${canary}%2f`,
    ";",
    "a;b=c",
    "+",
    "%20",
  ),
);

describe("whatever stands in", () => {
  test("the query of a reading route is answered definitely", async () => {
    const door = openDoor();
    const property = fc.asyncProperty(fc.constantFrom(...reading), query, async ({ path }, pairs) => {
      const text = pairs.map(
        ([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
      );
      expectDefinite(door, path, await door.ask("ops", "GET", `${filled(path)}?${text.join("&")}`));
    });
    await fc.assert(property, { numRuns: 250 });
  });

  test.each([
    ["/operations", "limit"],
    ["/operations", "cursor"],
    ["/operations", "label"],
    ["/operations", "parent"],
    [`/operations/${id}`, "wait"],
    ["/events", "after"],
    ["/events", "limit"],
    ["/events", "wait"],
    ["/dead-letters", "cursor"],
    ["/dead-letters", "limit"],
  ])("%s?%s= is taken only as documented", async (path, name) => {
    const door = openDoor();
    for (const odd of [...oddTexts, canary, `${canary}-1`, `${canary}=`, "1".repeat(50_000)]) {
      const answer = await door.ask("ops", "GET", `${path}?${name}=${encodeURIComponent(odd.toWellFormed())}`);
      expectDefinite(door, path, answer);
      if (odd === canary) expectRefusal(answer);
    }
  });

  test("the path is answered definitely", async () => {
    const door = openDoor();
    const routes = guarded.filter(({ path }) => path.includes(":"));
    const property = fc.asyncProperty(
      fc.constantFrom(...routes),
      segment,
      segment,
      async ({ method, path }, first, second) => {
        const url = path.replace(":name", first).replace(":id", second);
        const body = method === "GET" || method === "DELETE" ? {} : { body: "{}" };
        expectDefinite(door, path, await door.ask("ops", method, url, { headers: json, ...body }));
      },
    );
    await fc.assert(property, { numRuns: 250 });
  });

  test("a path of no route is not said back", async () => {
    const door = openDoor();
    for (const path of [`/${canary}`, `/operations/x/${canary}`, `/operations/${canary}/history/more`]) {
      for (const who of [undefined, "ops"] as const) expectDefinite(door, path, await door.ask(who, "GET", path));
    }
  });

  test("Last-Event-ID is a position or refused", async () => {
    const door = openDoor();
    const ids = fc.oneof(
      fc.nat().map(String),
      fc.stringMatching(/^[!-~]{1,30}$/),
      fc.constantFrom("-1", "1e3", canary, "9".repeat(16)),
    );
    const property = fc.asyncProperty(ids, async (last) => {
      const headers = { accept: "text/event-stream", authorization: `Bearer ${tokens.ops}`, "last-event-id": last };
      const {
        status,
        headers: said,
        body,
        ...rest
      } = await door.host.guarded.fetch(new Request("http://drover/events", { headers }));
      const isPosition = /^\d{1,15}$/.test(last);
      expect([status, said.get("content-type")]).toEqual(
        isPosition ? [200, "text/event-stream"] : [400, "application/problem+json"],
      );
      await body?.cancel();
      expect(rest).toEqual({});
    });
    await fc.assert(property, { numRuns: 200 });
    expect(door.said()).not.toContain("defect");
  });

  const headerNames = [
    "authorization",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "content-type",
    "accept",
    "traceparent",
    "idempotency-key",
    "drover-caller",
    "last-event-id",
    "aeg-event-type",
    "webhook-request-origin",
    "content-length",
    "content-encoding",
    "x-forwarded-for",
    "x-http-method-override",
    "host",
  ];
  const headerValue = fc.oneof(
    fc.stringMatching(/^[!-~]{0,40}$/),
    fc.constantFrom(
      canary,
      `Bearer ${canary}`,
      `Bearer ${tokens.ci}${canary}`,
      `v1,${canary}`,
      "gzip",
      "application/json",
      "SubscriptionValidation",
      "\u00ff",
      "1".repeat(9_000),
    ),
  );

  test("the headers is answered definitely", async () => {
    const door = openDoor();
    const headers = fc.dictionary(fc.constantFrom(...headerNames), headerValue, { maxKeys: 5 });
    const routes = routeSecurity.filter(({ path }) => path !== "/events" && !asksCloud(path));
    const property = fc.asyncProperty(
      fc.constantFrom(...routes),
      headers,
      fc.boolean(),
      async ({ method, path }, said, known) => {
        const body = method === "GET" || method === "DELETE" ? {} : { body: "{}" };
        const answer = await door.ask(known ? "ops" : undefined, method, filled(path), { headers: said, ...body });
        expectDefinite(door, path, answer);
      },
    );
    await fc.assert(property, { numRuns: 250 });
  });

  const types = fc.constantFrom(
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "text/plain",
  );
  const examples = [
    asked("one"),
    { note: "why" },
    { as: "failed", note: "seen" },
    { status: "COMPLETE", reason: "done" },
    { after: 1, through: 2 },
    { skipMissed: true },
    { name: "a", config: "b", inputs: [{ name: "x", value: "y" }] },
    { specversion: "1.0", id: "c", source: "/ci", type: "drover.operation.cancel", data: { source: "/ci", id: "a" } },
    [asked("one"), asked("two")],
  ];
  const bodies = fc.oneof(oddBytes, oddJson, ...examples.map(mutated));

  test("the body is answered definitely", async () => {
    const door = openDoor();
    const property = fc.asyncProperty(
      fc.constantFrom(...writing),
      types,
      bodies,
      async ({ method, path }, type, body) => {
        const sent = typeof body === "string" ? body : Buffer.from(body);
        const answer = await door.ask("ops", method, filled(path), { headers: { "content-type": type }, body: sent });
        expectDefinite(door, path, answer);
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });

  test.each([deepArray, deepObject, `[${deepObject}]`, `{"data":${deepObject}}`])(
    "nesting of ten thousand levels is refused everywhere",
    async (body) => {
      const door = openDoor();
      for (const { method, path } of writing.filter(
        (route) => route.path !== "/vault/:name" && !route.path.endsWith("/check"),
      )) {
        expectRefusal(await door.ask("ops", method, filled(path), { headers: json, body }));
      }
      expect(door.said()).not.toContain("defect");
    },
  );
});

describe("a request", () => {
  test("stays the same one whatever the order of its keys", async () => {
    const door = openDoor();
    const headers = json;
    expect((await door.ask("ci", "POST", "/requests", { headers, body: JSON.stringify(asked("one")) })).status).toBe(
      202,
    );
    const property = fc.asyncProperty(reordered(asked("one")), async (again) => {
      expect((await door.ask("ci", "POST", "/requests", { headers, body: JSON.stringify(again) })).status).toBe(200);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test("means in a batch what it means alone", async () => {
    const [single, several] = [openDoor(), openDoor()];
    const codeOf = (text: string) => {
      const { code, status } = JSON.parse(text) as { readonly code?: string; readonly status: string };
      return code ?? status;
    };
    const property = fc.asyncProperty(mutated(asked("one")), async (body) => {
      // The bounds of a batch are others.
      fc.pre(body.length < 20_000);
      const alone = await single.ask("ops", "POST", "/requests", { headers: json, body });
      const headers = { "content-type": "application/cloudevents-batch+json" };
      const batch = await several.ask("ops", "POST", "/requests", { headers, body: `[${body}]` });
      // What no batch can be made of is refused as a whole, for the same reason.
      const item = batch.status === 202 ? JSON.stringify(JSON.parse(batch.text).requests[0]) : batch.text;
      expect([body, codeOf(item)]).toEqual([body, codeOf(alone.text)]);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test("whose numbers nobody can hold is refused alone and in a batch", async () => {
    const door = openDoor();
    const deployment = '{"config_id":"c","input_values":{"a":1e400}}';
    const data = `{"connection":"heat","servers":["s"],"deployment":${deployment}}`;
    const body = `{"specversion":"1.0","id":"a","source":"/ci","type":"drover.heat.deploy","data":${data}}`;
    expectRefusal(await door.ask("ops", "POST", "/requests", { headers: json, body }));
    const headers = { "content-type": "application/cloudevents-batch+json" };
    await door.ask("ops", "POST", "/requests", { headers, body: `[${body}]` });
    expect(JSON.parse((await door.ask("ops", "GET", "/operations")).text).operations).toEqual([]);
  });

  test.each([
    "text/plain",
    "application/xml",
    "application/jsonp",
    "application/json-patch+json",
    "multipart/form-data; boundary=application/json",
    "text/plain, application/json",
    "",
    "application/cloudevents-batch+jsonx",
    canary,
  ])("as %s is refused", async (type) => {
    const door = openDoor();
    for (const path of ["/requests", "/plans"]) {
      const answer = await door.ask("ci", "POST", path, {
        headers: { "content-type": type },
        body: Buffer.from(JSON.stringify(asked("one"))),
      });
      expect(answer.status).toBe(415);
      expectDefinite(door, path, answer);
    }
  });
});

describe("a signed request", () => {
  const body = JSON.stringify(asked("signed"));
  const key = Buffer.from(signingSecret.slice("whsec_".length), "base64");
  const opened = () => {
    const door = openDoor();
    const signed = (changes: { readonly id?: string; readonly offMs?: number } = {}) =>
      signatureHeaders([key], { id: changes.id ?? "msg_1", body, timestamp: door.time.now() + (changes.offMs ?? 0) });
    const send = (headers: Headers | Record<string, string>, sent: string | Uint8Array<ArrayBuffer> = body) => {
      const all = new Headers(headers);
      all.set("content-type", "application/json");
      return door.ask(undefined, "POST", "/requests", { headers: all, body: sent });
    };
    return { door, signed, send };
  };

  test("is taken once however often it is replayed, and not when it is old", async () => {
    const { door, signed, send } = opened();
    const headers = signed();
    expect((await send(headers)).status).toBe(202);
    expect((await send(headers)).status).toBe(200);
    door.time.pass(301_000);
    const late = await send(headers);
    expectRefusal(late);
    expect(JSON.parse(late.text).code).toBe("stale-signature");
    for (const offMs of [-301_000, 301_000, -1e12]) expectRefusal(await send(signed({ offMs })));
  });

  test("with one byte changed anywhere is nobody's", async () => {
    const { door, signed, send } = opened();
    const bytes = Buffer.from(body);
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      bit: fc.nat(7),
      how: fc.constantFrom("flip", "drop", "repeat"),
    });
    const property = fc.asyncProperty(change, async ({ at, bit, how }) => {
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
      const byte = bytes[at] ?? 0;
      const middle = how === "flip" ? [byte ^ (1 << bit)] : how === "drop" ? [] : [byte, byte, byte];
      const answer = await send(signed(), Buffer.concat([before, Buffer.from(middle), after]));
      expect(answer.status === 401 || answer.status === 400 || answer.status === 429).toBe(true);
    });
    await fc.assert(property, { numRuns: 150 });
    expect(JSON.parse((await door.ask("ops", "GET", "/operations")).text).operations).toEqual([]);
  });

  test("with a byte order mark before what was signed is nobody's", async () => {
    const { signed, send } = opened();
    expect((await send(signed(), `\uFEFF${body}`)).status).toBe(401);
  });

  test.each(["webhook-id", "webhook-timestamp", "webhook-signature"])(
    "whose %s comes twice is nobody's",
    async (name) => {
      const { signed, send } = opened();
      for (const values of [
        ["other", signed()[name] ?? ""],
        [signed()[name] ?? "", "other"],
        [signed()[name] ?? "", signed()[name] ?? ""],
      ]) {
        const headers = new Headers(signed());
        headers.delete(name);
        for (const value of values) headers.append(name, value);
        expect((await send(headers)).status).toBe(401);
      }
    },
  );

  test("is not opened by another algorithm, another key or no key", async () => {
    const { signed, send } = opened();
    const good = signed()["webhook-signature"] ?? "";
    const weak = signatureHeaders([Buffer.alloc(0)], { id: "msg_1", body, timestamp: Date.UTC(2026, 10, 21) });
    for (const signature of [
      "v1,",
      "v1",
      ",",
      good.toLowerCase(),
      good.replace("v1,", "v1a,"),
      good.slice(3),
      `v1,${good}`,
      weak["webhook-signature"] ?? "",
      `${"v1,AAAA ".repeat(20)}${good}`,
      "v1,".repeat(2_000),
    ]) {
      expect((await send({ ...signed(), "webhook-signature": signature })).status).toBe(401);
    }
  });
});
