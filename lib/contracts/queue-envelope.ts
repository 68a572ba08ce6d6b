import * as z from "zod/mini";
import { checkJson } from "./parse.ts";

/** A notification of SNS to a queue without raw delivery. @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
export const notification = z.object({ Type: z.literal("Notification"), TopicArn: z.string(), Message: z.string() });

/** An event of EventBridge to a queue. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
export const bridged = z.object({
  "detail-type": z.string(),
  source: z.string(),
  detail: z.looseObject({ specversion: z.string() }),
});

/** A topic behind a bus is the deepest that anybody wraps. */
const depth = 2;
/** What SNS and EventBridge carry at most; the request inside has its own, smaller bound. */
const envelopeBytes = 256 * 1024;

/**
 * The request inside a message: bare, or as SNS and EventBridge hand it to a queue. What is none of these stays as it is.
 * @throws InvalidInputError for a request in an envelope that cannot be taken out of it
 */
export function unwrapped(body: string): string {
  let text = body;
  for (let level = 0; level < depth; level += 1) {
    const inner = innerOf(text);
    if (inner === undefined) return text;
    text = inner;
  }
  return text;
}

function innerOf(text: string): string | undefined {
  // A bare request has neither; parsing it twice would be for nothing.
  if (!text.includes('"Notification"') && !text.includes('"detail-type"')) return undefined;
  if (Buffer.byteLength(text) > envelopeBytes) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const fromTopic = notification.safeParse(value);
  if (fromTopic.success) return fromTopic.data.Message;
  const fromBus = bridged.safeParse(value);
  return fromBus.success ? written(fromBus.data.detail) : undefined;
}

/** As it came, or its flaw: what is nested too deep, or has a number that would become null, cannot be written on as it is. */
function written(value: unknown): string {
  checkJson(value, "a request");
  return JSON.stringify(value);
}
