import { QueueClient, StorageSharedKeyCredential } from "@azure/storage-queue";
import { describe, expect, test } from "vitest";
import { createStorageQueuesEmulator } from "../../../emulators/storage-queues/index.ts";
import { deadLetterQueueOf } from "../../../lib/contracts/ports.ts";
import { decodedBody } from "../../../lib/platforms/azure/messages.ts";
import { azureQueue } from "../../../lib/platforms/azure/queue.ts";
import { queueNames } from "../../../lib/platforms/azure/queue-names.ts";
import { describeQueue } from "../../contracts/queue.ts";
import { ManualTime } from "../local/manual-time.ts";
import { account, behindProxy, noTokens, settingsFor } from "./accounts.ts";
import { busy, lostAfter, lostBefore, refusedWith } from "./faults.ts";
import { impatience, shownBy, thrownBy } from "./patience.ts";

const prefix = "drover-test-";

async function opened(options: { readonly requestTimeoutMs?: number } = {}) {
  const clock = new ManualTime();
  const emulator = createStorageQueuesEmulator({ now: () => clock.now(), account });
  for (const queue of ["inbox", "poll-operation", "start-deployment", "poll-operation-poison"])
    emulator.seedQueue(`${prefix}${queue}`);
  const proxy = await behindProxy((request) => emulator.fetch(request));
  const persistence = impatience();
  const queue = azureQueue({
    settings: settingsFor({ queues: proxy.url }, options),
    tokens: noTokens,
    clock,
    names: queueNames({ DROVER_QUEUE_PREFIX: prefix }),
    persistence,
  });
  const byHand = (name: string) =>
    new QueueClient(
      `${proxy.origin}/${account.name}/${prefix}${name}`,
      new StorageSharedKeyCredential(account.name, account.key),
    );
  return {
    sender: queue,
    receiver: queue,
    emulator,
    proxy,
    persistence,
    byHand,
    advance: async (ms: number) => clock.pass(ms),
    close: async () => undefined,
  };
}

describeQueue("azure (Storage queues)", () => opened());

