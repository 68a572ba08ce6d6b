import type { IncomingMessage } from "node:http";

export interface Limits {
  /** Stands in for a `Host` header that is missing or odd. */
  readonly origin: string;
  readonly maxBodyBytes: number;
}

export class BodyTooLarge extends Error {}

/** Host names, addresses and ports; anything else in a `Host` header is not taken into a URL. */
const HOST = /^[\w.[\]:-]+$/;

/**
 * A `Request` that costs next to nothing until it is asked: building a real one takes about as long as answering it. What handlers
 * use is made when first read; the rest comes from a real request, also made when first read.
 */
export class LoopbackRequest implements Request {
  readonly #incoming: IncomingMessage;
  readonly #limits: Limits;
  readonly #controller = new AbortController();
  #headers: Headers | undefined;
  #real: Request | undefined;
  #bodyRead = false;

  readonly duplex = "half";

  constructor(incoming: IncomingMessage, limits: Limits) {
    this.#incoming = incoming;
    this.#limits = limits;
  }

  clientLeft(): void {
    this.#controller.abort(new DOMException("The client closed the connection", "AbortError"));
  }

  get method(): string {
    return this.#incoming.method ?? "GET";
  }
  get url(): string {
    const { url = "/", headers } = this.#incoming;
    if (!url.startsWith("/")) return url;
    const { host } = headers;
    return (host !== undefined && HOST.test(host) ? `http://${host}` : this.#limits.origin) + url;
  }
  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = new Headers();
      const raw = this.#incoming.rawHeaders;
      for (let i = 0; i < raw.length; i += 2) this.#headers.append(raw[i] ?? "", raw[i + 1] ?? "");
    }
    return this.#headers;
  }
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
  get bodyUsed(): boolean {
    return this.#real?.bodyUsed ?? this.#bodyRead;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#real !== undefined) return new Uint8Array(await this.#real.arrayBuffer());
    if (this.#bodyRead) throw new TypeError("Body is unusable: Body has already been read");
    this.#bodyRead = true;
    return readAll(this.#incoming, this.#limits.maxBodyBytes);
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#whole().body;
  }
  blob = (): ReturnType<Request["blob"]> => this.#whole().blob();
  formData = (): ReturnType<Request["formData"]> => this.#whole().formData();
  clone = (): Request => this.#whole().clone();
  get cache(): Request["cache"] {
    return this.#whole().cache;
  }
  get credentials(): Request["credentials"] {
    return this.#whole().credentials;
  }
  get destination(): Request["destination"] {
    return this.#whole().destination;
  }
  get integrity(): string {
    return this.#whole().integrity;
  }
  get keepalive(): boolean {
    return this.#whole().keepalive;
  }
  get mode(): Request["mode"] {
    return this.#whole().mode;
  }
  get redirect(): Request["redirect"] {
    return this.#whole().redirect;
  }
  get referrer(): string {
    return this.#whole().referrer;
  }
  get referrerPolicy(): Request["referrerPolicy"] {
    return this.#whole().referrerPolicy;
  }

  #whole(): Request {
    if (this.#real === undefined) {
      const { method, url, headers, signal } = this;
      const bodiless = method === "GET" || method === "HEAD";
      const body = bodiless || this.#bodyRead ? null : bounded(this.#incoming, this.#limits.maxBodyBytes);
      this.#real = new Request(url, { method, headers, signal, body, duplex: "half" });
    }
    return this.#real;
  }
}

// So that `request instanceof Request` holds, without the cost of the real constructor.
Object.setPrototypeOf(LoopbackRequest.prototype, Request.prototype);

/** Events rather than an async iterator: bodies are small and this is the hot path. */
function readAll(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    incoming.on("data", (piece: Buffer) => {
      length += piece.length;
      if (length > maxBytes) reject(new BodyTooLarge());
      else pieces.push(piece);
    });
    incoming.once("error", reject).once("end", () => {
      const bytes = new Uint8Array(length);
      let offset = 0;
      for (const piece of pieces) {
        bytes.set(piece, offset);
        offset += piece.length;
      }
      resolve(bytes);
    });
  });
}

async function* bounded(incoming: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const piece of incoming) {
    length += piece.length;
    if (length > maxBytes) throw new BodyTooLarge();
    yield piece;
  }
}
