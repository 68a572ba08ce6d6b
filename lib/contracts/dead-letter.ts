import * as z from "zod/mini";
import { parseAs, parseBoundedJson } from "./parse.ts";

/** What a host puts on a dead-letter queue: the message as it came, and why it was given up. */
export const deadLetterMessageSchema = z.object({
  v: z.literal(1),
  queue: z.string(),
  id: z.string(),
  body: z.string(),
  cause: z.string(),
  receives: z.int(),
  at: z.number(),
});
export type DeadLetterMessage = z.output<typeof deadLetterMessageSchema>;

/** Bodies are cut at this many characters: enough to recognise any message that a queue can carry. */
export const deadLetterBodyLength = 48 * 1024;

export function encodeDeadLetter(letter: Omit<DeadLetterMessage, "v">): string {
  return JSON.stringify({ v: 1, ...letter, body: letter.body.slice(0, deadLetterBodyLength) });
}

/** @throws InvalidInputError when it is a bare message that the platform itself moved here, without our envelope */
export function decodeDeadLetter(body: string): DeadLetterMessage {
  return parseAs(
    deadLetterMessageSchema,
    parseBoundedJson(body, "a dead letter", 8 * deadLetterBodyLength),
    "a dead letter",
  );
}
