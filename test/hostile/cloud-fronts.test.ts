import { deflateRawSync } from "node:zlib";
import { HttpRequest } from "@azure/functions";
import type { APIGatewayProxyEventV2, SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unreadableRequest } from "../../functions/cloud/unreadable-request.ts";
import { InvalidInputError, UnsupportedVersionError } from "../../lib/contracts/errors.ts";
import type { MessageHandler } from "../../lib/contracts/ports.ts";
import { unwrapped } from "../../lib/contracts/queue-envelope.ts";
import { decodeRequest } from "../../lib/contracts/request.ts";
import { decodeStepMessage } from "../../lib/contracts/step-message.ts";
import { answerOf as lambdaAnswer, requestOf as lambdaRequest } from "../../lib/platforms/aws/lambda/http.ts";
import { decodeAgain, encodeAgain } from "../../lib/platforms/azure/functions/again.ts";
import { deliveryOf } from "../../lib/platforms/azure/functions/delivery.ts";
import { answerOf as azureAnswer, requestOf as azureRequest } from "../../lib/platforms/azure/functions/http.ts";
import { httpEvent } from "../e2e/aws-rig.ts";
import { lambdaWorld } from "../platforms/aws/lambda-world.ts";
import { functionWorld, hostId, itemOf } from "../platforms/azure/functions-world.ts";
import { asked, canary, openDoor, tokens } from "./door.ts";
import { deepObject, mutated, oddBytes, oddJson, oddText, secretText } from "./inputs.ts";

const step = {
  ...{ v: 1, operation: "a".repeat(52), step: "poll-operation", seq: 3, n: 1, attempt: 0, deadline: 1e12 },
  traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
};
const again = { again: { v: 1, id: hostId, tries: 3, sentAt: 1e12 }, body: JSON.stringify(step) };
const packed = { ...again, body: deflateRawSync(JSON.stringify(step)).toString("base64"), packed: true };
const bomb = { ...again, body: deflateRawSync(Buffer.alloc(32 * 1024 * 1024)).toString("base64"), packed: true };
const hostOwn = { id: hostId, popReceipt: "r", dequeueCount: 2, insertionTime: "2026-11-20T23:59:30+00:00" };
/** What a sender of JSON can put in the place of the host's own words, in any capitals. */
const forged = { dequeueCount: 9_999, DequeueCount: "0", ID: "x", insertionTime: "9999-99-99", popReceipt: canary };

const texts = fc.oneof(
  oddText,
  secretText,
  oddJson,
  ...[step, asked("one"), again, packed, { ...step, ...forged }, { ...again, ...forged }].map(mutated),
  mutated(asked("one")).map((text) => Buffer.from(text).toString("base64")),
  fc.constant(JSON.stringify(bomb)),
  fc.constant(deepObject),
);
/** As the worker hands it over: text, what it has read of JSON, or bytes. */
const items = fc.oneof(
  { weight: 3, arbitrary: texts.map(itemOf) },
  { weight: 1, arbitrary: texts },
  { weight: 1, arbitrary: oddBytes },
  { weight: 1, arbitrary: fc.constantFrom(undefined, null, 0, true, [], [[]], Number.NaN) },
);
const metadata = fc.oneof(
  fc.constant(hostOwn),
  fc.constant(undefined),
  fc.record(
    {
      id: fc.oneof(oddText, fc.constant(hostId)),
      dequeueCount: fc.oneof(fc.integer(), oddText, fc.constant(Number.NaN), fc.constant(1e300)),
      insertionTime: fc.oneof(oddText, fc.constantFrom("+275760-09-13T00:00:00Z", "1601-01-01T00:00:00Z", {})),
    },
    { requiredKeys: [] },
  ),
);

