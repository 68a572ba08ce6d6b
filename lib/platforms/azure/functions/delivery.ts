import { messageOf } from "../../../contracts/errors.ts";
import { sha256Hex } from "../../../contracts/identifiers.ts";
import { checkJson } from "../../../contracts/parse.ts";
import type { ReceivedDelivery } from "../../../contracts/ports.ts";
import { decodedBody } from "../messages.ts";
import { decodeAgain } from "./again.ts";
import type { Invocation } from "./invocations.ts";

export interface Given {
  /** By the name that Drover has for it. */
  readonly queue: string;
  /** What the worker makes of the message's text. */
  readonly item: unknown;
  readonly invocation: Pick<Invocation, "triggerMetadata">;
}

export interface ReadDelivery {
  /** Its receives are the tries of functions: what they leave is sent again, and counts on. */
  readonly delivery: ReceivedDelivery;
  /** How often the host has given out this very message: more than once when functions threw, or were gone with their process. */
  readonly dequeues: number;
  /** The sender has hidden that count behind a member of its own. */
  readonly isCountHidden: boolean;
  readonly isLast: boolean;
  /** Why it cannot be handled as it came. */
  readonly flaw?: string;
}

/**
 * One delivery, of what the host tells of it. What the sender has written over that is not believed: a message of JSON has its members
 * in the place of the trigger's metadata. Never throws.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#message-metadata
 */
export function deliveryOf({ queue, item, invocation }: Given): ReadDelivery {
  const own = metadataIn(item, invocation);
  const again = decodeAgain(item);
  const { body, flaw } = again ? { body: again.body, flaw: undefined } : bodyOf(item);
  const sentAt = again?.sentAt ?? sentAtOf(own("insertionTime"));
  const text = flaw === undefined ? body : wordsOf(item);
  const id = again?.id ?? idOf(own("id")) ?? sha256Hex(`${sentAt} ${text}`).slice(0, 32);
  return {
    delivery: { queue, id, receipt: "", receives: (again?.tries ?? 0) + 1, sentAt, body },
    dequeues: countOf(own("dequeueCount")),
    isCountHidden: !again && hasMember(item, "dequeuecount"),
    isLast: again?.last ?? false,
    ...(flaw === undefined ? {} : { flaw }),
  };
}

/** Of the metadata, what is the host's own. It does not heed capitals, and it reads texts as JSON that are none for us. */
function metadataIn(item: unknown, { triggerMetadata = {} }: Given["invocation"]): (name: string) => unknown {
  const text = typeof item === "string" ? item.trim() : "";
  if (text.startsWith("{") && text.endsWith("}")) return () => undefined;
  const isObject = typeof item === "object" && item !== null && !Array.isArray(item);
  const written = new Set(isObject ? Object.keys(item).map((name) => name.toLowerCase()) : []);
  return (name) => (written.has(name.toLowerCase()) ? undefined : triggerMetadata[name]);
}

const hasMember = (item: unknown, lowerCase: string) =>
  typeof item === "object" && item !== null && Object.keys(item).some((name) => name.toLowerCase() === lowerCase);

/** The service gives every message a UUID. */
const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const idOf = (value: unknown) => (typeof value === "string" && idPattern.test(value) ? value : undefined);

function sentAtOf(value: unknown): number {
  const at = Date.parse(String(value));
  return at >= 0 ? at : 0;
}

function countOf(value: unknown): number {
  const count = Number(value);
  return Number.isInteger(count) && count > 0 ? count : 1;
}

/**
 * The worker has read what is JSON before anybody asks: it is written again, where that says the same. Everything else comes as it was
 * sent.
 */
function bodyOf(item: unknown): { readonly body: string; readonly flaw?: string } {
  if (typeof item === "string") return { body: decodedBody(item) };
  if (item instanceof Uint8Array) return { body: decodedBody(Buffer.from(item).toString("utf8")) };
  try {
    checkJson(item, "a message");
    return { body: JSON.stringify(item) ?? "" };
  } catch (error) {
    return { body: "a message of JSON that cannot be written again", flaw: messageOf(error) };
  }
}

/** Every name and value in what has no text of its own, at any depth: two of them are two messages. */
function wordsOf(item: unknown): string {
  const words: string[] = [];
  const left = [item];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== "object" || value === null) words.push(String(value));
    else
      for (const [name, member] of Object.entries(value)) {
        words.push(name);
        left.push(member);
      }
  }
  return JSON.stringify(words);
}