describe("queue on azure, as others see it", () => {
  test("sends plain text that never expires, hidden for its delay", async () => {
    const { sender, emulator, proxy } = await opened();
    await sender.send([{ queue: "poll-operation", body: '{"v":1}', delayMs: 1_500 }]);
    const [message] = emulator.messages(`${prefix}poll-operation`);
    expect(message).toMatchObject({ text: '{"v":1}', expiresAtMs: Number.POSITIVE_INFINITY });
    expect(proxy.log[0]?.path).toContain("visibilitytimeout=2");
    expect(proxy.log[0]?.path).toContain("messagettl=-1");
  });

  test("takes a delay of seven days, of which a message that expires could not be told", async () => {
    const { sender, receiver, advance } = await opened();
    await sender.send([{ queue: "poll-operation", body: "later", delayMs: sender.maxDelayMs }]);
    await advance(sender.maxDelayMs - 1);
    expect(await receiver.receive("poll-operation", 1, 1_000)).toEqual([]);
    await advance(30 * 86_400_000);
    expect(await receiver.receive("poll-operation", 1, 1_000)).toHaveLength(1);
  });

  test("puts dead letters where the host puts them", async () => {
    const { sender, emulator } = await opened();
    await sender.send([{ queue: deadLetterQueueOf("poll-operation"), body: "{}" }]);
    expect(emulator.messages(`${prefix}poll-operation-poison`)).toHaveLength(1);
  });

  test("takes messages of others, plain or as base64, and gives out plain ones", async () => {
    const { receiver, byHand } = await opened();
    const request = '{"specversion":"1.0","id":"é"}';
    await byHand("inbox").sendMessage(request);
    await byHand("inbox").sendMessage(Buffer.from(request).toString("base64"));
    const received = await receiver.receive("inbox", 10, 1_000);
    expect(received.map(({ body }) => body)).toEqual([request, request]);
  });

  test("leaves alone what only looks like base64, is none of JSON, or is broken", () => {
    const texts = ["hello123", "null", "1234", "", '{"a":1}', Buffer.from("plain").toString("base64"), "/////w=="];
    for (const text of texts) expect(decodedBody(text)).toBe(text);
    expect(decodedBody(`${Buffer.from('{"a":1}').toString("base64")}\n`)).toBe('{"a":1}');
  });

  test("carries what XML cannot as JSON escapes, and a carriage return between values as a line feed", async () => {
    const { sender, receiver } = await opened();
    const value = { text: "a\u0001\ufffe\u{1F40E}<&>\"'\r\n" };
    const raw = JSON.stringify(value).replace("\\u0001", "\\u0001");
    await sender.send([{ queue: "inbox", body: raw.replace("{", "{\r\n") }]);
    const [delivery] = await receiver.receive("inbox", 1, 1_000);
    expect(JSON.parse(delivery?.body ?? "")).toEqual(value);
  });

  test("keeps white space around a body", async () => {
    const { sender, receiver } = await opened();
    await sender.send([{ queue: "inbox", body: "  \n text \t " }]);
    expect((await receiver.receive("inbox", 1, 1_000))[0]?.body).toBe("  \n text \t ");
  });

  test("takes a body of 64 KiB, and refuses one above before anything is sent", async () => {
    const { sender, proxy } = await opened();
    await sender.send([{ queue: "inbox", body: "é".repeat(32 * 1024) }]);
    proxy.clearLog();
    const tooLarge = [
      { queue: "inbox", body: "fine" },
      { queue: "inbox", body: `${"é".repeat(32 * 1024)}x` },
    ];
    await expect(sender.send(tooLarge)).rejects.toHaveProperty("code", "too-large");
    await expect(sender.send([{ queue: "inbox", body: "bell \u0007" }])).rejects.toHaveProperty(
      "code",
      "invalid-message",
    );
    await expect(sender.send([{ queue: "inbox", body: "line\rline" }])).rejects.toHaveProperty(
      "code",
      "invalid-message",
    );
    await expect(sender.send([{ queue: "inbox", body: "" }])).rejects.toHaveProperty("code", "invalid-message");
    await expect(sender.send([{ queue: "inbox", body: "x", delayMs: sender.maxDelayMs + 1 }])).rejects.toHaveProperty(
      "code",
      "invalid-delay",
    );
    expect(proxy.log).toEqual([]);
  });

  test("keeps the text of a message that is released", async () => {
    const { sender, receiver, byHand } = await opened();
    await sender.send([{ queue: "inbox", body: "text" }]);
    const [delivery] = await receiver.receive("inbox", 1, 60_000);
    if (!delivery) throw new Error("Expected a delivery, got none");
    await receiver.release(delivery, 0);
    const { peekedMessageItems } = await byHand("inbox").peekMessages();
    expect(peekedMessageItems.map(({ messageText }) => messageText)).toEqual(["text"]);
    expect((await receiver.receive("inbox", 1, 1_000))[0]?.body).toBe("text");
  });

  test("settles with a receipt whose time is over while nobody else was given the message", async () => {
    const { sender, receiver, advance } = await opened();
    await sender.send([{ queue: "inbox", body: "text" }]);
    const [delivery] = await receiver.receive("inbox", 1, 1_000);
    await advance(60_000);
    expect(delivery && (await receiver.acknowledge(delivery))).toBe(true);
  });
});

