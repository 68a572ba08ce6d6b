import { sha256Hex } from "../../../contracts/identifiers.ts";
import type { ReceivedDelivery } from "../../../contracts/ports.ts";
import { decodedBody } from "../messages.ts";
import { decodeAgain } from "./again.ts";
import type { Invocation } from "./invocations.ts";

export interface Given {
  /** By the name that Drover has for it. */
  readonly queue: string;
  /** What the worker makes of the message's text. */
  readonly item: unknown;
  readonly invocation: Pick<Invocation, "triggerMetadata" | "invocationId">;
}

export interface ReadDelivery {
  readonly delivery: ReceivedDelivery;
  /** How often the host has given out this very message; a message that was sent again begins anew. */
  readonly dequeues: number;
}

/**
 * One delivery, of what the host tells of it. What the sender has written over that is not believed: a message of JSON has its members
 * in the place of the trigger's metadata.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#message-metadata
 */
export function deliveryOf({ queue, item, invocation }: Given): ReadDelivery {
  const own = metadataIn(item, invocation);
  const again = decodeAgain(item);
  const body = again?.body ?? bodyOf(item);
  const sentAt = again?.sentAt ?? sentAtOf(own("insertionTime"));
  const id = again?.id ?? textOf(own("id")) ?? sha256Hex(`${sentAt} ${body}`).slice(0, 32);
  const dequeues = countOf(own("dequeueCount"));
  return { delivery: { queue, id, receipt: "", receives: (again?.tries ?? 0) + dequeues, sentAt, body }, dequeues };
}

/** Of the metadata, what is the host's own. */
function metadataIn(item: unknown, { triggerMetadata = {} }: Given["invocation"]): (name: string) => unknown {
  const isObject = typeof item === "object" && item !== null && !Array.isArray(item);
  // The host does not heed capitals.
  const written = new Set(isObject ? Object.keys(item).map((name) => name.toLowerCase()) : []);
  return (name) => (written.has(name.toLowerCase()) ? undefined : triggerMetadata[name]);
}

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

function sentAtOf(value: unknown): number {
  const at = Date.parse(String(value));
  return at >= 0 ? at : 0;
}

function countOf(value: unknown): number {
  const count = Number(value);
  return Number.isInteger(count) && count > 0 ? count : 1;
}

/** The worker has read what is JSON before anybody asks: it is written again. Everything else comes as it was sent. */
function bodyOf(item: unknown): string {
  if (typeof item === "string") return decodedBody(item);
  if (item instanceof Uint8Array) return decodedBody(Buffer.from(item).toString("utf8"));
  return JSON.stringify(item) ?? "";
}
