import { createHmac } from "node:crypto";
import { escaped, textOf } from "../storage-blobs/xml.ts";

export interface QueueStorage {
  readonly account: { readonly name: string; readonly key: string };
  fetch(request: Request): Promise<Response>;
}

export interface ReceivedMessage {
  readonly id: string;
  readonly text: string;
  readonly dequeueCount: number;
  readonly insertedAtMs: number;
  readonly expiresAtMs: number;
  readonly nextVisibleAtMs: number;
  /** The last one: to hide a message for longer gives a new one. */
  popReceipt: string;
}

/** A message that is gone, or has been given to somebody else, is for them to settle. */
export type Settled = "done" | "taken";

/** One queue of a storage account, with the account's key. @see https://learn.microsoft.com/rest/api/storageservices/operations-on-messages */
export class QueueClient {
  readonly #storage: QueueStorage;
  readonly #queue: string;
  readonly #now: () => number;

  constructor(storage: QueueStorage, queue: string, now: () => number) {
    this.#storage = storage;
    this.#queue = queue;
    this.#now = now;
  }

  /** Null when there is no such queue, or the service has a problem of its own: the host comes again later. */
  async receive(count: number, hiddenMs: number): Promise<readonly ReceivedMessage[] | null> {
    const path = `/messages?numofmessages=${count}&visibilitytimeout=${hiddenMs / 1_000}`;
    const answer = await this.#send("GET", path);
    if (answer.status === 404 || answer.status >= 500) return null;
    const xml = await this.#bodyOf(answer, 200);
    return [...xml.matchAll(/<QueueMessage>.*?<\/QueueMessage>/gs)].map(([message]) => messageIn(message));
  }

  /** Without a time to live of its own: like any message, it is gone after a week. The queue is made when it is not there. */
  async add(text: string): Promise<void> {
    const body = `<QueueMessage><MessageText>${escaped(text)}</MessageText></QueueMessage>`;
    const answer = await this.#send("POST", "/messages", body);
    if (answer.status !== 404) return void (await this.#bodyOf(answer, 201));
    const made = await this.#send("PUT", "");
    if (made.status !== 204) await this.#bodyOf(made, 201);
    await this.#bodyOf(await this.#send("POST", "/messages", body), 201);
  }

  async remove({ id, popReceipt }: ReceivedMessage): Promise<Settled> {
    return this.#settled(await this.#send("DELETE", `/messages/${id}?popreceipt=${encodeURIComponent(popReceipt)}`));
  }

  async hide(message: ReceivedMessage, ms: number): Promise<Settled> {
    const query = `popreceipt=${encodeURIComponent(message.popReceipt)}&visibilitytimeout=${ms / 1_000}`;
    const answer = await this.#send("PUT", `/messages/${message.id}?${query}`);
    message.popReceipt = answer.headers.get("x-ms-popreceipt") ?? message.popReceipt;
    return this.#settled(answer);
  }

  async #settled(answer: Response): Promise<Settled> {
    if (answer.status === 404 || answer.headers.get("x-ms-error-code") === "PopReceiptMismatch") return "taken";
    await this.#bodyOf(answer, 204);
    return "done";
  }

  async #bodyOf(answer: Response, status: number): Promise<string> {
    const body = await answer.text();
    if (answer.status === status) return body;
    throw new Error(`Expected ${status} of the queue ${this.#queue}, got ${answer.status} ${body}`);
  }

  #send(method: string, path: string, body = ""): Promise<Response> {
    const { account } = this.#storage;
    const url = new URL(`http://127.0.0.1:10001/${account.name}/${this.#queue}${path}`);
    const dated = { "x-ms-date": new Date(this.#now()).toUTCString(), "x-ms-version": "2024-11-04" };
    const length = String(Buffer.byteLength(body));
    const headers: Record<string, string> = body === "" ? dated : { ...dated, "content-length": length };
    const authorization = `SharedKey ${account.name}:${signature(account, method, url, headers)}`;
    const content = body === "" ? {} : { body: Buffer.from(body) };
    return this.#storage.fetch(new Request(url, { method, headers: { ...headers, authorization }, ...content }));
  }
}

/** @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
function signature(
  account: QueueStorage["account"],
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
): string {
  const own = Object.entries(headers).filter(([name]) => name.startsWith("x-ms-"));
  const query = [...url.searchParams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `\n${name}:${value}`);
  // Of the eleven headers that have a line each, a request of this client has only the length.
  const text = [
    ...[method, "", "", headers["content-length"] ?? "", "", "", "", "", "", "", "", ""],
    ...own.map(([name, value]) => `${name}:${value}`),
    `/${account.name}${url.pathname}${query.join("")}`,
  ].join("\n");
  return createHmac("sha256", Buffer.from(account.key, "base64")).update(text).digest("base64");
}

function messageIn(xml: string): ReceivedMessage {
  const text = (element: string) => textOf(element, xml) ?? "";
  return {
    id: text("MessageId"),
    text: text("MessageText"),
    dequeueCount: Number(text("DequeueCount")),
    insertedAtMs: Date.parse(text("InsertionTime")),
    expiresAtMs: Date.parse(text("ExpirationTime")),
    nextVisibleAtMs: Date.parse(text("TimeNextVisible")),
    popReceipt: text("PopReceipt"),
  };
}
