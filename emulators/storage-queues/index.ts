import { randomUUID } from "node:crypto";
import { isAuthorized, type StorageAccount } from "../storage-blobs/shared-key.ts";
import { escaped, textOf, xmlAnswer, xmlError } from "../storage-blobs/xml.ts";
import { MessageQueue, type QueueMessage, type Settled } from "./queue.ts";

export interface StorageQueuesOptions {
  readonly now: () => number;
  readonly account: StorageAccount;
  readonly newId?: () => string;
}

export interface StorageQueuesEmulator {
  /** Queues in the path, behind the account's name. */
  fetch(request: Request): Promise<Response>;
  seedQueue(name: string): void;
  /** All that are alive, hidden ones too. */
  messages(queue: string): readonly QueueMessage[];
}

/** @see https://learn.microsoft.com/rest/api/storageservices/put-message */
const MAX_DELAY_SECONDS = 7 * 86_400;
const DEFAULT_LIFE_SECONDS = 7 * 86_400;
const MAX_TEXT_BYTES = 64 * 1024;
const MAX_MESSAGES = 32;
const DEFAULT_HIDDEN_SECONDS = 30;
const NEVER = "Fri, 31 Dec 9999 23:59:59 GMT";
const NAME = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

export function createStorageQueuesEmulator(options: StorageQueuesOptions): StorageQueuesEmulator {
  const clock = { now: options.now, newId: options.newId ?? randomUUID };
  const queues = new Map<string, MessageQueue>();

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [, account, name = "", collection = "", id = ""] = pathname.split("/").map(decodeURIComponent);
    if (!isAuthorized(options.account, request) || account !== options.account.name)
      return xmlError(403, "AuthenticationFailed");
    if (collection === "") return make(request.method, name);
    const queue = queues.get(name);
    if (queue === undefined) return xmlError(404, "QueueNotFound");
    if (request.method === "POST") return put(queue, searchParams, await request.text());
    if (request.method === "GET") return get(queue, searchParams);
    const receipt = searchParams.get("popreceipt") ?? "";
    if (request.method === "DELETE") return settled(queue.remove(id, receipt));
    if (request.method !== "PUT") return xmlError(405, "UnsupportedHttpVerb");
    const seconds = wholeIn(searchParams, "visibilitytimeout", 0, MAX_DELAY_SECONDS, 0);
    if (seconds === null) return outOfRange();
    const body = await request.text();
    const text = body === "" ? null : textOf("MessageText", body);
    return settled(queue.update(id, receipt, seconds * 1_000, text));
  }

  function make(method: string, name: string): Response {
    if (method !== "PUT") return xmlError(405, "UnsupportedHttpVerb");
    if (!NAME.test(name)) return xmlError(400, "InvalidResourceName");
    if (queues.has(name)) return new Response(null, { status: 204 });
    queues.set(name, new MessageQueue(clock));
    return new Response(null, { status: 201 });
  }

  return {
    fetch: answer,
    seedQueue: (name) => void make("PUT", name),
    messages: (queue) => queues.get(queue)?.alive() ?? [],
  };
}

function put(queue: MessageQueue, query: URLSearchParams, body: string): Response {
  const text = textOf("MessageText", body);
  if (text === null) return xmlError(400, "InvalidXmlDocument");
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) return xmlError(413, "RequestBodyTooLarge");
  const delay = wholeIn(query, "visibilitytimeout", 0, MAX_DELAY_SECONDS, 0);
  const life = wholeIn(query, "messagettl", -1, Number.MAX_SAFE_INTEGER, DEFAULT_LIFE_SECONDS);
  // Hidden for longer than it lives, it would never be seen.
  if (delay === null || life === null || life === 0 || (life > 0 && delay > life)) return outOfRange();
  const message = queue.put(text, delay * 1_000, life === -1 ? Number.POSITIVE_INFINITY : life * 1_000);
  return messageList([`<QueueMessage>${about(message)}${receiptOf(message)}</QueueMessage>`], 201);
}

function get(queue: MessageQueue, query: URLSearchParams): Response {
  const count = wholeIn(query, "numofmessages", 1, MAX_MESSAGES, 1);
  if (query.get("peekonly") === "true") {
    const seen = queue.ready().slice(0, count ?? 0);
    return messageList(seen.map((message) => shown(message, "")));
  }
  const hidden = wholeIn(query, "visibilitytimeout", 1, MAX_DELAY_SECONDS, DEFAULT_HIDDEN_SECONDS);
  if (count === null || hidden === null) return outOfRange();
  return messageList(queue.get(count, hidden * 1_000).map((message) => shown(message, receiptOf(message))));
}

const messageList = (messages: readonly string[], status = 200) =>
  xmlAnswer(status, `<QueueMessagesList>${messages.join("")}</QueueMessagesList>`);

const shown = (message: QueueMessage, receipt: string) =>
  `<QueueMessage>${about(message)}${receipt}<DequeueCount>${message.dequeues}</DequeueCount><MessageText>${escaped(message.text)}</MessageText></QueueMessage>`;

function settled(outcome: Settled | QueueMessage): Response {
  if (outcome === "MessageNotFound") return xmlError(404, outcome);
  if (outcome === "PopReceiptMismatch") return xmlError(400, outcome);
  const headers =
    outcome === "settled"
      ? {}
      : { "x-ms-popreceipt": outcome.popReceipt, "x-ms-time-next-visible": date(outcome.visibleAtMs) };
  return new Response(null, { status: 204, headers });
}

const outOfRange = () => xmlError(400, "OutOfRangeQueryParameterValue");
/** Whole seconds, as HTTP has them. */
const date = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toUTCString() : NEVER);

const about = ({ id, insertedAtMs, expiresAtMs }: QueueMessage) =>
  `<MessageId>${id}</MessageId><InsertionTime>${date(insertedAtMs)}</InsertionTime><ExpirationTime>${date(expiresAtMs)}</ExpirationTime>`;
const receiptOf = ({ popReceipt, visibleAtMs }: QueueMessage) =>
  `<PopReceipt>${popReceipt}</PopReceipt><TimeNextVisible>${date(visibleAtMs)}</TimeNextVisible>`;

/** Null when it is none, or out of range. */
function wholeIn(query: URLSearchParams, name: string, min: number, max: number, standard: number): number | null {
  const text = query.get(name);
  const value = text === null ? standard : Number(text);
  return Number.isInteger(value) && value >= min && value <= max ? value : null;
}
