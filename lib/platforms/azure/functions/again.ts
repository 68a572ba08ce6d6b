import * as z from "zod/mini";
import { bodyOf, keptBody } from "../../../contracts/kept-body.ts";
import type { ReceivedDelivery } from "../../../contracts/ports.ts";

/**
 * A message that is to come again, as a message of its own. A function cannot set when its host shows one again: the host's receipt is
 * in the trigger's metadata, where members of a message of JSON stand in the place of the host's own (every request has an `id`), and the
 * host counts a throw as a failure of the function. None of its own members has a name that the metadata has.
 * @see https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Utility.cs (ApplyBindingData)
 */
const againSchema = z.object({
  again: z.object({
    v: z.literal(1),
    id: z.string().check(z.regex(/^[\w-]{1,64}$/)),
    /** How often a function has tried it. */
    tries: z.int().check(z.minimum(0), z.maximum(1_000_000)),
    /** A time whose year has four digits: an event says it. */
    sentAt: z.number().check(z.minimum(0), z.maximum(253_402_300_799_999)),
    /** It was given out so often that it is suspected to end every process: when this one does not come back, it is given up. */
    last: z.optional(z.literal(true)),
  }),
  body: z.string(),
  packed: z.optional(z.literal(true)),
});

export interface Again {
  readonly id: string;
  readonly tries: number;
  readonly sentAt: number;
  readonly last: boolean;
  readonly body: string;
}

/** Of a body in JSON: with what stands around it, it fits a message (64 KiB). */
const bodyBytes = 63 * 1024;

export type ShownAgain = Pick<ReceivedDelivery, "id" | "sentAt" | "body"> &
  Pick<Again, "tries"> & { readonly last?: true };

/** Undefined when it does not fit: then the host has to keep the message that it has. */
export function encodeAgain({ body, ...again }: ShownAgain): string | undefined {
  const { cut, ...kept } = keptBody(body, bodyBytes);
  return cut ? undefined : JSON.stringify({ again: { v: 1, ...again }, ...kept });
}

/** Undefined for every other message. @param item what the worker has made of its text */
export function decodeAgain(item: unknown): Again | undefined {
  if (typeof item !== "object" || item === null || !("again" in item)) return undefined;
  const { success, data } = againSchema.safeParse(item);
  if (!success) return undefined;
  const { id, tries, sentAt, last = false } = data.again;
  try {
    return { id, tries, sentAt, last, body: bodyOf(data) };
  } catch {
    // Not packed by us.
    return undefined;
  }
}
