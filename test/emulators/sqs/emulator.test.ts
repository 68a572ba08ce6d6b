import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { startFauxqs } from "fauxqs";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { createSqsEmulator, type SqsEmulator } from "../../../emulators/sqs/index.ts";

const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

interface Service {
  readonly url: string;
  /** Null for the one that is not ours. */
  readonly emulator: SqsEmulator | null;
}

/** Both go by `Date`, which a test moves; both have the queue `steps`, whose messages go to `dead` after two receives. */
async function ours(): Promise<Service> {
  const emulator = createSqsEmulator({ now: Date.now });
  emulator.seedAccessKey(KEYS);
  emulator.seedQueue("dead");
  emulator.seedQueue("steps", { deadLetterQueue: "dead", maxReceiveCount: 2 });
  emulator.configure({ signatureSkewMs: Number.POSITIVE_INFINITY });
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  onTestFinished(() => server.close());
  return { url: server.url, emulator };
}

async function fauxqs(): Promise<Service> {
  const server = await startFauxqs({ port: 0, logger: false, host: "127.0.0.1", defaultRegion: "eu-central-1" });
  onTestFinished(() => server.stop());
  const { queueArn } = server.createQueue("dead", { region: "eu-central-1" });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: "2" });
  server.createQueue("steps", { region: "eu-central-1", attributes: { RedrivePolicy } });
  return { url: `http://127.0.0.1:${server.port}`, emulator: null };
}

async function client(open: () => Promise<Service>, credentials = KEYS) {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
  const { url, emulator } = await open();
  const sqs = new SQSClient({ region: "eu-central-1", credentials, endpoint: url, maxAttempts: 1 });
  const urlOf = (name: string) => `${url}/000000000000/${name}`;
  const QueueUrl = urlOf("steps");
  const receive = async (name = "steps", more: object = {}): Promise<Message[]> => {
    const asked = { MaxNumberOfMessages: 10, VisibilityTimeout: 30, MessageSystemAttributeNames: ["All" as const] };
    return (await sqs.send(new ReceiveMessageCommand({ QueueUrl: urlOf(name), ...asked, ...more }))).Messages ?? [];
  };
  const batch = (Entries: SendMessageBatchRequestEntry[]) =>
    sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const send = (MessageBody: string, DelaySeconds?: number) =>
    sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody, ...(DelaySeconds === undefined ? {} : { DelaySeconds }) }),
    );
  const show = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
    sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
  const remove = (ReceiptHandle: string | undefined) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const advance = (ms: number) => vi.setSystemTime(Date.now() + ms);
  return { sqs, emulator, QueueUrl, receive, batch, send, show, remove, advance };
}

/** fauxqs puts the older prefix before every name. */
const named = (name: string) => ({
  name: expect.stringMatching(new RegExp(`^(?:AWS\\.SimpleQueueService\\.)?${name}$`)),
});

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body).sort();

