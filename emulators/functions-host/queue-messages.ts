import { bindingData, decodedText } from "./binding-data.ts";
import type { RegisteredFunction } from "./core.ts";
import type { HeldMessage } from "./held-message.ts";
import type { QueueSettings } from "./host-json.ts";
import type { Instance } from "./instance.ts";
import type { Invocation, Journal } from "./journal.ts";
import type { QueueClient, ReceivedMessage } from "./queue-client.ts";
import { triggerOf } from "./registrations.ts";

export interface MessageProcessorOptions {
  readonly instance: Instance;
  readonly registered: RegisteredFunction;
  readonly queue: string;
  readonly settings: QueueSettings;
  readonly clientOf: (queue: string) => QueueClient;
  readonly journal: Journal;
  readonly now: () => number;
  /** A message has come to this queue by the host's own hand. */
  readonly onPoisoned: (queue: string) => void;
}

type Settlement = NonNullable<Invocation["settlement"]>;

const LONGEST_NAME = 63;

/**
 * What becomes of a message that has been received.
 * @see https://github.com/Azure/azure-webjobs-sdk/blob/v3.x/src/Microsoft.Azure.WebJobs.Extensions.Storage/Queues/QueueProcessor.cs
 */
export class MessageProcessor {
  readonly #options: MessageProcessorOptions;
  readonly #client: QueueClient;
  /** None belongs to a poison queue, nor where its name would be too long. */
  readonly #poison: string | null;

  constructor(options: MessageProcessorOptions) {
    const { queue, clientOf } = options;
    this.#options = options;
    this.#client = clientOf(queue);
    const poison = `${queue}-poison`;
    this.#poison = queue.endsWith("-poison") || poison.length > LONGEST_NAME ? null : poison;
  }

  async process(held: HeldMessage): Promise<void> {
    const { instance, registered, settings, now } = this.#options;
    const { message } = held;
    const { id: messageId, dequeueCount } = message;
    if (dequeueCount > settings.maxDequeueCount) return void (await this.#toPoison(message));
    const text = decodedText(message.text, settings.messageEncoding) ?? "";
    held.wasCalled = true;
    const { invocation, outcome } = await instance.run({
      registered,
      input: { name: triggerOf(registered)[0], data: { string: text } },
      triggerMetadata: bindingData(message, text, now()),
      about: { trigger: "queue", messageId, dequeueCount },
    });
    if (outcome.kind === "lost") return;
    await held.renewed();
    invocation.settlement = "hidden";
    invocation.settlement = await this.#settle(message, outcome.kind === "succeeded");
  }

  /** It never comes to the function. */
  async undecodable({ message }: HeldMessage): Promise<void> {
    const why = `Message decoding has failed! Check MessageEncoding settings. MessageId=${message.id}.`;
    this.#options.journal.note("warning", why);
    await this.#toPoison(message);
  }

  async #settle(message: ReceivedMessage, isDone: boolean): Promise<Settlement> {
    const { maxDequeueCount, visibilityTimeoutMs } = this.#options.settings;
    if (isDone) return (await this.#client.remove(message)) === "taken" ? "taken" : "deleted";
    // To show it at once would be a fast loop without end: the host leaves it hidden.
    if (this.#poison === null) return "hidden";
    if (message.dequeueCount >= maxDequeueCount) return this.#toPoison(message);
    return (await this.#client.hide(message, visibilityTimeoutMs)) === "taken" ? "taken" : "released";
  }

  /** The text as it was, without a word of why. Whoever has the message by now may have put it there too. */
  async #toPoison(message: ReceivedMessage): Promise<Settlement> {
    const { journal, settings, onPoisoned, clientOf } = this.#options;
    if (this.#poison === null) return "hidden";
    const reached = `Message has reached MaxDequeueCount of ${settings.maxDequeueCount}.`;
    journal.note("warning", `${reached} Moving message to queue '${this.#poison}'.`);
    await clientOf(this.#poison).add(message.text);
    onPoisoned(this.#poison);
    await this.#client.remove(message);
    return "poisoned";
  }
}