describe("queue on azure, when something goes wrong", () => {
  const isSend = ({ method }: { method: string }) => method === "POST";

  test.each([
    ["throttled", busy],
    ["answered after it gave up", { kind: "hang-after" } as const],
    ["cut off before", lostBefore],
    ["cut off after", lostAfter],
  ])("loses no message when a send is %s", async (_name, fault) => {
    const { sender, emulator, proxy, persistence } = await opened(
      fault.kind === "hang-after" ? { requestTimeoutMs: 700 } : {},
    );
    const bodies = ["one", "two", "three"];
    const rule = proxy.on(isSend, fault, { times: 2 });
    await sender.send(bodies.map((body) => ({ queue: "inbox", body })));
    expect(rule.hits).toBe(2);
    expect(persistence.pauses).toHaveLength(2);
    const texts = emulator.messages(`${prefix}inbox`).map(({ text }) => text);
    expect(new Set(texts)).toEqual(new Set(bodies));
    const lands = fault === lostAfter || fault.kind === "hang-after";
    expect(texts).toHaveLength(lands ? 5 : 3);
  });

  test("sends a message once for each attempt, without repetitions of the SDK's own", async () => {
    const { sender, proxy } = await opened();
    proxy.on(isSend, busy, { times: 99 });
    const error = await thrownBy(() => sender.send([{ queue: "inbox", body: "content-of-the-message" }]));
    expect(error).toMatchObject({ name: "RetryableError", code: "throttled", effect: "none", status: 503 });
    expect(proxy.log).toHaveLength(3);
    expect(shownBy(error)).not.toContain("content-of");
  });

  test("sends the others although one fails, and then says so", async () => {
    const { sender, emulator, proxy } = await opened();
    proxy.on((request) => request.body.includes("two"), busy, { times: 99 });
    const bodies = ["one", "two", "three"].map((body) => ({ queue: "inbox", body }));
    await expect(sender.send(bodies)).rejects.toHaveProperty("code", "throttled");
    expect(emulator.messages(`${prefix}inbox`)).toHaveLength(2);
  });

  test.each([
    [refusedWith(404, "QueueNotFound"), "ConfigurationError", "place-missing"],
    [refusedWith(403, "AuthorizationPermissionMismatch"), "UnauthorizedError", "unauthorized"],
    [refusedWith(401, "InvalidAuthenticationInfo"), "UnauthorizedError", "unauthorized"],
    [refusedWith(400, "OutOfRangeQueryParameterValue"), "InvalidInputError", "refused-by-service"],
    [refusedWith(413, "RequestBodyTooLarge"), "InvalidInputError", "too-large"],
    [refusedWith(409, "QueueBeingDeleted"), "RetryableError", "provider-unavailable"],
    [refusedWith(500, "InternalError"), "RetryableError", "provider-unavailable"],
    [refusedWith(500, "OperationTimedOut"), "RetryableError", "provider-unavailable"],
    [refusedWith(502, ""), "RetryableError", "provider-unavailable"],
    [refusedWith(410, "Gone"), "PermanentError", "refused-by-service"],
  ])("says what %j means, at every call", async (fault, name, code) => {
    const { sender, receiver, proxy } = await opened();
    const delivery = { queue: "inbox", id: "a", body: "", receives: 1, sentAt: 0, receipt: "b" };
    const calls = [
      () => sender.send([{ queue: "inbox", body: "text" }]),
      () => receiver.receive("inbox", 1, 1_000),
      () => receiver.acknowledge(delivery),
      () => receiver.release(delivery, 0),
    ];
    for (const call of calls) {
      const rule = proxy.on(() => true, fault, { times: 99 });
      const error = await thrownBy(call);
      rule.remove();
      expect(error).toMatchObject({ name, code, provider: "storage-queues" });
      expect(error.message).toMatch(/^Expected .*queue inbox.*[^.]$/);
      expect(error.cause).toBeUndefined();
    }
  });

  test("tells a settlement that took effect and was not heard of from one that did not", async () => {
    const { sender, receiver, emulator, proxy } = await opened();
    await sender.send([{ queue: "inbox", body: "text" }]);
    const [delivery] = await receiver.receive("inbox", 1, 60_000);
    proxy.on(({ method }) => method === "DELETE", lostAfter);
    // The message is gone: who asks is told that the receipt is no longer valid, and goes on.
    expect(delivery && (await receiver.acknowledge(delivery))).toBe(false);
    expect(emulator.messages(`${prefix}inbox`)).toEqual([]);
  });

  test("refuses names that no queue can have", () => {
    const names = queueNames({ DROVER_QUEUE_PREFIX: prefix });
    expect(names("inbox")).toBe("drover-test-inbox");
    expect(queueNames({})("inbox")).toBe("inbox");
    for (const queue of ["", "In", "a--b", "../x", "x".repeat(60)]) expect(() => names(queue)).toThrow(/^Expected/);
    for (const value of ["Drover-", "drover", "a--b-", "-"])
      expect(() => queueNames({ DROVER_QUEUE_PREFIX: value })).toThrow("DROVER_QUEUE_PREFIX");
  });
});
