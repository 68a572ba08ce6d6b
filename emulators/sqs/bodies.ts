import { createHash } from "node:crypto";
import { Refusal } from "./answers.ts";
import type { Queue } from "./queue.ts";

export interface Problem {
  readonly code: string;
  readonly message: string;
}

const MAX_DELAY_SECONDS = 900;
/** Everything that XML 1.0 has no characters for. @see https://www.w3.org/TR/REC-xml/#charsets */
const INVALID = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** What is wrong with a message, or null. */
export function problemOf(queue: Queue, body: unknown, delaySeconds: unknown): Problem | null {
  const { maxMessageBytes } = queue.attributes;
  if (typeof body !== "string" || body === "") {
    return { code: "MissingParameter", message: "The request must contain the parameter MessageBody." };
  }
  if (INVALID.test(body)) return { code: "InvalidMessageContents", message: "Invalid characters found." };
  if (Buffer.byteLength(body) > maxMessageBytes) {
    const message = `One or more parameters are invalid. Reason: Message must be shorter than ${maxMessageBytes} bytes.`;
    return { code: "InvalidParameterValue", message };
  }
  if (delaySeconds !== undefined && !isWhole(delaySeconds, 0, MAX_DELAY_SECONDS)) {
    const message = `Value ${String(delaySeconds)} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`;
    return { code: "InvalidParameterValue", message };
  }
  return null;
}

export function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/** A number of the request within its bounds, or the default. @throws Refusal */
export function within(value: unknown, name: string, least: number, most: number, standard: number): number {
  if (value === undefined) return standard;
  if (isWhole(value, least, most)) return value;
  const reason = `Must be between ${least} and ${most}, if provided.`;
  throw new Refusal(
    "InvalidParameterValue",
    `Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}`,
  );
}

export function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