describe("an item of a storage queue", () => {
  test("is a delivery, whatever it is and whatever its sender has written over it", () => {
    const property = fc.property(items, metadata, (item, own) => {
      const triggerMetadata = own === undefined ? {} : { ...own, ...(typeof item === "object" ? item : {}) };
      const { delivery, dequeues, isLast, flaw } = deliveryOf({
        queue: "inbox",
        item,
        invocation: { triggerMetadata },
      });
      const { id, body, receives, sentAt } = delivery;
      expect(id).toMatch(/^[\w-]{1,64}$/);
      expect(typeof body).toBe("string");
      expect(Number.isInteger(receives) && receives >= 1 && receives <= 1_000_001).toBe(true);
      expect(Number.isNaN(new Date(sentAt).getTime()) || sentAt < 0).toBe(false);
      expect(Number.isInteger(dequeues) && dequeues >= 1).toBe(true);
      expect(typeof isLast).toBe("boolean");
      if (flaw !== undefined) expect(flaw).not.toContain(canary);
      for (const decode of [() => decodeStepMessage(body), () => decodeRequest(unwrapped(body))]) {
        try {
          decode();
        } catch (error) {
          expect(error instanceof InvalidInputError || error instanceof UnsupportedVersionError).toBe(true);
          expect(String(error)).not.toContain(canary);
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  test("of whose count and id its sender says something is not believed", () => {
    const property = fc.property(fc.subarray(Object.entries(forged), { minLength: 1 }), (members) => {
      const item = { ...asked("one"), ...Object.fromEntries(members) };
      const read = deliveryOf({ queue: "inbox", item, invocation: { triggerMetadata: { ...hostOwn, ...item } } });
      expect([read.dequeues, read.delivery.receives]).toEqual([
        members.some(([name]) => /^dequeuecount$/i.test(name)) ? 1 : hostOwn.dequeueCount,
        1,
      ]);
      expect(read.delivery.id).toMatch(/^[0-9a-f-]{32,36}$/);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test("that says it comes again is one that this program has written, or is none", () => {
    const envelopes = fc.oneof(mutated(again), mutated(packed), fc.constant(JSON.stringify(bomb)));
    const property = fc.property(envelopes, (text) => {
      const read = decodeAgain(itemOf(text));
      if (!read) return;
      const { id, tries, sentAt, last, body } = read;
      const shown = { id, tries, sentAt, body, ...(last ? { last } : {}) };
      const written = encodeAgain(shown);
      // As JSON, which knows one zero.
      if (written !== undefined) expect(JSON.stringify(decodeAgain(JSON.parse(written)))).toBe(JSON.stringify(read));
      expect(body.length).toBeLessThanOrEqual(1024 * 1024);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test("that unpacks to more than any queue carries is not unpacked", () => {
    const before = process.memoryUsage().rss;
    expect(decodeAgain(bomb)).toBeUndefined();
    expect(process.memoryUsage().rss - before).toBeLessThan(24 * 1024 * 1024);
  });

  test("is settled by its function, once, and what it holds stands in no line of the log", async () => {
    const handler: MessageHandler = async ({ body }) => {
      try {
        decodeRequest(unwrapped(body));
        return { kind: "acknowledge" };
      } catch (error) {
        return { kind: "dead-letter", cause: error instanceof Error ? error.message : "" };
      }
    };
    const world = await functionWorld(handler);
    const property = fc.asyncProperty(items, async (item) => {
      // What is thrown over to the host is only what could not even be given up.
      await world.invoke(item);
      expect(world.lines.join("\n")).not.toMatch(new RegExp(`${canary}|defect|call stack`));
    });
    await fc.assert(property, { numRuns: 60 });
    expect(world.letters().length).toBeGreaterThan(5);
  });
});

describe("a record of SQS", () => {
  const arn = "arn:aws:sqs:eu-central-1:000000000000:drover-poll-operation";
  const record = {
    ...{ messageId: hostId, receiptHandle: "r", body: JSON.stringify(step), messageAttributes: {}, md5OfBody: "" },
    attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1795251600000", SenderId: "" },
    ...{ eventSource: "aws:sqs", eventSourceARN: arn, awsRegion: "eu-central-1" },
  };
  const bodies = fc.oneof(texts, fc.constantFrom<unknown>(undefined, null, 0, {}, []));
  const records = bodies.chain((body) =>
    fc
      .record({
        messageId: fc.constantFrom<unknown>(hostId, "", undefined, 7),
        ApproximateReceiveCount: fc.constantFrom<unknown>("1", "5", "", "x", "1e400", undefined, {}),
        SentTimestamp: fc.constantFrom<unknown>("1795251600000", "", "x", "-1", undefined, "9".repeat(40)),
      })
      .map(({ messageId, ...attributes }) => ({ ...record, messageId, body, attributes }) as unknown as SQSRecord),
  );

  test("is settled for itself, whatever it is, and the good one beside it is served", async () => {
    const served: string[] = [];
    const world = await lambdaWorld(async ({ id, body }) => {
      if (id === "good") served.push(body);
      return { kind: "dead-letter", cause: "" };
    });
    const property = fc.asyncProperty(fc.array(records, { maxLength: 3 }), async (broken) => {
      served.length = 0;
      const good = { ...record, messageId: "good", body: "{}" } as unknown as SQSRecord;
      const kept = await world.invoke([...broken, good]);
      expect(served).toEqual(["{}"]);
      expect(kept).not.toContain("good");
      expect(world.lines.join("\n")).not.toMatch(new RegExp(`${canary}|call stack`));
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

const methods = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD") },
  { weight: 1, arbitrary: fc.constantFrom("TRACE", "CONNECT", "get", "PATCH", "DROVE") },
  { weight: 1, arbitrary: oddText },
);
const paths = fc.oneof(
  fc.constantFrom("/requests", "/operations", "/vault/a", "/openapi.json", "/healthz", "/dead-letters", ""),
  fc.constantFrom(
    "//evil.example/x",
    "/\\evil.example",
    "/../../etc/passwd",
    "/operations/\u0000",
    "/a?b#c",
    "http://e/x",
  ),
  oddText.map((text) => `/${text}`),
  secretText.map((text) => `/operations/${text}`),
);
const headerNames = ["authorization", "content-type", "host", "content-length", "webhook-signature", "x-forwarded-for"];
const headers = fc.dictionary(
  fc.oneof(fc.constantFrom(...headerNames), oddText),
  fc.oneof(oddText, secretText, fc.constantFrom(`Bearer ${tokens.ops}`, "application/json", canary)),
  { maxKeys: 5, noNullPrototype: true },
);
const bodies = fc.oneof(texts, fc.constantFrom("", "{}", JSON.stringify(asked("one"))));

interface Answered {
  readonly status: number;
  readonly said: string;
}

/** As the functions do it: the application answers what a request can be made of, and nobody has to be woken for the rest. */
async function expectAnswered(request: () => Request, serve: (request: Request) => Promise<Answered>): Promise<void> {
  let sent: Request;
  try {
    sent = request();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    expect(unreadableRequest().status).toBe(400);
    return;
  }
  expect(new URL(sent.url).hostname).toMatch(/^(?:abcdefghij\.execute-api\.eu-central-1\.amazonaws\.com|drover)$/);
  const { status, said } = await serve(sent);
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status === 503 || status < 500).toBe(true);
  if (status >= 400) expect(said).not.toContain(canary);
  expect(said).not.toContain(tokens.ops);
}

describe("a request that the front of a cloud hands over", () => {
  test("as an HTTP API of AWS does is answered definitely", async () => {
    const door = openDoor();
    const event = fc.record({
      method: methods,
      rawPath: paths,
      rawQueryString: fc.oneof(oddText, secretText),
      headers,
      body: fc.option(bodies, { nil: undefined }),
      isBase64Encoded: fc.boolean(),
      stage: fc.constantFrom("$default", "prod", "../x", ""),
      cookies: fc.option(fc.array(oddText, { maxLength: 2 }), { nil: undefined }),
    });
    const property = fc.asyncProperty(event, async ({ method, stage, cookies, body, ...rest }) => {
      const whole = httpEvent("GET", "/");
      const { requestContext } = whole;
      const { signal } = new AbortController();
      const given = {
        ...{ ...whole, ...rest, ...(cookies ? { cookies } : {}), ...(body === undefined ? {} : { body }) },
        requestContext: { ...requestContext, stage, http: { ...requestContext.http, method } },
      } as APIGatewayProxyEventV2;
      await expectAnswered(
        () => lambdaRequest(given, signal),
        async (sent) => {
          const { statusCode = 0, ...answer } = await lambdaAnswer(await door.host.guarded.fetch(sent));
          return { status: statusCode, said: JSON.stringify(answer) };
        },
      );
      expect(door.said()).not.toMatch(new RegExp(`${canary}|defect|token-of-the`));
    });
    await fc.assert(property, { numRuns: 250 });
  });

  test("as the host of Azure Functions does is answered definitely", async () => {
    const door = openDoor();
    const request = fc.record({ method: methods, path: paths, headers, body: fc.option(bodies, { nil: undefined }) });
    const property = fc.asyncProperty(request, async ({ method, path, headers: said, body }) => {
      const { signal } = new AbortController();
      await expectAnswered(
        () => {
          const url = `https://drover${encodeURI((path.startsWith("/") ? path : `/${path}`).toWellFormed())}`;
          const init = { method, url, headers: said, ...(body === undefined ? {} : { body: { string: body } }) };
          return azureRequest(new HttpRequest(init as never), signal);
        },
        async (sent) => {
          const { status = 0, ...answer } = await azureAnswer(await door.host.guarded.fetch(sent));
          const text = answer.body instanceof Uint8Array ? Buffer.from(answer.body).toString() : "";
          return { status, said: `${JSON.stringify(answer.headers)}${text}` };
        },
      );
      expect(door.said()).not.toMatch(new RegExp(`${canary}|defect|token-of-the`));
    });
    await fc.assert(property, { numRuns: 250 });
  });
});
