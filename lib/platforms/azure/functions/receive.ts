import { messageOf } from "../../../contracts/errors.ts";
import type { MessageHandler, QueueSender, ReceivedDelivery } from "../../../contracts/ports.ts";
import { deliver, type Handled } from "../../deliver.ts";
import { isDeadLetterQueue, type SettleParts, settle } from "../../settle.ts";
import { guardTime, type TimeGuard } from "../../time-guard.ts";
import { encodeAgain } from "./again.ts";
import { deliveryOf, type Given } from "./delivery.ts";
import type { FunctionParts } from "./parts.ts";

/**
 * Of every function behind a queue. Its host would let it work longer (`functionTimeout`), and then end all that the process does at the
 * time; a message is hidden for ten minutes, and one that is not settled by then is given to somebody else.
 */
export const queueFunctionMs = 60_000;

/**
 * The host gives one message out again when a function has thrown, or was gone with its whole process. A message that ends every process
 * it meets is given up unseen: after ten hours, as each time it was hidden for ten minutes.
 */
export const abandonedAfter = 60;

/** What waits for somebody to mend the configuration is looked at this often. */
export const closedRetryMs = 60_000;

/** The host keeps a message whose function throws, and shows it again after its own time (`visibilityTimeout` in host.json). */
class MessageKeptError extends Error {
  override readonly name = "MessageKeptError";
}

/**
 * One message that the host gives. Returns when the host may remove it: it is done with, given up, or sent again for later.
 * @param open makes the handler, or gives the one that this process has
 * @throws Error when the host has to keep the message
 */
export async function receive(parts: FunctionParts, given: Given, open: () => Promise<MessageHandler>): Promise<void> {
  const { after, voice, monotonicMs } = parts;
  const { delivery, dequeues } = deliveryOf(given);
  const endsAtMs = monotonicMs() + queueFunctionMs;
  const guard = guardTime(after, () => endsAtMs - monotonicMs());
  try {
    const handled = abandoned(delivery, dequeues) ?? (await handle(parts, delivery, guard, open));
    if (await settle(await settling(parts), handled)) return;
  } finally {
    guard.callOff();
    voice.tellFigures();
  }
  throw new MessageKeptError(
    `Expected to be done with message ${delivery.id} of ${delivery.queue}, got try ${delivery.receives} that was not: its host keeps it, and the log says why`,
  );
}

/** There is no place behind a queue of dead letters. */
function abandoned(delivery: ReceivedDelivery, dequeues: number): Handled | undefined {
  if (dequeues <= abandonedAfter || isDeadLetterQueue(delivery.queue)) return undefined;
  const cause = `Expected a function to end with the message, got ${dequeues - 1} tries that never came back`;
  return { delivery, begun: true, settlement: { kind: "dead-letter", cause }, cause };
}

/**
 * Nothing is wrong with a message whose function cannot be opened, as when nobody can read the configuration: it waits, and the host,
 * which gives up what fails too often and never says why, does not get to count.
 */
async function handle(
  { voice }: FunctionParts,
  delivery: ReceivedDelivery,
  guard: TimeGuard,
  open: () => Promise<MessageHandler>,
): Promise<Handled> {
  let handler: MessageHandler;
  try {
    handler = await open();
  } catch (error) {
    voice.log.error("the invocation failed", { error: messageOf(error) });
    return { delivery, begun: false, againMs: closedRetryMs, cause: "the function could not be opened" };
  }
  return deliver(handler, delivery, guard);
}

/** @throws ConfigurationError when the app's settings are wrong: then nothing can be sent either, and the host keeps the message */
async function settling({ platform, voice: { log } }: FunctionParts): Promise<SettleParts> {
  const { queue, clock } = await platform();
  const release = (delivery: ReceivedDelivery, delayMs: number) => sendAgain(queue, delivery, delayMs);
  const { maxDelayMs } = queue;
  return {
    queue: () => ({ maxDelayMs, release, send: (messages) => queue.send(messages) }),
    showsCopies: true,
    clock,
    log,
  };
}

async function sendAgain(queue: QueueSender, delivery: ReceivedDelivery, delayMs: number): Promise<boolean> {
  const body = encodeAgain(delivery);
  if (body === undefined) return false;
  await queue.send([{ queue: delivery.queue, body, delayMs }]);
  return true;
}
