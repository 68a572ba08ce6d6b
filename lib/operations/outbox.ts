import { isQuarantined, type OperationRecord, operationKey } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { put } from "./ledger-write.ts";
import { eventOf, stepMessageOf } from "./messages.ts";
import { countPublished } from "./observe.ts";
import { amend } from "./record.ts";
import { giveBack, sendWake } from "./turns.ts";

/** Step of a parent that waits for its children. */
export const awaitChildren = "await-children";

/**
 * Sends all that the record owes: events and hand-overs of turns first, the step message last, so that its arrival proves the rest.
 * Everything here may be sent twice; nobody is harmed by it.
 * @param from `traceparent` of the hop that sends it
 */
export async function sendOutbox(ports: Ports, record: OperationRecord, from?: string): Promise<void> {
  const events = record.outbox.filter((owed) => owed.kind === "event");
  if (events.length > 0) await ports.bus.publish(events.map((owed) => eventOf(record, owed)));
  for (const { type } of events) countPublished(ports, type);
  for (const owed of record.outbox) {
    if (owed.kind === "give-back") await giveBack(ports, record.id, owed.resource, owed.k);
    if (owed.kind === "tell-parent") await tellParent(ports, owed.parent);
  }
  if (record.owedStep) {
    const delayMs = Math.max(0, record.owedStep.notBefore - ports.clock.now());
    await ports.queue.send([
      {
        queue: record.step,
        body: stepMessageOf(ports, record, record.owedStep, from),
        ...(delayMs > 0 ? { delayMs: Math.min(delayMs, ports.queue.maxDelayMs) } : {}),
      },
    ]);
  }
}

/** A parent that is waiting looks at its children; one that is still making them looks by itself later. */
async function tellParent(ports: Ports, parent: string): Promise<void> {
  const stored = await ports.ledger.read(operationKey(parent));
  if (stored?.record.kind !== "operation" || stored.record.state === "ended") return;
  if (stored.record.step === awaitChildren) await sendWake(ports, stored.record);
}

/**
 * Notes that a record without an outstanding step message has sent its outbox: an ended one starts its retention, a waiting one
 * gets its real wake-up time. A clear that loses is dropped: whoever won knows more.
 */
export async function clearOutbox(
  ports: Ports,
  record: OperationRecord,
  version: string,
  retainMs: number,
): Promise<void> {
  const now = ports.clock.now();
  const patch =
    record.state === "ended"
      ? { outbox: [], wakeAt: undefined, retainUntil: isQuarantined(record) ? undefined : now + retainMs }
      : { outbox: [], wakeAt: record.resumeAt };
  await put(
    ports.ledger,
    operationKey(record.id),
    amend(record, patch, { now, nonce: ports.randomness.id() }),
    version,
  );
}

/** Whether the sender has to clear the outbox itself: no message will come that proves it sent. */
export function mustClear(record: OperationRecord): boolean {
  if (record.state === "ended") return record.wakeAt !== undefined;
  return record.owedStep === undefined && record.resumeAt !== undefined && record.wakeAt !== record.resumeAt;
}
