import { describe, expect, onTestFinished, test } from "vitest";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { createSqsEmulator } from "../../../emulators/sqs/index.ts";
import {
  ConfigurationError,
  InvalidInputError,
  RetryableError,
  UnauthorizedError,
} from "../../../lib/contracts/errors.ts";
import { awsQueue } from "../../../lib/platforms/aws/queue.ts";
import { queueUrls } from "../../../lib/platforms/aws/queue-urls.ts";
import { describeQueue, type QueueUnderTest } from "../../contracts/queue.ts";
import { byTarget, refusal, startFaultProxy, throttle } from "./fault-proxy.ts";
import { accessKey, impatience, secretAccessKey, settingsFor, shownBy, thrownBy } from "./settings.ts";

const queue = "poll-operation";
const prefix = "drover-test-";

async function openQueue() {
  let aheadMs = 0;
  const emulator = createSqsEmulator({ now: () => Date.now() + aheadMs });
  emulator.seedAccessKey(accessKey);
  for (const name of [queue, "start-deployment", "inbox-dead-letters"]) emulator.seedQueue(`${prefix}${name}`);
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  const proxy = await startFaultProxy(server.url);
  const urls = queueUrls({ DROVER_QUEUE_URL_PREFIX: `${proxy.url}/000000000000/${prefix}` });
  const persistence = impatience();
  const aws = awsQueue({ settings: settingsFor(proxy.url), urls, persistence });
  const close = async () => {
    await proxy.close();
    await server.close();
  };
  const advance = async (ms: number) => {
    aheadMs += ms;
  };
  const bodiesIn = (name: string) =>
    emulator
      .messages(`${prefix}${name}`)
      .map(({ body }) => body)
      .sort();
  return { aws, sender: aws, receiver: aws, emulator, proxy, urls, persistence, bodiesIn, advance, close };
}

async function opened() {
  const world = await openQueue();
  onTestFinished(world.close);
  return world;
}

const sends = (proxy: Awaited<ReturnType<typeof openQueue>>["proxy"]): { Id: string; MessageBody: string }[][] =>
  proxy.log.filter(({ operation }) => operation === "SendMessageBatch").map(({ body }) => JSON.parse(body).Entries);

describeQueue("aws (SQS)", openQueue satisfies () => Promise<QueueUnderTest>);

