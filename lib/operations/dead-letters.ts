import { type DeadLetterMessage, decodeDeadLetter } from "../contracts/dead-letter.ts";
import { type DroverEvent, sequenceOf } from "../contracts/event.ts";
import { sha256Hex } from "../contracts/identifiers.ts";
import { bodyOf, keptBody } from "../contracts/kept-body.ts";
import { limits } from "../contracts/limits.ts";
import {
  type DeadLetterRecord,
  deadLetterKey,
  type OperationRecord,
  operationKey,
  recordVersion,
} from "../contracts/operation.ts";
import { type Delivery, deadLetterQueueOf, inboxQueue, type MessageHandler, type Ports } from "../contracts/ports.ts";
import { deliverEventQueue } from "../contracts/sink.ts";
import { decodeStepMessage, type StepMessage } from "../contracts/step-message.ts";
import { instruments, traceIdOf } from "../contracts/telemetry.ts";
import { outboxSlackMs } from "./backoff.ts";
import { put, putNew } from "./ledger-write.ts";
import { countPublished } from "./observe.ts";
import { clearOutbox, sendOutbox } from "./outbox.ts";
import { advance } from "./record.ts";

/** Of a body in JSON: the rest of the record fits beside it (`limits.itemBytes`). */
const recordedBodyBytes = 54 * 1024;

/**
 * With its body as it was sent, and not more beside it than a record has room for: not every letter is ours. A bare message that the
 * platform itself gave up on comes without our envelope, and so without a reason.
 */
function letterOf(delivery: Delivery, now: number): DeadLetterMessage {
  try {
    const { packed, queue, cause, ...letter } = decodeDeadLetter(delivery.body);
    return {
      ...letter,
      queue: queue.slice(0, limits.nameLength),
      cause: cause.slice(0, limits.reasonLength),
      body: bodyOf({ body: letter.body, packed }),
    };
  } catch {
    const cause = "The platform gave it up without a reason: the function crashed or ran out of time at every try";
    const queue = delivery.queue.replace(/-dead-letters$/, "");
    return { v: 1, queue, id: delivery.id, body: delivery.body, cause, receives: delivery.receives, at: now };
  }
}

function stepMessageIn(letter: DeadLetterMessage): StepMessage | undefined {
  if (letter.queue === inboxQueue) return undefined;
  try {
    return decodeStepMessage(letter.body);
  } catch {
    return undefined;
  }
}

function verdictOn(record: OperationRecord | undefined, message: StepMessage | undefined, now: number) {
  if (!message) return "needs-decision";
  if (!record || record.state === "ended" || record.seq !== message.seq) return "moved-on";
  return now >= record.deadline ? "expired" : "safe-to-redrive";
}

/**
 * The function behind the dead-letter queues: stores what was given up, why, and what may be done, and parks the operation
 * so that the sweep does not feed the same defect for ever.
 */
export function createDeadLetterHandler(ports: Ports, retainMs: number): MessageHandler {
  return async (delivery) => {
    const now = ports.clock.now();
    const letter = letterOf(delivery, now);
    const { body } = letter;
    const message = stepMessageIn(letter);
    const stored = message && (await ports.ledger.read(operationKey(message.operation)));
    const record = stored?.record.kind === "operation" ? stored.record : undefined;
    // Whoever sends a message may choose what looks like its id: another body is another letter.
    const id = sha256Hex(`${letter.queue}/${letter.id}/${sha256Hex(body)}`).slice(0, 26);
    const entry: DeadLetterRecord = {
      kind: "dead-letter",
      v: recordVersion,
      id,
      nonce: ports.randomness.id(),
      queue: letter.queue,
      ...keptBody(body, recordedBodyBytes),
      ...(letter.cut ? { cut: true } : {}),
      cause: letter.cause,
      receives: letter.receives,
      at: letter.at,
      ...(message ? { operation: message.operation, step: message.step, seq: message.seq } : {}),
      ...(record?.providerStatus === undefined ? {} : { providerStatus: record.providerStatus }),
      verdict: verdictOn(record, message, now),
      retainUntil: now + retainMs,
    };
    await putNew(ports.ledger, deadLetterKey(id), entry);
    if (stored && record && record.v <= recordVersion && entry.verdict === "safe-to-redrive")
      await park(ports, record, stored.version, entry);
    // An event about an event that somebody does not take would be the next that is not taken.
    const isOfSinks = delivery.queue === deadLetterQueueOf(deliverEventQueue);
    if (entry.verdict === "needs-decision" && !isOfSinks) {
      await ports.bus.publish([attentionEvent(entry, delivery.sentAt)]);
      countPublished(ports, "drover.operation.attention");
    }
    // By the queue that it came from: what stands in a letter is not bounded.
    ports.telemetry?.count(instruments.deadLetters, 1, delivery.queue.replace(/-dead-letters$/, ""));
    ports.log.error("a message became a dead letter", {
      queue: letter.queue,
      deadLetter: id,
      cause: letter.cause,
      operation: message?.operation,
      step: message?.step,
      connection: record?.request.connection,
      trace_id: traceIdOf(record?.traceparent),
    });
    return { kind: "acknowledge" };
  };
}

/** For what belongs to no operation that could tell of it. A repeat is the same event to the byte: nothing in it is of one try. */
function attentionEvent({ id, queue, cause }: DeadLetterRecord, sentAt: number): DroverEvent {
  return {
    specversion: "1.0",
    id: `dead-letter-${id}`,
    source: "/drover",
    type: "drover.operation.attention",
    subject: `dead-letter-${id}`,
    time: new Date(sentAt).toISOString(),
    datacontenttype: "application/json",
    sequence: sequenceOf(0, 0),
    data: {
      code: "dead-letter",
      reason: `A message of queue ${queue} was given up: ${cause}`.slice(0, limits.reasonLength),
      next: `drover dead-letters show ${id}`,
    },
  };
}

/** Nobody sends for a parked row until its deadline; a person redrives it, cancels it or lets it expire. */
async function park(ports: Ports, record: OperationRecord, version: string, letter: DeadLetterRecord): Promise<void> {
  const now = ports.clock.now();
  const parked = advance(
    record,
    {
      patch: { parked: { at: now, deadLetter: letter.id }, resumeAt: record.deadline },
      events: [
        {
          type: "drover.operation.attention",
          data: {
            code: "dead-letter",
            reason: `Step ${record.step} was given up after ${letter.receives} tries: ${letter.cause}`.slice(0, 1024),
            next: `drover dead-letters redrive ${letter.id}`,
          },
        },
      ],
      // Soon, until the event is known to be sent; then the deadline.
      wakeAt: now + outboxSlackMs,
      history: { what: "dead-letter", step: record.step, detail: letter.cause.slice(0, 300) },
    },
    { now, nonce: ports.randomness.id() },
  );
  const written = await put(ports.ledger, operationKey(record.id), parked, version);
  if (written === undefined) return;
  await sendOutbox(ports, parked);
  await clearOutbox(ports, parked, written, 0);
}
