import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidInputError, messageOf, UnsupportedVersionError } from "../../lib/contracts/errors.ts";
import { parseAs } from "../../lib/contracts/parse.ts";
import { matchesAny } from "../../lib/contracts/patterns.ts";
import {
  type DeliveryMessage,
  decodeDelivery,
  deliveryMessageMaxBytes,
  encodeDelivery,
  redeliveryOf,
  sinkSchema,
  sinksSchema,
} from "../../lib/contracts/sink.ts";
import { handoverOf } from "../../lib/sinks/handover.ts";
import { wants } from "../../lib/sinks/match.ts";
import { eventOf, sinkOf } from "./support.ts";

const minimal = { url: "https://crm.example/hooks", secrets: ["vault:crm"] };
const problemsOf = (over: object) => {
  try {
    parseAs(sinkSchema, { ...minimal, ...over }, "a sink");
    return "none";
  } catch (error) {
    return messageOf(error);
  }
};

describe("a sink in the configuration", () => {
  test("needs a URL and a secret", () => {
    expect(parseAs(sinkSchema, minimal, "a sink")).toEqual({
      ...minimal,
      contentMode: "structured",
      allowPrivateAddresses: false,
      timeout: "PT15S",
    });
  });

  test("may be narrow", () => {
    const events = ["drover.operation.succeeded", "drover.operation.*"];
    expect(problemsOf({ events, connections: ["otc"], types: ["drover.heat.*"], contentMode: "binary" })).toBe("none");
    expect(problemsOf({ url: "https://crm.example:8443/a?token=1", timeout: "PT30S" })).toBe("none");
    expect(problemsOf({ url: "http://127.0.0.1:9/", allowPrivateAddresses: true })).toBe("none");
  });

  test.each([
    ["plain http", { url: "http://crm.example/" }, "expected an https URL"],
    ["a user in the URL", { url: "https://me:pw@crm.example/" }, "expected an https URL"],
    ["a fragment", { url: "https://crm.example/#a" }, "expected an https URL"],
    ["another scheme", { url: "file:///etc/passwd" }, "expected an https URL"],
    ["loopback by mistake", { url: "http://127.0.0.1:9/" }, "allowPrivateAddresses"],
    ["no secret", { secrets: [] }, "at least 1"],
    ["four secrets", { secrets: ["env:A", "env:B", "env:C", "env:D"] }, "at most 3"],
    ["a secret itself", { secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] }, "expected a reference"],
    ["an empty list", { events: [] }, "at least 1"],
    ["a long list", { events: Array(33).fill("a") }, "at most 32"],
    ["an odd pattern", { events: ["drover operation"] }, "expected a name or a pattern"],
    ["a long time-out", { timeout: "PT31S" }, "from PT1S to PT30S"],
    ["an unknown key", { uri: "x" }, "1 unknown key: expected url, "],
    ["an unknown mode", { contentMode: "batched" }, "structured or binary"],
  ])("is refused with %s", (_what, over, problem) => {
    expect(problemsOf(over)).toContain(problem);
    expect(problemsOf(over)).not.toContain("MfKQ9");
  });

  test("is one of at most 32", () => {
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`sink${index}`, minimal]));
    expect(() => parseAs(sinksSchema, many, "sinks")).toThrow("at most 32 sinks");
    expect(() => parseAs(sinksSchema, { "a/b": minimal }, "sinks")).toThrow("expected a name");
  });
});

describe("patterns", () => {
  test.each([
    ["*", "", true],
    ["*", "anything", true],
    ["drover.operation.*", "drover.operation.failed", true],
    ["drover.operation.*", "drover.operations.failed", false],
    ["*.failed", "drover.operation.failed", true],
    ["drover.*.failed", "drover.operation.failed", true],
    ["a*b*a", "aba", true],
    ["a*b*a", "aa", false],
    ["aa*aa", "aaa", false],
    ["otc", "otc", true],
    ["otc", "otc2", false],
    ["o.c", "otc", false],
  ])("%s on %s: %s", (pattern, text, expected) => {
    expect(matchesAny([pattern], text)).toBe(expected);
  });

  test("agree with a regular expression", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", "*", "."), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 12 });
    fc.assert(
      fc.property(part, text, (pattern, subject) => {
        const source = pattern.replaceAll(".", "\\.").replaceAll("*", ".*");
        expect(matchesAny([pattern], subject)).toBe(new RegExp(`^${source}$`).test(subject));
      }),
    );
  });

  test("select by type of event, connection and type of request, all of them", () => {
    const sink = sinkOf({ events: ["drover.operation.*"], connections: ["otc"], types: ["drover.heat.*"] });
    expect(wants(sink, eventOf(1))).toBe(true);
    expect(wants(sink, eventOf(1, { data: { requestType: "drover.heat.deploy", connection: "rax" } }))).toBe(false);
    expect(wants(sink, eventOf(1, { data: { requestType: "drover.azure-dps.read", connection: "otc" } }))).toBe(false);
    expect(wants(sink, eventOf(1, { type: "drover.operation.rejected", data: {} }))).toBe(false);
    expect(wants(sinkOf(), eventOf(1, { type: "drover.operation.rejected", data: {} }))).toBe(true);
  });
});