describe("sending to SQS", () => {
  test("keeps the bounds of a batch: ten messages and 256 KiB, one queue each", async () => {
    const { sender, proxy, bodiesIn } = await opened();
    const messages = Array.from({ length: 36 }, (_, index) => ({
      queue: index % 3 === 0 ? "start-deployment" : queue,
      body: index < 12 ? `${index} ${"x".repeat(60_000)}` : String(index),
    }));
    await sender.send(messages);
    expect([...bodiesIn(queue), ...bodiesIn("start-deployment")].sort()).toEqual(
      messages.map(({ body }) => body).sort(),
    );
    for (const entries of sends(proxy)) {
      expect(entries.length).toBeLessThanOrEqual(10);
      expect(entries.reduce((sum, { MessageBody }) => sum + MessageBody.length, 0)).toBeLessThanOrEqual(256 * 1024);
    }
  });

  test("says a delay in whole seconds, never too short, and refuses a longer one than SQS knows", async () => {
    const { sender, proxy } = await opened();
    await sender.send([
      { queue, body: "a", delayMs: 1 },
      { queue, body: "b", delayMs: 900_000 },
      { queue, body: "c" },
    ]);
    expect(sends(proxy)).toMatchObject([[{ DelaySeconds: 1 }, { DelaySeconds: 900 }, { DelaySeconds: 0 }]]);
    for (const delayMs of [900_001, -1, Number.NaN]) {
      const error = await thrownBy(() => sender.send([{ queue, body: "canary", delayMs }]));
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(error).toHaveProperty("code", "invalid-delay");
      expect(shownBy(error)).not.toContain("canary");
    }
  });

  test("refuses a body above 64 KiB before anything is sent, and lets a dead letter be longer", async () => {
    const { sender, proxy, bodiesIn } = await opened();
    const tooLarge = { queue, body: `canary${"é".repeat(32 * 1024)}` };
    const error = await thrownBy(() => sender.send([{ queue, body: "fits" }, tooLarge]));
    expect(error).toHaveProperty("code", "too-large");
    expect(error.message).toBe(
      "Expected a message of at most 65536 bytes for poll-operation, got 65542: send a reference instead",
    );
    expect(proxy.log).toEqual([]);
    await sender.send([{ ...tooLarge, queue: "inbox-dead-letters" }]);
    expect(bodiesIn("inbox-dead-letters")).toEqual([tooLarge.body]);
  });

  test("writes what SQS does not carry as escapes in JSON, and refuses it elsewhere", async () => {
    const { sender, bodiesIn } = await opened();
    const value = { label: "\ufffe and \uffff and \u0001" };
    await sender.send([{ queue, body: JSON.stringify(value) }]);
    const [body = ""] = bodiesIn(queue);
    expect(JSON.parse(body)).toEqual(value);
    expect(body).toContain("\\ufffe");
    for (const odd of ["\u0001", "\ufffe", "\ud800", ""]) {
      const error = await thrownBy(() => sender.send([{ queue, body: odd }]));
      expect(error).toHaveProperty("code", "invalid-message");
    }
  });

  test("repeats the failed entries alone, each result checked", async () => {
    const { sender, emulator, proxy, persistence, bodiesIn } = await opened();
    emulator.addFault({
      kind: "entries",
      code: "InternalError",
      indexes: [1, 3],
      operation: "SendMessageBatch",
      times: 1,
    });
    await sender.send(["a", "b", "c", "d"].map((body) => ({ queue, body })));
    expect(sends(proxy).map((entries) => entries.map(({ Id }) => Id))).toEqual([
      ["0", "1", "2", "3"],
      ["1", "3"],
    ]);
    expect(bodiesIn(queue)).toEqual(["a", "b", "c", "d"]);
    expect(persistence.pauses).toEqual([75]);
  });

  test("repeats what an answer says nothing about", async () => {
    const { sender, proxy, bodiesIn } = await opened();
    proxy.on(byTarget("SendMessageBatch"), {
      kind: "answer",
      status: 200,
      body: "{}",
      headers: { "content-type": "application/x-amz-json-1.0" },
    });
    await sender.send([{ queue, body: "a" }]);
    expect(bodiesIn(queue)).toEqual(["a"]);
  });

  test("gives up after three attempts with an error that says to try later", async () => {
    const { sender, proxy, persistence } = await opened();
    proxy.on(byTarget("SendMessageBatch"), throttle("RequestThrottled"), { times: 9 });
    const error = await thrownBy(() => sender.send([{ queue, body: "canary" }]));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toHaveProperty("code", "throttled");
    expect(persistence.pauses).toEqual([75, 150]);
    expect(sends(proxy)).toHaveLength(3);
    expect(shownBy(error)).not.toContain("canary");
  });

  test.each([
    ["throttled", throttle("ThrottlingException")],
    ["failing inside", refusal(500, "InternalFailure")],
    ["cut off before it arrived", { kind: "drop-before" }],
  ] as const)("sends once when a call is %s", async (_, fault) => {
    const { sender, proxy, bodiesIn } = await opened();
    proxy.on(byTarget("SendMessageBatch"), fault, { times: 2 });
    await sender.send(["a", "b"].map((body) => ({ queue, body })));
    expect(bodiesIn(queue)).toEqual(["a", "b"]);
  });

  test("loses nothing when an answer is lost; the messages may be there twice", async () => {
    const { sender, proxy, bodiesIn } = await opened();
    proxy.on(byTarget("SendMessageBatch"), { kind: "drop-after" });
    await sender.send(["a", "b"].map((body) => ({ queue, body })));
    expect(bodiesIn(queue)).toEqual(["a", "a", "b", "b"]);
  });

  test("gives up a call that is never answered and sends again", async () => {
    const { proxy, urls, bodiesIn } = await opened();
    const sender = awsQueue({
      settings: settingsFor(proxy.url, { requestTimeoutMs: 60 }),
      urls,
      persistence: impatience(),
    });
    proxy.on(byTarget("SendMessageBatch"), { kind: "hang-after" });
    await sender.send([{ queue, body: "a" }]);
    expect(new Set(bodiesIn(queue))).toEqual(new Set(["a"]));
  });

  test("sends the other batches when one is refused for ever, and then says so", async () => {
    const { sender, bodiesIn } = await opened();
    const other = Array.from({ length: 25 }, (_, index) => ({ queue, body: String(index) }));
    const error = await thrownBy(() => sender.send([{ queue: "not-there", body: "x" }, ...other]));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain("create the queue, or correct DROVER_QUEUE_URL_PREFIX");
    expect(bodiesIn(queue)).toHaveLength(25);
  });

  test.each([
    ["AccessDenied", 403, UnauthorizedError],
    ["ExpiredTokenException", 400, UnauthorizedError],
    ["QueueDoesNotExist", 400, ConfigurationError],
    ["InvalidMessageContents", 400, InvalidInputError],
  ] as const)(
    "answers %s with its own class, without content, key or the service's text",
    async (code, status, kind) => {
      const { sender, proxy } = await opened();
      proxy.on(byTarget("SendMessageBatch"), refusal(status, code, "canary-in-the-answer", "com.amazonaws.sqs"), {
        times: 9,
      });
      const error = await thrownBy(() => sender.send([{ queue, body: "canary-in-the-body" }]));
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ provider: "sqs", requestId: "proxy-request" });
      expect(sends(proxy)).toHaveLength(1);
      expect(shownBy(error)).not.toContain("canary");
      expect(shownBy(error)).not.toContain(secretAccessKey);
    },
  );
});

