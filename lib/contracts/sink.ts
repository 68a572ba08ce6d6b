import * as z from "zod/mini";
import { bounded, name, secretReferenceSchema } from "./connections/parts.ts";
import { deadLetterBodyLength } from "./dead-letter.ts";
import { durationMs, isDuration } from "./duration.ts";
import { InvalidInputError, UnsupportedVersionError } from "./errors.ts";
import { isLoopback } from "./loopback.ts";
import { parseAs, parseBoundedJson } from "./parse.ts";

/** A receiver of events over HTTP: its configuration, its row, and the message that carries one event to it. */

export const deliverEventQueue = "deliver-event";
export const sinkKey = (sink: string) => `sink/${sink}`;

export const sinkLimits = { sinks: 32, secrets: 3, patterns: 32, timeoutMinMs: 1_000, timeoutMaxMs: 30_000 } as const;

const pattern = z
  .string()
  .check(z.regex(/^[A-Za-z0-9*][A-Za-z0-9._*-]{0,127}$/, "expected a name or a pattern such as drover.operation.*"));
const patterns = z.array(pattern).check(z.minLength(1), z.maxLength(sinkLimits.patterns));

/** Paths and queries may stay: receivers often hide a token in them, which is why a URL is never shown, only its host. */
const sinkUrl = z.string().check(
  z.maxLength(2048),
  z.refine((text) => {
    const url = URL.parse(text);
    if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") return false;
    return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  }, "expected an https URL without user or fragment (http only on loopback)"),
);

const timeout = z
  .string()
  .check(
    z.refine(
      (text) =>
        isDuration(text) && durationMs(text) >= sinkLimits.timeoutMinMs && durationMs(text) <= sinkLimits.timeoutMaxMs,
      "expected an ISO 8601 duration from PT1S to PT30S",
    ),
  );

export const sinkSchema = z
  .strictObject({
    url: sinkUrl,
    /** Each event is signed with every one of them, so that a receiver can change from one to the next. */
    secrets: z.array(secretReferenceSchema).check(z.minLength(1), z.maxLength(sinkLimits.secrets)),
    /** Types of events; all when absent. */
    events: z.optional(patterns),
    /** Connections whose operations are told of; all when absent. */
    connections: z.optional(patterns),
    /** Types of requests; all when absent. */
    types: z.optional(patterns),
    contentMode: z._default(z.enum(["structured", "binary"]), "structured"),
    /** Lets the receiver be on loopback or in a private network. */
    allowPrivateAddresses: z._default(z.boolean(), false),
    timeout: z._default(timeout, "PT15S"),
  })
  .check(
    z.refine(({ url, allowPrivateAddresses }) => allowPrivateAddresses || !isLoopback(URL.parse(url)?.hostname ?? ""), {
      error: "expected allowPrivateAddresses: true for a receiver on loopback",
      path: ["allowPrivateAddresses"],
    }),
  );
export type SinkConfiguration = z.output<typeof sinkSchema>;

export const sinksSchema = z
  .record(name, sinkSchema)
  .check(
    z.refine((sinks) => Object.keys(sinks).length <= sinkLimits.sinks, `expected at most ${sinkLimits.sinks} sinks`),
  );
export type Sinks = z.output<typeof sinksSchema>;

const time = z.number();
export const sinkRecordSchema = z.object({
  kind: z.literal("sink"),
  v: z.int(),
  name,
  nonce: z.string(),
  /** Position on the bus up to which events were handed to the queue. */
  position: z.int().check(z.minimum(0)),
  /** The receiver asked for quiet until then (ms since 1970). */
  heldUntil: z.optional(time),
  lastSuccess: z.optional(z.object({ at: time, status: z.int() })),
  lastFailure: z.optional(z.object({ at: time, status: z.optional(z.int()), why: z.string() })),
  /** First failure after the last success. */
  failingSince: z.optional(time),
  /** `target` is a hash of the URL that said so: another URL is another receiver. */
  disabled: z.optional(z.object({ at: time, reason: z.string(), target: z.string() })),
});
export type SinkRecord = Readonly<z.output<typeof sinkRecordSchema>>;

/** An event as it is carried on: attributes and data that a newer release has added stay. */
const carriedEventSchema = z.looseObject({
  specversion: z.literal("1.0"),
  /** Stands in a header, and a full stop would let one signed text be read in two ways. */
  id: z.string().check(z.regex(/^[\x21-\x2d\x2f-\x7e]{1,256}$/, "expected visible ASCII without a full stop")),
  source: bounded,
  type: bounded,
  data: z.record(z.string(), z.unknown()),
});
export type CarriedEvent = z.output<typeof carriedEventSchema>;

export const deliveryMessageVersion = 1;
/** Room for what later tries add to a message. */
const growthBytes = 256;
/** Largest message that is handed over: a dead letter holds it whole, however often it was tried, so that it can be sent again. */
export const deliveryMessageMaxBytes = deadLetterBodyLength - growthBytes;

const count = z.int().check(z.minimum(0), z.maximum(1_000_000));
export const deliveryMessageSchema = z.object({
  v: z.literal(deliveryMessageVersion),
  sink: name,
  position: z.int().check(z.minimum(0)),
  /** Tries that have failed so far. */
  attempt: count,
  /** When the event was handed over (ms since 1970). */
  since: time,
  /** Not to be tried before (ms since 1970): a queue may not carry a delay as long as that. */
  notBefore: z.optional(time),
  /** How often it stood back because its sink was busy. */
  waits: z.optional(count),
  event: carriedEventSchema,
});
export type DeliveryMessage = z.output<typeof deliveryMessageSchema>;

export function encodeDelivery(message: DeliveryMessage): string {
  return JSON.stringify(message);
}

/**
 * @throws InvalidInputError when it cannot be read (a dead letter); UnsupportedVersionError when a newer release wrote it, so it
 *   is tried again later
 */
export function decodeDelivery(body: string): DeliveryMessage {
  const value = parseBoundedJson(body, "a delivery", deadLetterBodyLength);
  const version = typeof value === "object" && value !== null && "v" in value ? value.v : undefined;
  if (typeof version === "number" && version > deliveryMessageVersion) {
    throw new UnsupportedVersionError(
      `Expected a delivery of version ${deliveryMessageVersion} or older, got version ${version}: finish the rollout of the newer release`,
      version,
    );
  }
  return parseAs(deliveryMessageSchema, value, "a delivery");
}

/**
 * The message of a dead letter, to be tried anew from the first try on.
 * @throws InvalidInputError when the letter does not hold the event
 */
export function redeliveryOf(body: string, now: number): string {
  try {
    const { v, sink, position, event } = decodeDelivery(body);
    return encodeDelivery({ v, sink, position, attempt: 0, since: now, event });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(
      "Expected a dead letter that holds its event, got one that does not: replay its position from the bus instead",
      { code: "unreadable-letter", problems: error.problems },
    );
  }
}
