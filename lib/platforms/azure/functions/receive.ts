import { messageOf } from "../../../contracts/errors.ts";
import type { MessageHandler, ReceivedDelivery } from "../../../contracts/ports.ts";
import { deliver, type Handled } from "../../deliver.ts";
import { type SettleParts, settle } from "../../settle.ts";
import { guardTime } from "../../time-guard.ts";
import { decodedBody } from "../messages.ts";
import type { Invocation } from "./invocations.ts";
import type { FunctionParts } from "./parts.ts";

/**
 * Of every function behind a queue. Its host would let it work longer (`functionTimeout`); a message is hidden for ten minutes, and one
 * that is not settled by then is given to somebody else.
 */
export const queueFunctionMs = 60_000;

/**
 * Receives after which a message is given up unseen. The host gives up what fails 50 times (`maxDequeueCount` in host.json); what ends the
 * whole process each time never fails, and would come back every ten minutes for ever.
 */
export const abandonedAfter = 60;

export interface Given {
  /** By the name that Drover has for it. */
  readonly queue: string;
  /** What the worker makes of the message's text. */
  readonly item: unknown;
  readonly invocation: Invocation;
}

/** A message whose handler could not be done with it stays in its queue; the host keeps what a function throws over. */
class MessageKeptError extends Error {
  override readonly name = "MessageKeptError";
}

/**
 * One message that the host gives. Returns when the host may remove it.
 * @param open makes the handler, or gives the one that this process has
 * @throws Error when the host has to keep the message
 */
export async function receive(
  parts: FunctionParts,
  { queue, item, invocation }: Given,
  open: () => Promise<MessageHandler>,
): Promise<void> {
  const { after, voice, monotonicMs } = parts;
  const delivery = deliveryOf(queue, item, invocation);
  const endsAtMs = monotonicMs() + queueFunctionMs;
  const guard = guardTime(after, () => endsAtMs - monotonicMs());
  try {
    const handled = abandoned(delivery) ?? (await deliver(await opened(parts, open), delivery, guard));
    if (await settle(await settling(parts), handled)) return;
  } finally {
    guard.callOff();
    voice.tellFigures();
  }
  throw new MessageKeptError(
    `Expected to be done with message ${delivery.id} of ${delivery.queue}, got try ${delivery.receives} that was not: it comes again, and the log says why`,
  );
}

async function opened({ voice }: FunctionParts, open: () => Promise<MessageHandler>): Promise<MessageHandler> {
  try {
    return await open();
  } catch (error) {
    voice.log.error("the invocation failed", { error: messageOf(error) });
    throw error;
  }
}

async function settling({ platform, voice: { log } }: FunctionParts): Promise<SettleParts> {
  const { queue, clock } = await platform();
  return { queue: () => queue, clock, log };
}

function abandoned(delivery: ReceivedDelivery): Handled | undefined {
  if (delivery.receives <= abandonedAfter) return undefined;
  const cause = `Expected a function to end with the message, got ${delivery.receives - 1} tries that never came back`;
  return { delivery, begun: true, settlement: { kind: "dead-letter", cause }, cause };
}

/** @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#message-metadata */
function deliveryOf(queue: string, item: unknown, { triggerMetadata, invocationId }: Invocation): ReceivedDelivery {
  const { id, popReceipt, dequeueCount, insertionTime } = triggerMetadata ?? {};
  const receives = Number(dequeueCount);
  const sentAt = Date.parse(String(insertionTime));
  return {
    queue,
    id: typeof id === "string" && id !== "" ? id : invocationId,
    receipt: typeof popReceipt === "string" ? popReceipt : "",
    receives: Number.isInteger(receives) && receives > 0 ? receives : 1,
    sentAt: Number.isNaN(sentAt) ? 0 : sentAt,
    body: bodyOf(item),
  };
}

/** The worker has read what is JSON before anybody asks: it is written again. Everything else comes as it was sent. */
function bodyOf(item: unknown): string {
  if (typeof item === "string") return decodedBody(item);
  if (item instanceof Uint8Array) return decodedBody(Buffer.from(item).toString("utf8"));
  return JSON.stringify(item) ?? "";
}
