import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { RetryableError } from "../../contracts/errors.ts";
import type { OutgoingMessage, QueueReceiver, QueueSender, ReceivedDelivery } from "../../contracts/ports.ts";
import { batchesOf, eachOf } from "../batches.ts";
import { lazily } from "../made-once.ts";
import { defaultPersistence, type Persistence, pauseBefore, trying } from "../trying.ts";
import { type AwsSettings, clientOptions } from "./clients.ts";
import { type Asked, failureOf, refusalOf, refusedBy } from "./failures.ts";
import { bytesOf, carried, maxDelayMs, secondsOf } from "./messages.ts";
import type { QueueUrls } from "./queue-urls.ts";

const maxBatchEntries = 10;
/** SQS takes 1 MiB since 2025; the bound that every region and every older endpoint takes. */
const maxBatchBytes = 256 * 1024;
/** Batches under way at once: a request for many servers sends hundreds. */
const batchConcurrency = 4;
const maxVisibilityMs = 12 * 3_600_000;

export interface AwsQueueOptions {
  readonly settings: AwsSettings;
  readonly urls: QueueUrls;
  readonly persistence?: Persistence;
}

interface Entry extends OutgoingMessage {
  readonly id: string;
}

/**
 * SQS. A send whose answer was lost is repeated, so a message may be there twice: steps take that (a duplicate changes nothing).
 * On AWS the host receives; the receiving end serves redrives and tests. It knows a receipt that is no longer valid only as well
 * as SQS does, which may take an older one of a standard queue.
 */
export function awsQueue({
  settings,
  urls,
  persistence = defaultPersistence,
}: AwsQueueOptions): QueueSender & QueueReceiver {
  const client = lazily(() => new SQSClient(clientOptions(settings)));

  async function sendBatch(queue: string, messages: readonly OutgoingMessage[]): Promise<void> {
    let left: readonly Entry[] = messages.map((message, index) => ({ ...message, id: String(index) }));
    for (let attempt = 1; ; attempt += 1) {
      if (attempt > 1) await pauseBefore(attempt, persistence);
      const outcome = await sendOnce(queue, left);
      left = outcome.left;
      if (left.length === 0) return;
      if (!(outcome.failure instanceof RetryableError) || attempt >= persistence.attempts) throw outcome.failure;
    }
  }

  /** One call. What was not taken for certain is left, with the reason. */
  async function sendOnce(queue: string, entries: readonly Entry[]) {
    const asked = sending(queue);
    const QueueUrl = urls(queue);
    try {
      const { Successful = [], Failed = [] } = await client().send(
        new SendMessageBatchCommand({ QueueUrl, Entries: entries.map(entryOf) }),
      );
      const taken = new Set(Successful.map(({ Id }) => Id));
      const left = entries.filter(({ id }) => !taken.has(id));
      // A refusal of the message itself goes first: repeating the others would only hide it.
      const [refused] = Failed.toSorted((a, b) => Number(b.SenderFault ?? false) - Number(a.SenderFault ?? false));
      const type = refused?.Code ?? "IncompleteAnswer";
      return { left, failure: refusalOf({ type, status: refused?.SenderFault === true ? 400 : undefined }, asked) };
    } catch (error) {
      return { left: entries, failure: failureOf(error, asked) };
    }
  }

  /** False when the receipt is no longer valid. */
  async function settle(asked: Asked, work: () => Promise<unknown>): Promise<boolean> {
    return trying(persistence, async () => {
      try {
        await work();
        return true;
      } catch (error) {
        if (invalidReceipts.has(refusedBy(error).type)) return false;
        throw failureOf(error, asked);
      }
    });
  }

  const show = (delivery: ReceivedDelivery, delayMs: number) =>
    settle(settling(delivery.queue), () =>
      client().send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: urls(delivery.queue),
          ReceiptHandle: delivery.receipt,
          VisibilityTimeout: secondsOf(Math.min(delayMs, maxVisibilityMs)),
        }),
      ),
    );

  return {
    maxDelayMs,
    async send(messages) {
      const all = messages.map(carried);
      const byQueue = Map.groupBy(all, ({ queue }) => queue);
      // A queue without a URL is known before anything is sent.
      for (const queue of byQueue.keys()) urls(queue);
      const batches = [...byQueue].flatMap(([queue, some]) =>
        batchesOf(some, maxBatchEntries, maxBatchBytes, bytesOf).map((batch) => ({ queue, batch })),
      );
      await eachOf(batches, batchConcurrency, ({ queue, batch }) => sendBatch(queue, batch));
    },
    async receive(queue, max, visibilityMs) {
      const answer = await trying(persistence, () =>
        client()
          .send(
            new ReceiveMessageCommand({
              QueueUrl: urls(queue),
              MaxNumberOfMessages: Math.min(max, maxBatchEntries),
              VisibilityTimeout: secondsOf(visibilityMs),
              WaitTimeSeconds: 0,
              MessageSystemAttributeNames: ["ApproximateReceiveCount", "SentTimestamp"],
            }),
          )
          .catch((error: unknown) => {
            throw failureOf(error, receiving(queue));
          }),
      );
      return (answer.Messages ?? []).map(({ MessageId = "", Body = "", ReceiptHandle = "", Attributes = {} }) => ({
        queue,
        id: MessageId,
        body: Body,
        receives: Number(Attributes.ApproximateReceiveCount ?? 1),
        sentAt: Number(Attributes.SentTimestamp ?? 0),
        receipt: ReceiptHandle,
      }));
    },
    release: show,
    async acknowledge(delivery) {
      // DeleteMessage answers 200 for any receipt; changing the visibility first says whether this one still holds.
      if (!(await show(delivery, 60_000))) return false;
      const { queue, receipt } = delivery;
      return settle(settling(queue), () =>
        client().send(new DeleteMessageCommand({ QueueUrl: urls(queue), ReceiptHandle: receipt })),
      );
    },
  };
}

const invalidReceipts: ReadonlySet<string> = new Set(["MessageNotInflight", "ReceiptHandleIsInvalid"]);

const entryOf = ({ id, body, delayMs = 0 }: Entry) => ({
  Id: id,
  MessageBody: body,
  // Always said: a queue may have a delay of its own.
  DelaySeconds: secondsOf(delayMs),
});

const whenMissing = "create the queue, or correct DROVER_QUEUE_URL_PREFIX or DROVER_QUEUE_URLS";

const sending = (queue: string): Asked => ({
  provider: "sqs",
  about: `the queue ${queue} to take messages`,
  permission: "sqs:SendMessage",
  whenMissing,
});

const receiving = (queue: string): Asked => ({
  provider: "sqs",
  about: `messages of the queue ${queue}`,
  permission: "sqs:ReceiveMessage",
  whenMissing,
});

const settling = (queue: string): Asked => ({
  provider: "sqs",
  about: `the queue ${queue} to settle a message`,
  permission: "sqs:DeleteMessage and sqs:ChangeMessageVisibility",
  whenMissing,
});
