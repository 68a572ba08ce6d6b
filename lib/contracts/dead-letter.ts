import * as z from "zod/mini";
import { keptBody } from "./kept-body.ts";
import { parseAs, parseBoundedJson } from "./parse.ts";

/** What a host puts on a dead-letter queue: the message as it came, and why it was given up. */
export const deadLetterMessageSchema = z.object({
  v: z.literal(1),
  queue: z.string(),
  id: z.string(),
  body: z.string(),
  packed: z.optional(z.literal(true)),
  cut: z.optional(z.literal(true)),
  cause: z.string(),
  receives: z.int(),
  at: z.number(),
});
export type DeadLetterMessage = z.output<typeof deadLetterMessageSchema>;

/** What a message may have in characters to be handed over and kept whole (sink.ts). */
export const deadLetterBodyLength = 48 * 1024;

/** Of a body in JSON: with what stands around it, it fits a Storage queue message (64 KiB). */
const envelopeBodyBytes = 56 * 1024;
const causeLength = 1024;

/** @param letter with its body as it came */
export function encodeDeadLetter(letter: Omit<DeadLetterMessage, "v" | "packed" | "cut">): string {
  const { body, cause, ...about } = letter;
  return JSON.stringify({ v: 1, ...about, cause: cause.slice(0, causeLength), ...keptBody(body, envelopeBodyBytes) });
}

/** @throws InvalidInputError when it is a bare message that the platform itself moved here, without our envelope */
export function decodeDeadLetter(body: string): DeadLetterMessage {
  return parseAs(
    deadLetterMessageSchema,
    parseBoundedJson(body, "a dead letter", 8 * deadLetterBodyLength),
    "a dead letter",
  );
}
