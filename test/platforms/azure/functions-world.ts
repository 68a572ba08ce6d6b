import { InvocationContext } from "@azure/functions";
import { createStorageQueuesEmulator } from "../../../emulators/storage-queues/index.ts";
import { decodeDeadLetter } from "../../../lib/contracts/dead-letter.ts";
import { bodyOf } from "../../../lib/contracts/kept-body.ts";
import type { MessageHandler } from "../../../lib/contracts/ports.ts";
import type { FunctionParts } from "../../../lib/platforms/azure/functions/parts.ts";
import { queueFunction } from "../../../lib/platforms/azure/functions/queue-function.ts";
import { azureVoice } from "../../../lib/platforms/azure/functions/voice.ts";
import { azureQueue } from "../../../lib/platforms/azure/queue.ts";
import { queueNames } from "../../../lib/platforms/azure/queue-names.ts";
import { VirtualClock } from "../../simulation/virtual-clock.ts";
import { account, behindProxy, noTokens, settingsFor } from "./accounts.ts";
import { impatience } from "./patience.ts";

/** What the worker makes of a message's text. */
export function itemOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The service gives each message a UUID. */
export const hostId = "3f5e0000-0000-4000-8000-000000000001";

interface Metadata {
  readonly [name: string]: unknown;
}

/** One queue function over emulated queues, on virtual time. */
export async function functionWorld(
  handler: MessageHandler,
  queue = "poll-operation",
  parts: Partial<FunctionParts> = {},
) {
  const clock = new VirtualClock(Date.UTC(2026, 10, 21));
  const emulator = createStorageQueuesEmulator({ now: () => clock.now(), account });
  const names = queueNames({});
  const [own, poison] = [names(queue), names("poll-operation-dead-letters")];
  for (const name of new Set([own, poison])) emulator.seedQueue(name);
  const proxy = await behindProxy((request) => emulator.fetch(request));
  const adapter = azureQueue({
    ...{ settings: settingsFor({ queues: proxy.url }), tokens: noTokens, clock },
    ...{ names, persistence: impatience() },
  });
  const monotonicMs = () => clock.monotonicMs();
  const lines: string[] = [];
  const all: FunctionParts = {
    voice: azureVoice({ DROVER_LOG_LEVEL: "debug" }, { monotonicMs, write: (_level, line) => void lines.push(line) }),
    after: (ms, callback) => clock.after(ms, callback),
    monotonicMs,
    platform: async () => ({ queue: adapter, clock }),
    ...parts,
  };
  let opens: () => Promise<MessageHandler> = async () => handler;
  const called = queueFunction(all, queue, () => opens());
  /** What is on the queue, each with the seconds until it is visible. */
  const sent = (name = own) =>
    emulator
      .messages(name)
      .map(({ text, visibleAtMs }) => ({ text, seconds: Math.round((visibleAtMs - clock.now()) / 1_000) }));
  return {
    ...{ clock, proxy, lines, emulator, own },
    logs: () => lines.map((line) => JSON.parse(line)).filter(({ message }) => message !== undefined),
    sent,
    letters: () =>
      sent(poison).map(({ text }) => ({ ...decodeDeadLetter(text), body: bodyOf(decodeDeadLetter(text)) })),
    opensWith(open: () => Promise<MessageHandler>) {
      opens = open;
    },
    /** As the host does with a message. */
    async invoke(item: unknown, metadata: Metadata = {}): Promise<void> {
      const host = { id: hostId, popReceipt: "r", dequeueCount: 1, insertionTime: "2026-11-20T23:59:30+00:00" };
      const members = typeof item === "object" && item !== null && !Array.isArray(item) ? item : {};
      const triggerMetadata = { ...host, ...metadata, ...members };
      const context = new InvocationContext({ functionName: queue, invocationId: "invocation-1", triggerMetadata });
      await called(item, context);
    },
    /** The next message, which is given out when it is time. */
    async next(): Promise<void> {
      const [message, ...others] = emulator.messages(own);
      if (!message || others.length > 0)
        throw new Error(`Expected one message, got ${others.length + (message ? 1 : 0)}`);
      clock.advance(Math.max(0, message.visibleAtMs - clock.now()));
      const [received] = await adapter.receive(queue, 1, 600_000);
      if (!received) throw new Error("Expected a message, got none");
      await this.invoke(itemOf(message.text), {
        id: received.id,
        dequeueCount: message.dequeues,
        insertionTime: new Date(message.insertedAtMs).toISOString(),
      });
      await adapter.acknowledge(received);
    },
  };
}
