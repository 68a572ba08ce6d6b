import * as z from "zod/mini";
import { limits } from "./limits.ts";

/** `unknown` and `partially-succeeded` are honest outcomes: the first waits for a person to resolve it. */
export const outcomes = ["succeeded", "partially-succeeded", "failed", "cancelled", "timed-out", "unknown"] as const;
export type Outcome = (typeof outcomes)[number];

export const eventTypes = [
  "drover.operation.accepted",
  "drover.operation.rejected",
  "drover.operation.started",
  "drover.operation.waiting",
  "drover.operation.attention",
  "drover.operation.resolved",
  ...outcomes.map((outcome) => `drover.operation.${outcome}` as const),
] as const;
export type EventType = (typeof eventTypes)[number];

const json = z.json();

export const eventDataSchema = z.object({
  requestType: z.optional(z.string()),
  connection: z.optional(z.string()),
  labels: z.optional(z.record(z.string(), z.string())),
  requestedBy: z.optional(z.string()),
  requestSource: z.optional(z.string()),
  /** The operation that this one is a part of. */
  parent: z.optional(z.string()),
  outcome: z.optional(z.enum(outcomes)),
  /** One sentence for a person. */
  reason: z.optional(z.string().check(z.maxLength(2 * limits.reasonLength))),
  /** Stable, kebab-case: what programs match on. */
  code: z.optional(z.string()),
  /** What happens next and when, or which command answers. */
  next: z.optional(z.string()),
  provider: z.optional(
    z.object({
      ids: z.optional(z.record(z.string(), z.string())),
      requestIds: z.optional(z.array(z.string())),
      status: z.optional(z.string()),
    }),
  ),
  result: z.optional(z.record(z.string(), json)),
  problems: z.optional(z.array(z.string())),
});
export type EventData = z.output<typeof eventDataSchema>;

/** A completion event: CloudEvents 1.0 with the extensions sequence, correlationid and distributed tracing. */
export const eventSchema = z.object({
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.literal("/drover"),
  type: z.enum(eventTypes),
  subject: z.string(),
  time: z.iso.datetime(),
  datacontenttype: z.literal("application/json"),
  /** Orders the events of one subject; compare as text. */
  sequence: z.string(),
  correlationid: z.optional(z.string()),
  traceparent: z.optional(z.string()),
  data: eventDataSchema,
});
export type DroverEvent = z.output<typeof eventSchema>;

/** Orders as text: `seq` in twelve digits, then the index. */
export function sequenceOf(seq: number, index: number): string {
  return `${String(seq).padStart(12, "0")}.${String(index).padStart(3, "0")}`;
}
