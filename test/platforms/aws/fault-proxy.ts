import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * An HTTP proxy on loopback between an SDK's client and an emulator, with scripted faults.
 *
 *     const proxy = await startFaultProxy(emulator.url);
 *     onTestFinished(() => proxy.close());
 *     const client = new DynamoDBClient({ endpoint: proxy.url, … });
 *     const rule = proxy.on(byTarget("PutItem"), { kind: "drop-after" });            // the next PutItem only
 *     proxy.on(byTarget("GetItem"), throttle("ThrottlingException"), { times: 3 });
 *     proxy.on(() => true, { kind: "delay", ms: 300, side: "after" }, { times: Number.POSITIVE_INFINITY, skip: 2 });
 *     …
 *     expect(rule.hits).toBe(1);
 *     expect(proxy.log.map((entry) => entry.operation)).toEqual(["PutItem", "PutItem"]);
 *
 * The first rule that fits and has uses left decides; without one a request is forwarded as it is, `host` header included.
 * What is forwarded reaches the emulator even when the client has given up by then, as on a real network.
 */
export type ProxyFault =
  /** Answers without forwarding. */
  | AnswerFault
  /** Destroys the socket without forwarding: the request never arrived. */
  | { readonly kind: "drop-before" }
  /** Forwards, waits for the whole answer, then destroys the socket: the request took effect and its answer is lost. */
  | { readonly kind: "drop-after" }
  /** Waits before it forwards (the default), or between the emulator's answer and the client. Real time: keep it short. */
  | { readonly kind: "delay"; readonly ms: number; readonly side?: "before" | "after" }
  /** Forwards, then never answers: the client runs into its own time limit. */
  | { readonly kind: "hang-after" };

export interface AnswerFault {
  readonly kind: "answer";
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ProxiedRequest {
  /** 1 for the first request of this proxy. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What follows the dot in `x-amz-target`, e.g. `PutItem`; empty without that header. */
  readonly operation: string;
  readonly body: string;
}

export interface LoggedRequest extends ProxiedRequest {
  /** What the client got: a status, or nothing (yet). */
  readonly answered: number | undefined;
  /** What the emulator said; undefined when it was not asked or has not said it yet. */
  readonly upstream: { readonly status: number; readonly body: string } | undefined;
  readonly fault: ProxyFault["kind"] | undefined;
}

export interface FaultRule {
  /** How often it was applied. */
  readonly hits: number;
  /** Takes it back. */
  remove(): void;
}

export interface FaultProxy {
  /** Without a slash at its end. */
  readonly url: string;
  /** Every request since the start or the last `clearLog`, in order of arrival. */
  readonly log: readonly LoggedRequest[];
  clearLog(): void;
  /** @param options.times uses, 1 when absent; `skip`: requests that fit and are let through first, 0 when absent */
  on(
    fits: (request: ProxiedRequest) => boolean,
    fault: ProxyFault,
    options?: { readonly times?: number; readonly skip?: number },
  ): FaultRule;
  /** Ends every connection; what hangs is dropped. */
  close(): Promise<void>;
}

/** Fits requests of the JSON protocols by the end of their `x-amz-target`. */
export const byTarget =
  (...operations: readonly string[]) =>
  (request: ProxiedRequest) =>
    operations.includes(request.operation);

/** An answer of the AWS JSON protocols that refuses the request. */
export function refusal(
  status: number,
  code: string,
  message = "refused by the test",
  namespace = "com.amazonaws.dynamodb.v20120810",
): AnswerFault {
  const body = JSON.stringify({ __type: `${namespace}#${code}`, message });
  return {
    kind: "answer",
    status,
    body,
    headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "proxy-request" },
  };
}

export const throttle = (code = "ThrottlingException", status = 400) => refusal(status, code, "Rate exceeded");

interface Rule {
  readonly fits: (request: ProxiedRequest) => boolean;
  readonly fault: ProxyFault;
  left: number;
  skip: number;
  hits: number;
}

type Entry = { -readonly [Name in keyof LoggedRequest]: LoggedRequest[Name] };

export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const to = new URL(upstream);
  const rules: Rule[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let log: Entry[] = [];
  let count = 0;

  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });

  function faultOf(entry: ProxiedRequest): ProxyFault | undefined {
    for (const rule of rules) {
      if (rule.left <= 0 || !rule.fits(entry)) continue;
      if (rule.skip > 0) {
        rule.skip -= 1;
        continue;
      }
      rule.left -= 1;
      rule.hits += 1;
      return rule.fault;
    }
    return undefined;
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await bytesOf(incoming);
    const body = bytes.toString("utf8");
    count += 1;
    const { method = "", url: path = "", headers } = incoming;
    const operation = String(headers["x-amz-target"] ?? "")
      .split(".")
      .slice(1)
      .join(".");
    const seen = { number: count, method, path, headers, operation, body };
    const fault = faultOf(seen);
    const entry: Entry = { ...seen, fault: fault?.kind, answered: undefined, upstream: undefined };
    log.push(entry);
    if (fault?.kind === "drop-before") return void incoming.socket.destroy();
    if (fault?.kind === "answer") return answer(entry, response, fault.status, Buffer.from(fault.body), fault.headers);
    if (fault?.kind === "delay" && fault.side !== "after") await wait(fault.ms);
    const got = await forward(entry, bytes);
    entry.upstream = { status: got.status, body: got.bytes.toString("utf8") };
    if (fault?.kind === "hang-after") return;
    if (fault?.kind === "drop-after") return void incoming.socket.destroy();
    if (fault?.kind === "delay" && fault.side === "after") await wait(fault.ms);
    answer(entry, response, got.status, got.bytes, got.headers);
  }

  async function forward({ method, path, headers }: ProxiedRequest, bytes: Buffer) {
    const outgoing = request({ host: to.hostname, port: to.port, method, path, headers });
    outgoing.end(bytes);
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    return { status: incoming.statusCode ?? 502, headers: incoming.headers, bytes: await bytesOf(incoming) };
  }

  const server = createServer((incoming, response) => {
    // An emulator that is gone looks like a broken connection to the client.
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get log() {
      return log;
    },
    clearLog: () => {
      log = [];
    },
    on(fits, fault, { times = 1, skip = 0 } = {}) {
      const rule: Rule = { fits, fault, left: times, skip, hits: 0 };
      rules.push(rule);
      const remove = () => {
        rule.left = 0;
      };
      return {
        get hits() {
          return rule.hits;
        },
        remove,
      };
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}

function answer(
  entry: Entry,
  response: ServerResponse,
  status: number,
  bytes: Buffer,
  headers: Readonly<Record<string, string | string[] | undefined>> = {},
): void {
  if (response.destroyed) return;
  entry.answered = status;
  const { "transfer-encoding": _chunked, connection: _connection, ...kept } = headers;
  response.writeHead(status, { ...kept, "content-length": bytes.length }).end(bytes);
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
