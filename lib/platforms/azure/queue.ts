import { QueueServiceClient, StorageSharedKeyCredential } from "@azure/storage-queue";
import type { OutgoingMessage, QueueReceiver, QueueSender, ReceivedDelivery } from "../../contracts/ports.ts";
import { eachOf } from "../batches.ts";
import { lazily } from "../made-once.ts";
import { defaultPersistence, type Persistence, trying } from "../trying.ts";
import { type Asked, failureOf, refusedBy } from "./failures.ts";
import { carried, decodedBody, maxDelayMs, secondsOf } from "./messages.ts";
import type { QueueNames } from "./queue-names.ts";
import { type SdkParts, storageCredential, withinTime } from "./sdk.ts";

const maxReceived = 32;
/** There is no sending in batches: a request for many servers sends hundreds, one by one. */
const sendConcurrency = 16;
/** Never: the standard is a week, after which a message that waits for its function would be gone without a word. */
const neverExpires = -1;

export interface AzureQueue extends QueueSender, QueueReceiver {
  /** Id of the first message whose time has come and that nobody has taken. It stays where it is. */
  firstReady(queue: string): Promise<string | undefined>;
}

export interface AzureQueueOptions extends SdkParts {
  readonly names: QueueNames;
  readonly persistence?: Persistence;
}

/**
 * Storage queues. A send whose answer was lost is repeated, so a message may be there twice: steps take that (a duplicate changes
 * nothing). On Azure the host receives; the receiving end serves redrives and tests. A receipt holds until the message is given out
 * again, also after its time is over.
 */
export function azureQueue(options: AzureQueueOptions): AzureQueue {
  const { settings, names, persistence = defaultPersistence } = options;
  const service = lazily(() => {
    const { queues, key } = settings.storage;
    const credential =
      key === undefined ? storageCredential(options) : new StorageSharedKeyCredential(key.account, key.key.reveal());
    return new QueueServiceClient(queues, credential, { retryOptions: { maxTries: 1 } });
  });
  const clientOf = (queue: string) => service().getQueueClient(names(queue));

  const sendOne = ({ queue, body, delayMs = 0 }: OutgoingMessage) =>
    trying(persistence, () =>
      withinTime(options, (limits) =>
        clientOf(queue).sendMessage(body, {
          ...limits,
          messageTimeToLive: neverExpires,
          visibilityTimeout: secondsOf(delayMs),
        }),
      ).catch((error: unknown) => {
        throw failureOf(error, sending(queue));
      }),
    );

  /** False when the receipt is no longer valid. */
  const settle = (queue: string, work: () => Promise<unknown>) =>
    trying(persistence, async () => {
      try {
        await work();
        return true;
      } catch (error) {
        if (invalidReceipts.has(refusedBy(error).type)) return false;
        throw failureOf(error, settling(queue));
      }
    });

  return {
    maxDelayMs,
    async send(messages) {
      const all = messages.map(carried);
      // A queue that cannot be is known before anything is sent.
      for (const { queue } of all) names(queue);
      await eachOf(all, sendConcurrency, async (message) => {
        await sendOne(message);
      });
    },
    async receive(queue, max, visibilityMs) {
      const { receivedMessageItems } = await trying(persistence, () =>
        withinTime(options, (limits) =>
          clientOf(queue).receiveMessages({
            ...limits,
            numberOfMessages: Math.min(max, maxReceived),
            visibilityTimeout: Math.max(1, secondsOf(visibilityMs)),
          }),
        ).catch((error: unknown) => {
          throw failureOf(error, receiving(queue));
        }),
      );
      return receivedMessageItems.map(
        ({ messageId, messageText, dequeueCount, insertedOn, popReceipt }): ReceivedDelivery => ({
          queue,
          id: messageId,
          body: decodedBody(messageText),
          receives: dequeueCount,
          sentAt: insertedOn.getTime(),
          receipt: popReceipt,
        }),
      );
    },
    async firstReady(queue) {
      const { peekedMessageItems } = await trying(persistence, () =>
        withinTime(options, (limits) => clientOf(queue).peekMessages({ ...limits, numberOfMessages: 1 })).catch(
          (error: unknown) => {
            throw failureOf(error, receiving(queue));
          },
        ),
      );
      return peekedMessageItems[0]?.messageId;
    },
    // Without a text: what the message says stays as it is.
    release: ({ queue, id, receipt }, delayMs) =>
      settle(queue, () =>
        withinTime(options, (limits) =>
          clientOf(queue).updateMessage(id, receipt, undefined, secondsOf(Math.min(delayMs, maxDelayMs)), limits),
        ),
      ),
    acknowledge: ({ queue, id, receipt }) =>
      settle(queue, () => withinTime(options, (limits) => clientOf(queue).deleteMessage(id, receipt, limits))),
  };
}

const invalidReceipts: ReadonlySet<string> = new Set([
  "MessageNotFound",
  "PopReceiptMismatch",
  "InvalidQueryParameterValue",
]);

const whenMissing = "create the queue, or correct DROVER_QUEUE_PREFIX or DROVER_STORAGE_ACCOUNT";

const sending = (queue: string): Asked => ({
  provider: "storage-queues",
  about: `the queue ${queue} to take a message`,
  role: "Storage Queue Data Message Sender",
  whenMissing,
});

const receiving = (queue: string): Asked => ({
  provider: "storage-queues",
  about: `messages of the queue ${queue}`,
  role: "Storage Queue Data Message Processor",
  whenMissing,
});

const settling = (queue: string): Asked => ({ ...receiving(queue), about: `the queue ${queue} to settle a message` });
