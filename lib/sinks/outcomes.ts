import { messageOf } from "../contracts/errors.ts";
import type { Clock, Log, QueueSender, Randomness, Settlement } from "../contracts/ports.ts";
import {
  type DeliveryMessage,
  deliverEventQueue,
  encodeDelivery,
  type SinkConfiguration,
  type SinkRecord,
} from "../contracts/sink.ts";
import type { Posted } from "./post.ts";
import { retryAfterMsOf } from "./retry-after.ts";
import { maxAgeMs, retryDelayMs, tries } from "./schedule.ts";
import { disabledBy, failed, heldUntil, succeeded } from "./state.ts";
import { type SinkStore, update } from "./store.ts";

export interface OutcomeOptions {
  readonly store: SinkStore;
  readonly queue: QueueSender;
  readonly clock: Pick<Clock, "now" | "wallMs">;
  readonly randomness: Pick<Randomness, "id">;
  readonly log: Log;
}

const acknowledge: Settlement = { kind: "acknowledge" };
const interruptedDelayMs = 5_000;

/** What becomes of a message, and what the sink's row tells of it. */
export class Outcomes {
  readonly #options: OutcomeOptions;

  constructor(options: OutcomeOptions) {
    this.#options = options;
  }

  removed({ sink, event }: DeliveryMessage): Settlement {
    return deadLetter(
      `Expected sink ${sink} in the configuration for event ${event.id}, got none of that name: add it again and redrive, or leave the letter`,
    );
  }

  disabled({ sink, event }: DeliveryMessage, reason: string): Settlement {
    return deadLetter(
      `Expected sink ${sink} to be open for event ${event.id}, got a disabled one (${reason}): enable it, then redrive`,
    );
  }

  /** A new message for that time, in as many pieces as the queue's longest delay makes necessary. */
  async later(message: DeliveryMessage, notBefore: number): Promise<Settlement> {
    const { queue, clock } = this.#options;
    const delayMs = Math.max(0, Math.min(queue.maxDelayMs, notBefore - clock.now()));
    await queue.send([{ queue: deliverEventQueue, body: encodeDelivery({ ...message, notBefore }), delayMs }]);
    return acknowledge;
  }

  async settle(message: DeliveryMessage, sink: SinkConfiguration, posted: Posted): Promise<Settlement> {
    const now = this.#options.clock.now();
    if (posted.kind === "interrupted") {
      const cause = `Expected time to deliver event ${message.event.id} to sink ${message.sink}, got an interruption`;
      return { kind: "release", delayMs: interruptedDelayMs, cause };
    }
    if (posted.kind === "failed") return this.#failed(message, sink, { why: posted.why });
    const { status, retryAfter } = posted;
    if (status >= 200 && status <= 299) {
      await this.#note(message.sink, (record) => succeeded(record, now, status));
      return acknowledge;
    }
    if (status === 410) return this.#gone(message, sink);
    const asked =
      status === 429 || status === 503 ? retryAfterMsOf(retryAfter, this.#options.clock.wallMs()) : undefined;
    return this.#failed(message, sink, {
      why: whyOf(status),
      status,
      ...(asked === undefined ? {} : { askedMs: asked }),
    });
  }

  /** The receiver wants no more: the row says so first, since the letter alone would stop nothing. */
  async #gone(message: DeliveryMessage, sink: SinkConfiguration): Promise<Settlement> {
    const { store, randomness, clock, log } = this.#options;
    const reason = "the receiver answered 410 Gone";
    const now = clock.now();
    await update(store, randomness, message.sink, (record) => {
      const told: SinkRecord = { ...record, lastFailure: { at: now, status: 410, why: "410" } };
      return disabledBy(told, sink, now, reason);
    });
    log.error("a sink was disabled", { sink: message.sink, reason });
    return this.disabled(message, reason);
  }

  async #failed(
    message: DeliveryMessage,
    sink: SinkConfiguration,
    { why, status, askedMs }: { readonly why: string; readonly status?: number; readonly askedMs?: number },
  ): Promise<Settlement> {
    const now = this.#options.clock.now();
    const { sink: name, event, since } = message;
    await this.#note(name, (record) => {
      const told = failed(record, now, why, status);
      return (askedMs === undefined ? undefined : heldUntil(told ?? record, now + askedMs)) ?? told;
    });
    const attempt = message.attempt + 1;
    const delayMs = retryDelayMs(`${name}/${event.id}`, attempt);
    if (delayMs === undefined || now - since >= maxAgeMs) {
      return deadLetter(
        `Expected sink ${name} to take event ${event.id} within ${tries} tries and 10 days, got ${why} at try ${attempt} to ${hostOf(sink)}: mend that, then redrive`,
      );
    }
    this.#options.log.warn("an event was not delivered and is tried again", {
      sink: name,
      event: event.id,
      attempt,
      why,
    });
    const { waits: _, ...again } = message;
    return this.later({ ...again, attempt }, now + Math.max(delayMs, askedMs ?? 0));
  }

  /** For operators only: a row that cannot be written now must not make a delivered event come again. */
  async #note(name: string, change: (record: SinkRecord) => SinkRecord | undefined): Promise<void> {
    const { store, randomness, log } = this.#options;
    try {
      await update(store, randomness, name, change);
    } catch (error) {
      log.warn("the state of a sink could not be written", { sink: name, error: messageOf(error) });
    }
  }
}

function deadLetter(cause: string): Settlement {
  return { kind: "dead-letter", cause };
}

function whyOf(status: number): string {
  return status >= 300 && status <= 399 ? `${status}, a redirect that is not followed` : String(status);
}

export function hostOf({ url }: Pick<SinkConfiguration, "url">): string {
  return URL.parse(url)?.host ?? "";
}
