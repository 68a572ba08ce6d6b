import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAuthentication } from "../../lib/clients/authenticate.ts";
import { isSignedBy, signedHeadersOf } from "../../lib/clients/signature.ts";
import { parseConfiguration } from "../../lib/configuration/load.ts";
import { readSchedules } from "../../lib/configuration/schedules.ts";
import { clientSchema } from "../../lib/contracts/client.ts";
import { decodeDeadLetter, encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { durationMs, isDuration } from "../../lib/contracts/duration.ts";
import { ConfigurationError, InvalidInputError, UnsupportedVersionError } from "../../lib/contracts/errors.ts";
import { operationIdOf, sha256Hex } from "../../lib/contracts/identifiers.ts";
import { parseBoundedJson } from "../../lib/contracts/parse.ts";
import { matchesAny } from "../../lib/contracts/patterns.ts";
import { unwrapped } from "../../lib/contracts/queue-envelope.ts";
import { decodeRequest } from "../../lib/contracts/request.ts";
import { scheduleSchema } from "../../lib/contracts/schedule.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { decodeDelivery, encodeDelivery, redeliveryOf } from "../../lib/contracts/sink.ts";
import { signatureHeaders, signingKeyOf } from "../../lib/contracts/standard-webhooks.ts";
import { decodeStepMessage, encodeStepMessage } from "../../lib/contracts/step-message.ts";
import { retryAfterMsOf as providerRetryAfterMsOf } from "../../lib/providers/retry-after.ts";
import { calendar } from "../../lib/schedules/calendar.ts";
import { openingAt } from "../../lib/schedules/window.ts";
import { retryAfterMsOf } from "../../lib/sinks/retry-after.ts";
import { VirtualClock } from "../simulation/virtual-clock.ts";
import { asked, canary, signingSecret } from "./door.ts";
import { deepArray, deepObject, mutated, oddJson, oddText, oddTexts, reordered, secretText } from "./inputs.ts";
import { processorMs } from "./processor-time.ts";

type Refusal = new (...args: never[]) => Error;

/** What comes of it: a value, or a refusal of one of the classes, which quotes nothing. Anything else is thrown on. */
function definite<Value>(decode: () => Value, ...refusals: readonly Refusal[]): Value | undefined {
  try {
    return decode();
  } catch (error) {
    if (!refusals.some((one) => error instanceof one)) throw error;
    const { message, problems = [] } = error as InvalidInputError;
    expect([message, ...problems].join()).not.toContain(canary);
    return undefined;
  }
}

const operation = operationIdOf("/ci", "one");
const step = {
  v: 1,
  operation,
  step: "poll-operation",
  seq: 3,
  n: 1,
  attempt: 0,
  deadline: 1e12,
  traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
};
const letter = { v: 1, queue: "inbox", id: "1", body: "{}", cause: "not JSON", receives: 5, at: 1e12 };
const delivery = {
  v: 1,
  sink: "crm",
  position: 4,
  attempt: 0,
  since: 1e12,
  event: { specversion: "1.0", id: "e-1", source: "/drover", type: "t", data: { a: 1 } },
};
const heat = {
  specversion: "1.0",
  id: "h",
  source: "/ci",
  type: "drover.heat.deploy",
  time: "2026-11-21T00:00:00Z",
  subject: "s",
  data: {
    connection: "otc",
    deadline: "PT30M",
    servers: ["s"],
    deployment: { config_id: "c", input_values: { a: [1, { b: null }] } },
  },
};
const cancel = {
  specversion: "1.0",
  id: "c",
  source: "/ci",
  type: "drover.operation.cancel",
  data: { source: "/ci", id: "one" },
};

const fromTopic = (inner: unknown) => ({ Type: "Notification", TopicArn: "arn", Message: JSON.stringify(inner) });
const fromBus = (inner: object) => ({ version: "0", "detail-type": "t", source: "s", detail: inner });

const decoders: [string, unknown[], (text: string) => unknown, Refusal[]][] = [
  ["a request", [asked("one"), heat, cancel], (text) => decodeRequest(text), [InvalidInputError]],
  [
    "a queued request",
    [fromTopic(asked("one")), fromBus(asked("one")), fromTopic(fromBus(asked("one"))), asked("one")],
    (text) => decodeRequest(unwrapped(text)),
    [InvalidInputError],
  ],
  ["a step message", [step], decodeStepMessage, [InvalidInputError, UnsupportedVersionError]],
  ["a dead letter", [letter], decodeDeadLetter, [InvalidInputError]],
  ["a delivery", [delivery], decodeDelivery, [InvalidInputError, UnsupportedVersionError]],
  ["a letter of a delivery", [delivery], (text) => redeliveryOf(text, 5), [InvalidInputError, UnsupportedVersionError]],
  ["JSON of any kind", [asked("one")], (text) => parseBoundedJson(text, "a value"), [InvalidInputError]],
];

describe.each(decoders)("%s", (_, examples, decode, refusals) => {
  const texts = fc.oneof(oddText, secretText, oddJson, ...examples.map(mutated));

  test("is decoded or refused, whatever comes", () => {
    fc.assert(
      fc.property(texts, (text) => void definite(() => decode(text), ...refusals)),
      { numRuns: 300 },
    );
  });

  test("means the same whatever the order of its keys", () => {
    const orders = fc.oneof(...examples.map((example) => fc.tuple(fc.constant(example), reordered(example))));
    const property = fc.property(orders, ([example, other]) => {
      expect(decode(JSON.stringify(other))).toEqual(decode(JSON.stringify(example)));
    });
    fc.assert(property, { numRuns: 60 });
  });

  test("cut off anywhere is refused", () => {
    for (const example of examples) {
      const text = JSON.stringify(example);
      for (let length = 0; length < text.length; length += 1) {
        expect(definite(() => decode(text.slice(0, length)), ...refusals)).toBeUndefined();
      }
    }
  });
});

describe("what is encoded", () => {
  const text = fc.string({ unit: "binary", maxLength: 30 }).filter((value) => value.isWellFormed());
  const count = fc.nat(1_000_000);

  test("decodes to the same", () => {
    const steps = fc
      .record({ seq: count, n: count, attempt: count, deadline: fc.nat() })
      .map((numbers) => ({ ...step, ...numbers }));
    fc.assert(
      fc.property(steps, (message) => void expect(decodeStepMessage(encodeStepMessage(message))).toEqual(message)),
    );
    const letters = fc.record({ queue: text, id: text, body: text, cause: text, receives: fc.nat(), at: fc.nat() });
    fc.assert(
      fc.property(letters, (one) => void expect(decodeDeadLetter(encodeDeadLetter(one))).toEqual({ v: 1, ...one })),
    );
    const data = fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      fc.oneof(text, fc.nat(), fc.boolean(), fc.constant(null)),
      { noNullPrototype: true },
    );
    const deliveries = fc.record({ attempt: count, position: count, data }).map(({ data: held, ...rest }) => ({
      ...delivery,
      ...rest,
      event: { ...delivery.event, specversion: "1.0" as const, data: held },
    }));
    fc.assert(
      fc.property(deliveries, (one) => void expect(decodeDelivery(encodeDelivery({ ...one, v: 1 }))).toEqual(one)),
    );
  });

  test("is found in every envelope", () => {
    const wrap = fc.constantFrom(
      (value: object) => value,
      fromTopic,
      fromBus,
      (value: object) => fromTopic(fromBus(value)),
      (value: object) => fromBus(value),
    );
    const property = fc.property(wrap, text, (wrapped, label) => {
      const request = { ...asked("one"), extension: label };
      expect(JSON.parse(unwrapped(JSON.stringify(wrapped(request))))).toEqual(request);
    });
    fc.assert(property);
  });

  test("is signed for exactly one body, id and time", () => {
    const key = signingKeyOf(new Secret(signingSecret), "vault:ci");
    const id = fc.stringMatching(/^[!-+\--~]{1,40}$/);
    const property = fc.property(id, text, fc.nat(1e9), fc.nat(), (name, body, seconds, at) => {
      const headers = signatureHeaders([key], { id: name, body, timestamp: seconds * 1000 });
      const signed = signedHeadersOf(new Headers(headers));
      if (!signed) throw new Error("Expected headers that can be read, got none");
      expect(isSignedBy(key, signed, body)).toBe(true);
      expect(isSignedBy(key, signed, `${body} `)).toBe(false);
      expect(isSignedBy(key, { ...signed, id: `${name}x` }, body)).toBe(false);
      expect(isSignedBy(key, { ...signed, timestamp: String(seconds + 1) }, body)).toBe(false);
      const index = 3 + (at % 40);
      const changed = signed.signature[index] === "A" ? "B" : "A";
      const signature = signed.signature.slice(0, index) + changed + signed.signature.slice(index + 1);
      expect(isSignedBy(key, { ...signed, signature }, body)).toBe(false);
    });
    fc.assert(property);
  });
});