describe.each([
  ["this emulator", ours],
  ["fauxqs", fauxqs],
] as const)("SQS's official client with %s", (_, open) => {
  it("sends a batch and is told of each entry", async () => {
    const { batch, receive } = await client(open);
    const answer = await batch([
      { Id: "a", MessageBody: "one" },
      { Id: "b", MessageBody: "\u0001" },
      { Id: "c", MessageBody: "three" },
    ]);
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
    expect(answer.Failed).toMatchObject([{ Id: "b", Code: "InvalidMessageContents", SenderFault: true }]);
    expect(bodies(await receive())).toEqual(["one", "three"]);
  });

  it("refuses a batch that is empty, too long, or whose ids are twice there", async () => {
    const { batch } = await client(open);
    const entries = (count: number, body = "x") =>
      Array.from({ length: count }, (_, index) => ({ Id: String(index), MessageBody: body }));
    await expect(batch([])).rejects.toMatchObject(named("EmptyBatchRequest"));
    await expect(batch(entries(11))).rejects.toMatchObject(named("TooManyEntriesInBatchRequest"));
    await expect(batch([...entries(1), ...entries(1)])).rejects.toMatchObject(named("BatchEntryIdsNotDistinct"));
    await expect(batch([{ Id: "a b", MessageBody: "x" }])).rejects.toMatchObject(named("InvalidBatchEntryId"));
    await expect(batch(entries(5, "x".repeat(210_000)))).rejects.toMatchObject(named("BatchRequestTooLong"));
    expect((await batch(entries(10, "x".repeat(100_000)))).Failed ?? []).toEqual([]);
  });

  it("delays, hides and shows again", async () => {
    const { send, receive, advance, show } = await client(open);
    await send("later", 3);
    await send("now");
    const [now] = await receive();
    expect(now?.Body).toBe("now");
    advance(2_999);
    expect(await receive()).toEqual([]);
    advance(1);
    expect(bodies(await receive())).toEqual(["later"]);
    await show(now?.ReceiptHandle, 0);
    const [again] = await receive();
    expect(again).toMatchObject({ MessageId: now?.MessageId, Attributes: { ApproximateReceiveCount: "2" } });
    expect(again?.Attributes?.SentTimestamp).toBe(now?.Attributes?.SentTimestamp);
    expect(again?.ReceiptHandle).not.toBe(now?.ReceiptHandle);
  });

  it("takes no older receipt, and answers a removal all the same", async () => {
    const { send, receive, advance, show, remove } = await client(open);
    await send("x");
    const [first] = await receive();
    advance(30_000);
    const [second] = await receive();
    await expect(show(first?.ReceiptHandle, 0)).rejects.toMatchObject(named("MessageNotInflight"));
    await remove(first?.ReceiptHandle);
    await show(second?.ReceiptHandle, 10);
    await remove(second?.ReceiptHandle);
    await remove(second?.ReceiptHandle);
    await expect(show(second?.ReceiptHandle, 0)).rejects.toMatchObject(named("MessageNotInflight"));
    advance(60_000);
    expect(await receive()).toEqual([]);
  });

  it("moves what was received too often to the dead letters", async () => {
    const { send, receive, advance } = await client(open);
    await send("poison");
    for (let count = 0; count < 2; count += 1) {
      expect(bodies(await receive())).toEqual(["poison"]);
      advance(30_000);
    }
    expect(await receive()).toEqual([]);
    expect(bodies(await receive("dead"))).toEqual(["poison"]);
  });

  it("refuses a queue that is not there and numbers out of bounds", async () => {
    const { sqs, receive, QueueUrl } = await client(open);
    await expect(receive("nobody")).rejects.toMatchObject(named("QueueDoesNotExist"));
    await expect(receive("steps", { MaxNumberOfMessages: 11 })).rejects.toMatchObject(named("InvalidParameterValue"));
    await expect(receive("steps", { VisibilityTimeout: 43_201 })).rejects.toMatchObject(named("InvalidParameterValue"));
    const { QueueUrl: found = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: "steps" }));
    expect(found.split("/").at(-1)).toBe(QueueUrl.split("/").at(-1));
  });
});

describe("SQS's official client with this emulator alone", () => {
  it("refuses a delay that SQS does not know, also in a batch, which fauxqs takes", async () => {
    const { send, batch } = await client(ours);
    await expect(send("x", 901)).rejects.toMatchObject(named("InvalidParameterValue"));
    const answer = await batch([{ Id: "a", MessageBody: "x", DelaySeconds: 901 }]);
    expect(answer.Failed).toMatchObject([{ Id: "a", Code: "InvalidParameterValue" }]);
    const other = await client(fauxqs);
    await expect(other.send("x", 901)).resolves.toBeDefined();
  });

  it("carries characters beyond the first plane, which fauxqs refuses", async () => {
    const { send, receive } = await client(ours);
    await send("\u{1F40E}");
    expect(bodies(await receive())).toEqual(["\u{1F40E}"]);
    const other = await client(fauxqs);
    await expect(other.send("\u{1F40E}")).rejects.toMatchObject(named("InvalidMessageContents"));
  });

  it("forgets what is older than its retention, and checks signatures", async () => {
    const { send, emulator, advance } = await client(ours);
    await send("x");
    advance(345_600_000);
    expect(emulator?.messages("steps")).toEqual([]);
    const strange = await client(ours, { ...KEYS, secretAccessKey: "another" });
    await expect(strange.send("x")).rejects.toMatchObject(named("InvalidSignatureException"));
  });
});
