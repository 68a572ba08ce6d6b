import { InvalidInputError } from "../contracts/errors.ts";
import type { OutgoingMessage } from "../contracts/ports.ts";

/** @throws InvalidInputError */
export function checkDelay({ queue, delayMs = 0 }: Pick<OutgoingMessage, "queue" | "delayMs">, maxDelayMs: number) {
  if (delayMs >= 0 && delayMs <= maxDelayMs) return;
  throw new InvalidInputError(
    `Expected a delay of 0 to ${maxDelayMs} ms for a message on ${queue}, got ${delayMs}: let the ledger wake what waits longer`,
    { code: "invalid-delay" },
  );
}

/** @throws InvalidInputError that does not quote the body */
export function checkSize({ queue, body }: Pick<OutgoingMessage, "queue" | "body">, maxBytes: number): void {
  const bytes = Buffer.byteLength(body);
  if (bytes <= maxBytes) return;
  throw new InvalidInputError(
    `Expected a message of at most ${maxBytes} bytes for ${queue}, got ${bytes}: send a reference instead`,
    { code: "too-large" },
  );
}

/**
 * What XML 1.0 has no word for, and so what queues that speak it refuse, or put U+FFFD in the place of.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
const notCarried = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/**
 * The body as a queue carries it. What it does not (U+FFFE, control characters) is written as JSON escapes where the body is JSON, which
 * says the same.
 * @param by named in the error
 * @throws InvalidInputError that does not quote it
 */
export function carriedBody({ queue, body }: OutgoingMessage, by: string): string {
  if (body !== "" && body.isWellFormed()) {
    if (body.search(notCarried) === -1) return body;
    if (isJson(body)) return body.replace(notCarried, escaped);
  }
  throw notText(queue, by);
}

export function notText(queue: string, by: string): InvalidInputError {
  return new InvalidInputError(
    `Expected a message of text that ${by} carries for ${queue}, got none or one with control characters or broken text: send JSON`,
    { code: "invalid-message" },
  );
}

const escaped = (mark: string) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