describe("credentials", () => {
  const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: ["read"] };
  const token = "token-of-the-pipeline-here";
  const auth = [
    { kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] },
    { kind: "standard-webhooks", secrets: ["vault:ci"] },
  ];
  const authenticate = createAuthentication({
    clients: { ci: clientSchema.parse({ auth, allow }) },
    secret: async () => new Secret(signingSecret),
    clock: new VirtualClock(0),
  });
  const value = fc.oneof(
    fc.stringMatching(/^[ -~]{0,60}$/),
    fc.constantFrom(
      `Bearer ${token}x`,
      `Bearer  ${token}`,
      `Bearer\t${token}`,
      `Bearer ${token} x`,
      `${token}`,
      `Bearer ${"a".repeat(100_000)}`,
      "v1,".repeat(30_000),
      "\u00e9",
    ),
  );

  test("of nobody are refused and nothing is thrown", async () => {
    const names = fc.constantFrom("authorization", "webhook-id", "webhook-timestamp", "webhook-signature");
    const property = fc.asyncProperty(
      fc.dictionary(names, value, { noNullPrototype: true }),
      oddText,
      async (headers, body) => {
        const said = new Headers(headers);
        fc.pre(said.get("authorization") !== `Bearer ${token}`);
        expect((await authenticate(said, async () => body)).kind).toBe("refused");
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  test("are a client's as a whole and in no other form", async () => {
    const property = fc.asyncProperty(fc.nat(token.length - 1), fc.stringMatching(/^[!-~]$/), async (at, other) => {
      fc.pre(token[at] !== other);
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      for (const wrong of [changed, token.slice(0, at), token.slice(at + 1), `${token}${other}`, `${other}${token}`]) {
        const answer = await authenticate(new Headers({ authorization: `Bearer ${wrong}` }), async () => "");
        expect(answer.kind).toBe("refused");
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

describe("a configuration", () => {
  const example = {
    version: 1,
    platform: { kind: "local", dataFolder: "./data" },
    connections: {
      otc: {
        kind: "heat",
        flavour: "openstack",
        region: "r",
        authUrl: "https://a.example/v3",
        credential: { kind: "application-credential", id: "i", secret: "vault:s" },
      },
    },
    clients: {
      ci: {
        auth: { kind: "standard-webhooks", secrets: ["vault:ci"], tolerance: "PT5M" },
        allow: { sources: ["/ci/*"], actions: ["submit"] },
      },
    },
    sinks: { crm: { url: "https://b.example/in", secrets: ["vault:b"] } },
    schedules: [
      {
        name: "nightly",
        cron: "0 3 * * *",
        timeZone: "Europe/Berlin",
        window: { from: "22:00", to: "04:00" },
        request: { type: "drover.heat.deploy", data: heat.data },
      },
    ],
  };

  test("that is valid stays valid whatever the order of its keys", () => {
    const whole = parseConfiguration(JSON.stringify(example), "/etc/drover.json");
    const property = fc.property(reordered(example), (other) => {
      expect(parseConfiguration(JSON.stringify(other), "/etc/drover.json")).toEqual(whole);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test("is read or refused with its problems, whatever comes, and then can be worked with", async () => {
    const texts = fc.oneof(
      oddText,
      secretText,
      oddJson,
      mutated(example),
      mutated(example.schedules).map((schedules) =>
        JSON.stringify(example).replace(JSON.stringify(example.schedules), () => schedules),
      ),
    );
    const property = fc.asyncProperty(texts, async (text) => {
      const read = definite(() => parseConfiguration(text, "/etc/drover.json"), ConfigurationError);
      if (!read) return;
      const inline = read.schedules.filter(({ request }) => typeof request !== "string");
      const { schedules } = await readSchedules({ schedules: inline }, calendar);
      for (const schedule of schedules) {
        if (schedule.cron === undefined || !/\d{4}/.test(schedule.cron))
          calendar.remarksOn(schedule, Date.UTC(2026, 10, 21));
      }
    });
    await fc.assert(property, { numRuns: 250 });
  });
});

describe("times", () => {
  test("of a duration are never negative and never infinite", () => {
    const like = fc.stringMatching(/^P(\d{1,9}D)?(T(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}(\.\d{1,9})?S)?)?$/);
    fc.assert(
      fc.property(fc.oneof(like, oddText), (text) => {
        const ms = definite(() => durationMs(text), InvalidInputError);
        expect(ms !== undefined).toBe(isDuration(text));
        if (ms !== undefined) expect(Number.isSafeInteger(ms) && ms >= 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("of Retry-After are within a day, or none", () => {
    const headers = fc.oneof(
      oddText,
      fc.constantFrom(
        "-5",
        "1e9",
        "0x10",
        "Infinity",
        "9".repeat(400),
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Sun Nov 6 08:49:37 1994",
        "1.5",
        "5, 10",
      ),
    );
    const property = fc.property(headers, (header) => {
      for (const ms of [retryAfterMsOf(header, 1e12), providerRetryAfterMsOf(header, 1e12)]) {
        if (ms !== undefined) expect(Number.isInteger(ms) && ms >= 0 && ms <= 86_400_000).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  const field = fc.oneof(
    fc.stringMatching(/^[-*/,?LW#0-9A-Z]{1,8}$/),
    fc.constantFrom("*", "0", "*/5", "1-5", "99", "5-1", "*/0", "-1", "a", "1/1/1", "L", "31", "0-99999999999"),
  );
  test("of a cron expression are told or refused", () => {
    const property = fc.property(fc.array(field, { minLength: 5, maxLength: 5 }), (fields) => {
      const cron = fields.join(" ");
      const schedule = scheduleSchema.safeParse({ name: "a", cron, request: { type: "t", data: {} } });
      if (!schedule.success) return;
      try {
        calendar.checkCron(cron);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toHaveProperty("message", expect.stringContaining("call stack"));
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  test("of a window begin before they end, and never lie behind", () => {
    const minutes = fc.nat(1439).map((minute) => new Date(minute * 60_000).toISOString().slice(11, 16));
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu");
    const days = fc.option(fc.uniqueArray(fc.constantFrom("Mon", "Tue", "Sun"), { minLength: 1 }), { nil: undefined });
    const moment = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });
    const property = fc.property(minutes, minutes, zones, days, moment, (from, to, timeZone, on, ms) => {
      fc.pre(from !== to);
      const window = scheduleSchema.parse({
        name: "a",
        every: "P1D",
        window: { from, to, timeZone, ...(on ? { days: on } : {}) },
        request: "r.json",
      }).window;
      if (!window) throw new Error("Expected a window, got none");
      const opening = openingAt(window, ms);
      expect(opening.from).toBeLessThan(opening.to);
      expect(opening.to).toBeGreaterThan(ms);
    });
    fc.assert(property, { numRuns: 150 });
  });
});

/** Longest time in which text of 100 kB is to be dealt with: what takes exponential time takes years. */
const promptlyMs = 1_500;

describe("a hundred kilobytes", () => {
  const long = 100_000;
  const adversarial = [
    "a",
    " ",
    "0",
    "9",
    ".",
    "-",
    "*",
    "/",
    "\\",
    '"',
    "a.",
    "a ",
    " a",
    "PT1",
    "1:",
    "%2",
    "\n",
    "=",
    "v1,",
    "Mon, ",
  ].map((unit) => unit.repeat(long / unit.length));
  const texts = [
    ...adversarial,
    ...adversarial.map((text) => `${text}!`),
    ...adversarial.map((text) => `P${text}`),
    ...adversarial.map((text) => `Mon, ${text}00:00`),
    deepArray,
    deepObject,
  ];
  const readers: [string, (text: string) => unknown][] = [
    ["a duration", (text) => isDuration(text)],
    ["Retry-After of a receiver", (text) => retryAfterMsOf(text, 0)],
    ["Retry-After of a provider", (text) => providerRetryAfterMsOf(text, 0)],
    ["a pattern of sources", (text) => matchesAny(["*a*a*a*a*a*!", "*", `${"*a".repeat(100)}b`], text)],
    ["a signature", (text) => signedHeadersOf({ get: () => text } as Pick<Headers, "get"> as Headers)],
    ["an envelope of a queue", (text) => unwrapped(`{"Type":"Notification","Message":${JSON.stringify(text)}}`)],
    [
      "a request",
      (text) =>
        definite(
          () => decodeRequest(JSON.stringify({ ...asked("a"), source: text, time: text, datacontenttype: text })),
          InvalidInputError,
        ),
    ],
    ["a configuration", (text) => definite(() => parseConfiguration(text, "/a"), ConfigurationError)],
    [
      "a configuration's text",
      (text) =>
        definite(
          () =>
            parseConfiguration(
              JSON.stringify({
                version: 1,
                platform: { kind: "local", dataFolder: text },
                connections: {},
                http: { listen: text },
                retention: { operations: text },
              }),
              "/a",
            ),
          ConfigurationError,
        ),
    ],
    [
      "a schedule",
      (text) =>
        scheduleSchema.safeParse({
          name: text,
          cron: text,
          start: text,
          timeZone: text,
          window: { from: text, to: text },
          request: text,
        }),
    ],
  ];
  test.each(readers)("is dealt with as %s without delay", (_, read) => {
    const began = processorMs();
    for (const text of texts) {
      const startedAt = processorMs();
      read(text);
      expect(processorMs() - startedAt).toBeLessThan(promptlyMs);
    }
    expect(processorMs() - began).toBeLessThan(10 * promptlyMs);
  });

  test("of nothing in particular is no name of anything", () => {
    for (const name of oddTexts) {
      expect(scheduleSchema.safeParse({ name: `${name}\n`, every: "P1D", request: "r" }).success).toBe(false);
    }
  });
});
