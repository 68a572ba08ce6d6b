import { InvalidInputError } from "../../contracts/errors.ts";
import { deadLetterQueueOf, type OutgoingMessage } from "../../contracts/ports.ts";

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const maxDelayMs = 900_000;
/** Every 64 KiB are billed as a request, and what an Azure queue cannot carry is not sent here either. */
const maxBodyBytes = 64 * 1024;
/** A dead letter carries another message with its quotation marks escaped (`deadLetterBodyLength`, three bytes a character). */
const maxDeadLetterBytes = 256 * 1024;

const isDeadLetterQueue = (queue: string) => queue.endsWith(deadLetterQueueOf(""));

export const bytesOf = (message: Pick<OutgoingMessage, "body">) => Buffer.byteLength(message.body);

export const secondsOf = (ms: number) => Math.ceil(ms / 1_000);

/**
 * The message as SQS takes it. What it does not carry (U+FFFE, control characters) is written as JSON escapes where the body is JSON,
 * which says the same: otherwise SQS puts U+FFFD in its place or refuses the message.
 * @throws InvalidInputError for a delay or a body that SQS cannot carry; never quotes the body
 */
export function carried(message: OutgoingMessage): OutgoingMessage {
  const { queue, delayMs = 0 } = message;
  if (!(delayMs >= 0 && delayMs <= maxDelayMs)) {
    throw new InvalidInputError(
      `Expected a delay of 0 to ${maxDelayMs} ms for a message on ${queue}, got ${delayMs}: let the ledger wake what waits longer`,
      { code: "invalid-delay" },
    );
  }
  const body = bodyOf(message);
  const [bytes, most] = [Buffer.byteLength(body), isDeadLetterQueue(queue) ? maxDeadLetterBytes : maxBodyBytes];
  if (bytes > most) {
    throw new InvalidInputError(
      `Expected a message of at most ${most} bytes for ${queue}, got ${bytes}: send a reference instead`,
      { code: "too-large" },
    );
  }
  return { ...message, body };
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const notCarried = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function bodyOf({ queue, body }: OutgoingMessage): string {
  if (body !== "" && body.isWellFormed() && body.search(notCarried) === -1) return body;
  if (body !== "" && body.isWellFormed() && isJson(body)) return body.replace(notCarried, escaped);
  throw new InvalidInputError(
    `Expected a message of text that SQS carries for ${queue}, got none or one with control characters or broken text: send JSON`,
    { code: "invalid-message" },
  );
}

const escaped = (mark: string) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
