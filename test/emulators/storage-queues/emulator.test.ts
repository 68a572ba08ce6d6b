import { QueueServiceClient, StorageSharedKeyCredential } from "@azure/storage-queue";
import { describe, expect, onTestFinished, test } from "vitest";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { createStorageQueuesEmulator } from "../../../emulators/storage-queues/index.ts";

const account = { name: "devstoreaccount1", key: Buffer.alloc(64, 1).toString("base64") };
const weekSeconds = 7 * 86_400;

/** The SDK's client is the independent caller; figures are those that Azurite and the documentation give. */
async function opened(key = account.key) {
  let nowMs = Date.UTC(2026, 10, 21);
  const emulator = createStorageQueuesEmulator({ now: () => nowMs, account });
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  onTestFinished(() => server.close());
  const credential = new StorageSharedKeyCredential(account.name, key);
  const service = new QueueServiceClient(`${server.url}/${account.name}`, credential, {
    retryOptions: { maxTries: 1 },
  });
  const queue = service.getQueueClient("inbox");
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { emulator, service, queue, pass };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no refusal",
    (error: { statusCode?: number; details?: { errorCode?: string } }) =>
      `${error.statusCode} ${error.details?.errorCode}`,
  );

describe("storage queues emulator", () => {
  test("makes queues, and says when there is none or its name is none", async () => {
    const { service, queue } = await opened();
    expect(await codeOf(queue.sendMessage("x"))).toBe("404 QueueNotFound");
    await service.createQueue("inbox");
    await service.createQueue("inbox");
    await queue.sendMessage("x");
    expect(await codeOf(service.createQueue("In_box"))).toBe("400 InvalidResourceName");
  });

  test("refuses a wrong signature", async () => {
    const { queue } = await opened(Buffer.alloc(64, 2).toString("base64"));
    expect(await codeOf(queue.create())).toBe("403 AuthenticationFailed");
  });

  test("bounds times, sizes and counts as the service does", async () => {
    const { queue } = await opened();
    await queue.create();
    const send = (options: object, text = "x") => codeOf(queue.sendMessage(text, options));
    expect(await send({ visibilityTimeout: weekSeconds, messageTimeToLive: -1 })).toBe("no refusal");
    expect(await send({ visibilityTimeout: weekSeconds })).toBe("no refusal");
    expect(await send({ visibilityTimeout: weekSeconds + 1, messageTimeToLive: -1 })).toBe(
      "400 OutOfRangeQueryParameterValue",
    );
    expect(await send({ visibilityTimeout: 10, messageTimeToLive: 5 })).toBe("400 OutOfRangeQueryParameterValue");
    expect(await send({}, "x".repeat(65_536))).toBe("no refusal");
    expect(await send({}, "x".repeat(65_537))).toBe("413 RequestBodyTooLarge");
    expect(await send({}, "bell \u0007")).toBe("400 InvalidXmlDocument");
    expect(await codeOf(queue.receiveMessages({ numberOfMessages: 33 }))).toBe("400 OutOfRangeQueryParameterValue");
    expect(await codeOf(queue.receiveMessages({ visibilityTimeout: 0 }))).toBe("400 OutOfRangeQueryParameterValue");
  });

  test("hides, counts, gives new receipts and forgets what has expired", async () => {
    const { queue, emulator, pass } = await opened();
    await queue.create();
    await queue.sendMessage("<a>&amp;</a>", { messageTimeToLive: 100 });
    const [first] = (await queue.receiveMessages({ visibilityTimeout: 10 })).receivedMessageItems;
    expect(first).toMatchObject({ messageText: "<a>&amp;</a>", dequeueCount: 1 });
    expect((await queue.receiveMessages()).receivedMessageItems).toEqual([]);
    pass(10_000);
    const [second] = (await queue.receiveMessages({ visibilityTimeout: 10 })).receivedMessageItems;
    expect(second?.dequeueCount).toBe(2);
    const id = first?.messageId ?? "";
    expect(await codeOf(queue.deleteMessage(id, first?.popReceipt ?? ""))).toBe("400 PopReceiptMismatch");
    const updated = await queue.updateMessage(id, second?.popReceipt ?? "", undefined, 5);
    expect(await codeOf(queue.deleteMessage(id, second?.popReceipt ?? ""))).toBe("400 PopReceiptMismatch");
    pass(60_000);
    // Its time is over, and nobody else has been given it.
    await queue.deleteMessage(id, updated.popReceipt ?? "");
    expect(await codeOf(queue.deleteMessage(id, updated.popReceipt ?? ""))).toBe("404 MessageNotFound");
    await queue.sendMessage("short", { messageTimeToLive: 2 });
    await queue.sendMessage("for ever", { messageTimeToLive: -1 });
    pass(400 * 86_400_000);
    expect(emulator.messages("inbox").map(({ text }) => text)).toEqual(["for ever"]);
  });
});
