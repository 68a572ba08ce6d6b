import type { OutgoingMessage } from "../../contracts/ports.ts";
import { carriedBody, checkDelay, checkSize, isJson, notText } from "../carried-body.ts";

/** @see https://learn.microsoft.com/rest/api/storageservices/put-message */
export const maxDelayMs = 7 * 86_400_000;
const maxBodyBytes = 64 * 1024;

export const secondsOf = (ms: number) => Math.ceil(ms / 1_000);

/**
 * The message as a queue takes it: plain text. A carriage return would arrive as a line feed; between the values of JSON that says the
 * same.
 * @throws InvalidInputError for a delay or a body that a queue cannot carry; never quotes the body
 */
export function carried(message: OutgoingMessage): OutgoingMessage {
  checkDelay(message, maxDelayMs);
  const { queue } = message;
  const body = carriedBody(message, "XML");
  if (body.includes("\r") && !isJson(body)) throw notText(queue, "XML");
  const plain = body.replaceAll("\r", "\n");
  checkSize({ queue, body: plain }, maxBodyBytes);
  return { ...message, body: plain };
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
