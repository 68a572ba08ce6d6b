import { deliverEvent } from "../../../functions/deliver-event/step.ts";
import type { MessageHandler, Ports } from "../../../lib/contracts/ports.ts";
import type { Secret } from "../../../lib/contracts/secret.ts";
import { deliverEventQueue, type Sinks } from "../../../lib/contracts/sink.ts";
import { Dispatcher } from "../../../lib/sinks/dispatcher.ts";
import type { Post } from "../../../lib/sinks/post.ts";
import { sinkStoreOf } from "../../../lib/sinks/store.ts";
import { type Io, within } from "./io.ts";
import type { Receivers } from "./receivers.ts";
import type { SimProcess } from "./sim-process.ts";
import type { FleetStore } from "./store.ts";

export interface SinkParts {
  readonly process: SimProcess;
  readonly io: Io;
  readonly store: FleetStore;
  readonly ports: Ports;
  readonly sinks: Sinks;
  readonly secret: (reference: string) => Promise<Secret>;
  readonly receivers: Receivers;
}

/** A dispatcher that nobody wakes has nothing to do: its run without a reason is left out, as those of timers are. */
const longestWaitMs = 30_000;

/** What hands events to receivers in one process of one machine, begun at once. */
export function sinksIn(parts: SinkParts): Readonly<Record<string, MessageHandler>> {
  const { process, io, store, ports, sinks, secret } = parts;
  const work = { step: "dispatch", done: { providerCalls: 0, writes: 0 } };
  const entered = (callback: () => void) => () => process.enter(() => within(work, callback));
  const after = (ms: number, callback: () => void) =>
    ms > longestWaitMs ? () => undefined : process.after(ms, () => within(work, callback));
  const shared = { ...ports, sinks, store: sinkStoreOf(ports.ledger) };
  const bus = {
    read: (position: number, limit: number) => io("bus", "read", () => store.readEvents(position, limit)),
    onCommit: (listener: () => void) => {
      const stop = store.onCommit(entered(listener));
      process.onDeath(stop);
      return stop;
    },
  };
  const deliver = deliverEvent({ ...shared, readSecret: secret, post: postOf(parts) });
  const dispatcher = new Dispatcher({ ...shared, bus, after });
  within(work, () => dispatcher.start());
  return { [deliverEventQueue]: deliver };
}

/** As `createPost` has it: one request, and whatever goes wrong is told, never thrown. */
function postOf({ io, receivers, process }: SinkParts): Post {
  return async ({ url, headers, body, timeoutMs }, signal) => {
    const over = new AbortController();
    const stop = process.after(timeoutMs, () => over.abort(new Error("time-out")));
    const id = headers["webhook-id"] ?? "";
    try {
      const status = await io(
        "provider",
        `receiver ${new URL(url).hostname}`,
        () => receivers.accept({ url, id, body }),
        {
          signal: AbortSignal.any([signal, over.signal]),
          broken: () => new Error("a broken connection"),
        },
      );
      return { kind: "answered", status, bytes: 0 };
    } catch (error) {
      return signal.aborted ? { kind: "interrupted" } : { kind: "failed", why: String(error) };
    } finally {
      stop();
    }
  };
}