const eventArbitrary = fc
  .record({
    id: fc.stringMatching(/^[A-Za-z0-9_-]{1,60}$/),
    type: fc.stringMatching(/^[a-z.]{1,60}$/),
    source: fc.constant("/drover"),
    specversion: fc.constant("1.0" as const),
    data: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.jsonValue({ maxDepth: 3 })),
  })
  .filter(({ data }) => !JSON.stringify(data).includes("__proto__"));
const messageArbitrary: fc.Arbitrary<DeliveryMessage> = fc.record(
  {
    v: fc.constant(1 as const),
    sink: fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}$/),
    position: fc.nat(),
    attempt: fc.nat({ max: 20 }),
    since: fc.nat(),
    notBefore: fc.nat(),
    waits: fc.nat({ max: 100 }),
    event: eventArbitrary,
  },
  { requiredKeys: ["v", "sink", "position", "attempt", "since", "event"] },
);

describe("the message", () => {
  test("is the same after a round trip", () => {
    fc.assert(
      fc.property(messageArbitrary, (message) => {
        expect(decodeDelivery(encodeDelivery(message))).toEqual(JSON.parse(encodeDelivery(message)));
      }),
    );
  });

  test("of any other text is refused in one way", () => {
    const damaged = fc.tuple(messageArbitrary, fc.nat(), fc.string({ maxLength: 3 })).map(([message, at, text]) => {
      const body = encodeDelivery(message);
      return body.slice(0, at % body.length) + text + body.slice((at % body.length) + 1);
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), damaged), (body) => {
        try {
          const message = decodeDelivery(body);
          expect(JSON.parse(body)).toMatchObject(message);
        } catch (error) {
          if (error instanceof UnsupportedVersionError) return;
          expect(error).toBeInstanceOf(InvalidInputError);
        }
      }),
    );
  });

  test("of a newer release is told apart", () => {
    const body = handoverOf("crm", { position: 1, event: eventOf(1) }, 5).body.replace('"v":1', '"v":2');
    expect(() => decodeDelivery(body)).toThrow(UnsupportedVersionError);
  });

  test.each(["a.b", "a b", "a\r\nx: y", ""])("does not carry an event with the id %j", (id) => {
    const body = handoverOf("crm", { position: 1, event: eventOf(1, { id }) }, 5).body;
    expect(() => decodeDelivery(body)).toThrow("event.id");
  });

  test("is begun anew from a dead letter", () => {
    fc.assert(
      fc.property(messageArbitrary, (message) => {
        const { v, sink, position, event } = message;
        const again = decodeDelivery(redeliveryOf(encodeDelivery(message), 77));
        expect(again).toEqual({ v, sink, position, attempt: 0, since: 77, event: JSON.parse(JSON.stringify(event)) });
      }),
    );
    expect(() => redeliveryOf('{"v":1,"sink":"crm"}', 77)).toThrow("replay its position from the bus instead");
  });

  test("has room for what later tries add", () => {
    const filled = (length: number) => eventOf(1, { data: { reason: "x".repeat(length) } });
    const bare = Buffer.byteLength(handoverOf("crm", { position: 9, event: filled(0) }, 1e12).body);
    const largest = handoverOf("crm", { position: 9, event: filled(deliveryMessageMaxBytes - bare) }, 1e12);
    expect(largest.queue).toBe("deliver-event");
    expect(Buffer.byteLength(largest.body)).toBe(deliveryMessageMaxBytes);
    const tried = { ...decodeDelivery(largest.body), attempt: 9, notBefore: 9e15, waits: 1_000_000, position: 1e9 };
    expect(decodeDelivery(encodeDelivery(tried))).toEqual(tried);
    const larger = handoverOf("crm", { position: 9, event: filled(deliveryMessageMaxBytes - bare + 1) }, 1e12);
    expect(larger.queue).toBe("deliver-event-dead-letters");
  });
});
