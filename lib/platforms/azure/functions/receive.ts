import { messageOf } from "../../../contracts/errors.ts";
import type { MessageHandler, QueueSender } from "../../../contracts/ports.ts";
import { deliver, type Handled } from "../../deliver.ts";
import { isDeadLetterQueue, type SettleParts, settle } from "../../settle.ts";
import { guardTime, type TimeGuard } from "../../time-guard.ts";
import { encodeAgain, type ShownAgain } from "./again.ts";
import { deliveryOf, type Given, type ReadDelivery } from "./delivery.ts";
import type { FunctionParts } from "./parts.ts";

/**
 * Of every function behind a queue. Its host would let it work longer (`functionTimeout`), and then end all that the process does at the
 * time; a message is hidden for ten minutes, and one that is not settled by then is given to somebody else.
 */
export const queueFunctionMs = 60_000;

/**
 * The host gives one message out again when a function has thrown, or was gone with its whole process. After so many times (ten hours, as
 * it is hidden for ten minutes) a message is tried once more in a copy that says so, and given up when that one does not come back either.
 */
export const suspectAfter = 60;

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
  const read = deliveryOf(given);
  const endsAtMs = monotonicMs() + queueFunctionMs;
  const guard = guardTime(after, () => endsAtMs - monotonicMs());
  try {
    const handled = await handle(parts, read, guard, open);
    if (handled === "sent-again" || (await settle(await settling(parts), handled))) return;
  } finally {
    guard.callOff();
    voice.tellFigures();
  }
  const { id, queue, receives } = read.delivery;
  throw new MessageKeptError(
    `Expected to be done with message ${id} of ${queue}, got try ${receives} that was not: its host keeps it, and the log says why`,
  );
}

/**
 * Nothing is wrong with a message whose function cannot be opened, as when nobody can read the configuration: it waits, and the host,
 * which gives up what fails too often and never says why, does not get to count.
 */
async function handle(
  parts: FunctionParts,
  read: ReadDelivery,
  guard: TimeGuard,
  open: () => Promise<MessageHandler>,
): Promise<Handled | "sent-again"> {
  const { delivery, dequeues, flaw, isLast } = read;
  // A copy of it would have lost what is wrong with it.
  if (flaw !== undefined) return givenUp(read, flaw);
  const late = guard.over.then((): never => {
    throw new Error("Expected the function to be opened in its time, got one that was not");
  });
  let handler: MessageHandler;
  try {
    handler = await Promise.race([open(), late]);
  } catch (error) {
    parts.voice.log.error("the invocation failed", { error: messageOf(error) });
    return { delivery, begun: false, againMs: closedRetryMs, cause: "the function could not be opened" };
  }
  if (isLast && dequeues > 1)
    return givenUp(read, "Expected a function to end with the message, got none that came back");
  if (isSuspect(read) && (await sentApart(parts, read))) return "sent-again";
  return deliver(handler, delivery, guard);
}

const givenUp = ({ delivery }: ReadDelivery, cause: string): Handled => ({
  delivery,
  begun: true,
  settlement: { kind: "dead-letter", cause },
  cause,
});

/** There is no place behind a queue of dead letters. A count that the sender has hidden is seen of a copy. */
const isSuspect = ({ delivery: { queue }, dequeues, isCountHidden }: ReadDelivery) =>
  isCountHidden || (dequeues > suspectAfter && !isDeadLetterQueue(queue));

async function sentApart({ platform, voice }: FunctionParts, read: ReadDelivery): Promise<boolean> {
  const { delivery, isCountHidden } = read;
  const { queue } = await platform();
  try {
    return await sendAgain(queue, delivery.queue, { ...shownAgain(read), ...(isCountHidden ? {} : { last: true }) }, 0);
  } catch (error) {
    voice.log.warn("a message could not be set apart", { queue: delivery.queue, error: messageOf(error) });
    return false;
  }
}

/** Before this try of it. */
const shownAgain = ({ delivery: { id, sentAt, body, receives } }: Pick<ReadDelivery, "delivery">): ShownAgain => ({
  ...{ id, sentAt, body },
  tries: receives - 1,
});

/** @throws ConfigurationError when the app's settings are wrong: then nothing can be sent either, and the host keeps the message */
async function settling({ platform, voice: { log } }: FunctionParts): Promise<SettleParts> {
  const { queue, clock } = await platform();
  const { maxDelayMs } = queue;
  return {
    queue: () => ({
      maxDelayMs,
      send: (messages) => queue.send(messages),
      release: ({ queue: to, id, sentAt, body, receives: tries }, delayMs) =>
        sendAgain(queue, to, { id, sentAt, body, tries }, delayMs),
    }),
    showsCopies: true,
    clock,
    log,
  };
}

async function sendAgain(sender: QueueSender, queue: string, message: ShownAgain, delayMs: number): Promise<boolean> {
  const body = encodeAgain(message);
  if (body === undefined) return false;
  await sender.send([{ queue, body, delayMs }]);
  return true;
}