describe("settling at SQS", () => {
  test("answers false for a receipt that SQS does not know, and an error when it cannot tell", async () => {
    const { sender, receiver, proxy } = await opened();
    await sender.send([{ queue, body: "a" }]);
    const [delivery] = await receiver.receive(queue, 1, 30_000);
    if (!delivery) throw new Error("Expected a delivery, got none");
    proxy.on(byTarget("ChangeMessageVisibility"), refusal(400, "ReceiptHandleIsInvalid", "no", "com.amazonaws.sqs"));
    expect(await receiver.release(delivery, 0)).toBe(false);
    proxy.on(byTarget("ChangeMessageVisibility"), refusal(503, "ServiceUnavailable"), { times: 3 });
    expect(await thrownBy(() => receiver.acknowledge(delivery))).toBeInstanceOf(RetryableError);
    expect(await receiver.acknowledge(delivery)).toBe(true);
  });
});

describe("URLs of queues", () => {
  test("come from a prefix, and from a map before it", () => {
    const urls = queueUrls({
      DROVER_QUEUE_URL_PREFIX: "https://sqs.eu-central-1.amazonaws.com/1/drover-",
      DROVER_QUEUE_URLS: '{"inbox":"https://sqs.eu-central-1.amazonaws.com/2/other"}',
    });
    expect(urls("inbox")).toBe("https://sqs.eu-central-1.amazonaws.com/2/other");
    expect(urls(queue)).toBe("https://sqs.eu-central-1.amazonaws.com/1/drover-poll-operation");
  });

  test.each([
    {},
    { DROVER_QUEUE_URL_PREFIX: "drover-" },
    { DROVER_QUEUE_URLS: "{" },
    { DROVER_QUEUE_URLS: '{"a":"b"}' },
  ])("refuse the environment %j", (variables) => {
    expect(() => queueUrls(variables)).toThrow(ConfigurationError);
  });

  test("refuse a name that would leave its place", () => {
    const urls = queueUrls({ DROVER_QUEUE_URL_PREFIX: "https://sqs.eu-central-1.amazonaws.com/1/drover-" });
    for (const name of ["../x", "a/b", "", "a b", "x".repeat(81)]) expect(() => urls(name)).toThrow(ConfigurationError);
  });
});
