import { deadLetterQueueOf, type MessageHandler } from "../lib/contracts/ports.ts";
import type { Secret } from "../lib/contracts/secret.ts";
import { deliverEventQueue, type Sinks } from "../lib/contracts/sink.ts";
import type { Telemetry } from "../lib/contracts/telemetry.ts";
import type { LocalPlatform } from "../lib/platforms/local/platform.ts";
import { Dispatcher } from "../lib/sinks/dispatcher.ts";
import type { OperatorOptions } from "../lib/sinks/operate.ts";
import { createPost } from "../lib/sinks/post.ts";
import { systemResolve } from "../lib/sinks/resolve.ts";
import { placesFor } from "../lib/sinks/slots.ts";
import { sinkStoreOf } from "../lib/sinks/store.ts";
import { deliverEvent } from "./deliver-event/step.ts";

export interface LocalSinksOptions {
  readonly platform: LocalPlatform;
  readonly sinks: Sinks;
  readonly secret: (reference: string) => Promise<Secret>;
  /** Messages that the host handles at the same time. */
  readonly concurrency: number;
  readonly deadLetter: MessageHandler;
  readonly telemetry: Telemetry;
}

/** What hands the events of this machine to receivers over HTTP. */
export function createLocalSinks(options: LocalSinksOptions) {
  const { platform, sinks, secret, concurrency, deadLetter, telemetry } = options;
  const store = sinkStoreOf(platform.ledger);
  const after = (ms: number, callback: () => void) => platform.timers.after(ms, callback);
  const parts = { ...platform, sinks, store };
  const deliver = deliverEvent({
    ...parts,
    telemetry,
    readSecret: secret,
    post: createPost({ resolve: systemResolve(), after }),
    atOnce: placesFor(concurrency, Object.keys(sinks).length),
  });
  const dispatcher = new Dispatcher({ ...parts, after });
  const operator: OperatorOptions = parts;
  const handlers: Readonly<Record<string, MessageHandler>> = {
    [deliverEventQueue]: deliver,
    [deadLetterQueueOf(deliverEventQueue)]: deadLetter,
  };
  return { handlers, operator, start: () => dispatcher.start(), stop: () => dispatcher.stop() };
}
