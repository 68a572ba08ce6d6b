import { encodeDeadLetter } from "../contracts/dead-letter.ts";
import { deadLetterQueueOf, type OutgoingMessage, type StoredEvent } from "../contracts/ports.ts";
import {
  type CarriedEvent,
  deliverEventQueue,
  deliveryMessageMaxBytes,
  deliveryMessageVersion,
  encodeDelivery,
} from "../contracts/sink.ts";

/** The message that carries the event to the sink; for an event that no message can carry, a dead letter that says so. */
export function handoverOf(sink: string, { position, event }: StoredEvent, now: number): OutgoingMessage {
  const about = { v: deliveryMessageVersion, sink, position, attempt: 0, since: now } as const;
  const carried: CarriedEvent = event;
  const body = encodeDelivery({ ...about, event: carried });
  const bytes = Buffer.byteLength(body);
  if (bytes <= deliveryMessageMaxBytes) return { queue: deliverEventQueue, body };
  const letter = encodeDeadLetter({
    queue: deliverEventQueue,
    id: `${sink}/${event.id}`,
    body: JSON.stringify({ ...about, tooLarge: event.id }),
    cause: `Expected event ${event.id} for sink ${sink} in at most ${deliveryMessageMaxBytes} bytes, got ${bytes}: let the receiver read position ${position} with GET /events`,
    receives: 0,
    at: now,
  });
  return { queue: deadLetterQueueOf(deliverEventQueue), body: letter };
}
