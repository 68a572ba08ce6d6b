import { InvalidInputError } from "../../contracts/errors.ts";
import type { OutgoingMessage } from "../../contracts/ports.ts";

/** @see https://learn.microsoft.com/rest/api/storageservices/put-message */
export const maxDelayMs = 7 * 86_400_000;
const maxBodyBytes = 64 * 1024;

export const secondsOf = (ms: number) => Math.ceil(ms / 1_000);

/**
 * The message as a queue takes it: plain text. What XML does not carry (U+FFFE, control characters) is written as JSON escapes where
 * the body is JSON, which says the same: otherwise the service refuses the message.
 * @throws InvalidInputError for a delay or a body that a queue cannot carry; never quotes the body
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
  const bytes = Buffer.byteLength(body);
  if (bytes <= maxBodyBytes) return { ...message, body };
  throw new InvalidInputError(
    `Expected a message of at most ${maxBodyBytes} bytes for ${queue}, got ${bytes}: send a reference instead`,
    { code: "too-large" },
  );
}

/** A carriage return would arrive as a line feed; between the values of JSON that says the same. */
const notCarried = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function bodyOf({ queue, body }: OutgoingMessage): string {
  if (body !== "" && body.isWellFormed()) {
    if (body.search(notCarried) === -1 && !body.includes("\r")) return body;
    if (isJson(body)) return body.replace(notCarried, escaped).replaceAll("\r", "\n");
  }
  throw new InvalidInputError(
    `Expected a message of text that XML carries for ${queue}, got none or one with control characters or broken text: send JSON`,
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

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The body of a message from whoever sent it: many clients send base64, as that is what the host expects unless told otherwise
 * (`messageEncoding: "none"` in host.json). Only base64 of a JSON object is taken for one: no plain request looks like it.
 */
export function decodedBody(text: string): string {
  const packed = text.trim();
  if (!base64Pattern.test(packed)) return text;
  const bytes = Buffer.from(packed, "base64");
  let plain: string;
  try {
    plain = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
  return plain.trimStart().startsWith("{") && isJson(plain) ? plain : text;
}
