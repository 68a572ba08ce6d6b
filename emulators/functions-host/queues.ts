import { decodedText } from "./binding-data.ts";
import { HeldMessage, HIDDEN_MS } from "./held-message.ts";
import { Polls } from "./polls.ts";
import { QueueClient, type QueueStorage } from "./queue-client.ts";
import { MessageProcessor, type MessageProcessorOptions } from "./queue-messages.ts";

export interface QueueListenerOptions extends Omit<MessageProcessorOptions, "clientOf"> {
  readonly storage: QueueStorage;
  readonly nextVisibleAt?: ((queue: string) => number) | undefined;
}

/**
 * What stands between a queue and its function.
 * @see https://github.com/Azure/azure-webjobs-sdk/blob/v3.x/src/Microsoft.Azure.WebJobs.Extensions.Storage/Queues/Listeners/QueueListener.cs
 */
export class QueueListener {
  readonly queue: string;
  readonly #options: QueueListenerOptions;
  readonly #client: QueueClient;
  readonly #processor: MessageProcessor;
  readonly #polls: Polls;
  readonly #held = new Set<HeldMessage>();

  constructor(options: QueueListenerOptions) {
    const clientOf = (queue: string) => this.#clientOf(queue);
    this.queue = options.queue;
    this.#options = options;
    this.#client = clientOf(options.queue);
    this.#processor = new MessageProcessor({ ...options, clientOf });
    this.#polls = new Polls(options.settings.maxPollingIntervalMs, options.now());
  }

  /** A new batch is asked for while few enough of the old ones are left. */
  pollsAt(): number {
    const { settings, nextVisibleAt } = this.#options;
    if (this.#held.size > settings.newBatchThreshold) return Number.POSITIVE_INFINITY;
    return this.#polls.firstFrom(nextVisibleAt?.(this.queue));
  }

  renewsAt(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#held].map((held) => held.renewsAt()));
  }

  notify(): void {
    this.#polls.now(this.#options.now());
  }

  async renew(): Promise<void> {
    const nowMs = this.#options.now();
    const due = [...this.#held].filter((held) => held.renewsAt() <= nowMs);
    await Promise.all(due.map((held) => held.renew(this.#client, nowMs)));
  }

  /** One batch, all of it at once. @returns how many functions were called, when all is over */
  async poll(): Promise<number> {
    const { settings, now, instance } = this.#options;
    this.#polls.begin();
    const batch = await this.#client.receive(settings.batchSize, HIDDEN_MS).finally(() => this.#polls.end(now()));
    if (!instance.isUp || batch === null) return 0;
    const isFitting = (text: string) => decodedText(text, settings.messageEncoding) !== null;
    // The client lets only those through that it can decode: the others were no find.
    if (batch.some(({ text }) => isFitting(text))) this.#polls.now(now());
    const work = batch.map((message) => {
      const held = new HeldMessage(message, now());
      const isOne = isFitting(message.text);
      return this.#hold(held, () => (isOne ? this.#processor.process(held) : this.#processor.undecodable(held)));
    });
    return (await Promise.all(work)).filter(({ wasCalled }) => wasCalled).length;
  }

  async #hold(held: HeldMessage, work: () => Promise<void>): Promise<HeldMessage> {
    const { instance, journal } = this.#options;
    this.#held.add(held);
    try {
      await work();
    } catch (error) {
      // The host says that it could not settle the message, and goes on: it comes back when its time is over.
      if (instance.isUp) journal.note("error", `An unhandled exception has occurred: ${(error as Error).message}`);
    } finally {
      this.#held.delete(held);
    }
    return held;
  }

  /** An instance that is gone asks for nothing more. */
  #clientOf(queue: string): QueueClient {
    const { storage, instance, now } = this.#options;
    const fetch = async (request: Request) => {
      if (!instance.isUp) throw new Error("Expected an instance that is up, got one that is gone");
      return storage.fetch(request);
    };
    return new QueueClient({ account: storage.account, fetch }, queue, now);
  }
}
