import { DroverError, InvalidInputError, UnsupportedVersionError } from "../contracts/errors.ts";
import type {
  Clock,
  HandlerContext,
  Log,
  MessageHandler,
  QueueSender,
  Randomness,
  Settlement,
} from "../contracts/ports.ts";
import type { Secret } from "../contracts/secret.ts";
import { type DeliveryMessage, decodeDelivery, type SinkConfiguration, type Sinks } from "../contracts/sink.ts";
import type { Telemetry } from "../contracts/telemetry.ts";
import { watched } from "./observe.ts";
import { Outcomes } from "./outcomes.ts";
import type { Post, Posted } from "./post.ts";
import { requestOf } from "./request.ts";
import { afterHold, busyDelayMs } from "./schedule.ts";
import { Slots } from "./slots.ts";
import { disabledReason } from "./state.ts";
import type { SinkStore } from "./store.ts";

export interface DeliverOptions {
  readonly sinks: Sinks;
  readonly store: SinkStore;
  readonly queue: QueueSender;
  readonly clock: Pick<Clock, "now" | "wallMs">;
  readonly randomness: Pick<Randomness, "id">;
  readonly log: Log;
  readonly readSecret: (reference: string) => Promise<Secret>;
  readonly post: Post;
  /** Figures and spans; absent: nobody listens. */
  readonly telemetry?: Telemetry | undefined;
  /** Deliveries under way in this process. Default: 8 to one sink, 32 in all. */
  readonly atOnce?: { readonly perSink: number; readonly total: number };
}

/** What is put off for longer was put off by a clock that was wrong. */
const longestWaitMs = 30 * 86_400_000;
/** What a message of a newer release is put back for. */
const newerVersionDelayMs = 60_000;
/** Left of the function's time for writing down what came of it. */
const marginMs = 3_000;

/** One message, one POST at most. Whatever comes of it, later tries are new messages: a queue's count of receives is for crashes. */
export function createDeliverHandler(options: DeliverOptions): MessageHandler {
  const slots = new Slots(options.atOnce ?? { perSink: 8, total: 32 });
  const outcomes = new Outcomes(options);
  return async (delivery, context) => {
    try {
      return await deliver(options, { slots, outcomes }, decodeDelivery(delivery.body), context);
    } catch (error) {
      if (error instanceof InvalidInputError) return { kind: "dead-letter", cause: error.message };
      if (!(error instanceof UnsupportedVersionError)) throw error;
      return { kind: "release", delayMs: newerVersionDelayMs, cause: error.message };
    }
  };
}

async function deliver(
  options: DeliverOptions,
  { slots, outcomes }: { readonly slots: Slots; readonly outcomes: Outcomes },
  message: DeliveryMessage,
  context: HandlerContext,
): Promise<Settlement> {
  const { sinks, store, clock } = options;
  const sink = Object.hasOwn(sinks, message.sink) ? sinks[message.sink] : undefined;
  if (!sink) return outcomes.removed(message);
  const now = clock.now();
  const isAhead = (at: number) => at > now && at < now + longestWaitMs;
  if (message.notBefore !== undefined && isAhead(message.notBefore)) return outcomes.later(message, message.notBefore);
  const record = (await store.read(message.sink))?.record;
  const disabled = disabledReason(record, sink);
  if (disabled !== undefined) return outcomes.disabled(message, disabled);
  const id = `${message.sink}/${message.event.id}`;
  const held = record?.heldUntil ?? 0;
  if (isAhead(held)) return outcomes.later(message, afterHold(id, held));
  const giveBack = slots.take(message.sink);
  const { waits = 0 } = message;
  if (!giveBack) return outcomes.later({ ...message, waits: waits + 1 }, now + busyDelayMs(id, waits));
  try {
    const posted = await watched(options.telemetry, message, () => attempt(options, message, sink, context));
    return await outcomes.settle(message, sink, posted);
  } finally {
    giveBack();
  }
}

async function attempt(
  { clock, readSecret, post }: DeliverOptions,
  message: DeliveryMessage,
  sink: SinkConfiguration,
  context: HandlerContext,
): Promise<Posted> {
  const timeLeftMs = context.remainingMs() - marginMs;
  if (timeLeftMs <= 0) return { kind: "interrupted" };
  try {
    const request = await requestOf(message.event, sink, { readSecret, now: () => clock.wallMs() });
    return await post({ ...request, timeoutMs: Math.min(request.timeoutMs, timeLeftMs) }, context.signal);
  } catch (error) {
    // Only our own messages are known to hold no secret.
    const why =
      error instanceof DroverError ? `nothing sent: ${error.message}` : "nothing sent: its secrets could not be read";
    return { kind: "failed", why };
  }
}
