import { decodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { type DroverEvent, sequenceOf } from "../../lib/contracts/event.ts";
import type {
  Delivery,
  HandlerContext,
  MessageHandler,
  OutgoingMessage,
  QueueSender,
  ReadableBus,
  StoredEvent,
  Version,
} from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { deliverEventQueue, type SinkConfiguration, type SinkRecord, type Sinks } from "../../lib/contracts/sink.ts";
import { createDeliverHandler, type DeliverOptions } from "../../lib/sinks/deliver.ts";
import { dispatch } from "../../lib/sinks/dispatch.ts";
import type { Post, Posted, PostRequest } from "../../lib/sinks/post.ts";
import { type SinkLedger, sinkStoreOf } from "../../lib/sinks/store.ts";
import { recordingLog } from "../platforms/local/manual-time.ts";
import { SeededRandomness, VirtualClock } from "../simulation/virtual-clock.ts";

/** Of the public test suites of Standard Webhooks. */
export const publicSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const otherSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

export function eventOf(number: number, over: Partial<DroverEvent> = {}): DroverEvent {
  return {
    specversion: "1.0",
    id: `operation${number}-3-0`,
    source: "/drover",
    type: "drover.operation.succeeded",
    subject: `operation${number}`,
    time: "2026-11-21T09:00:00.000Z",
    datacontenttype: "application/json",
    sequence: sequenceOf(3, 0),
    correlationid: `release ${number} "ö" \u{1F40E} 100%`,
    data: { requestType: "drover.heat.deploy", connection: "otc", labels: { team: "hvac" }, outcome: "succeeded" },
    ...over,
  };
}

export function sinkOf(over: Partial<SinkConfiguration> = {}): SinkConfiguration {
  return {
    url: "https://crm.example/hooks?token=in-the-url",
    secrets: ["vault:crm"],
    contentMode: "structured",
    allowPrivateAddresses: false,
    timeout: "PT15S",
    ...over,
  };
}

/** Rows as text under versions, as any ledger keeps them. */
export class MemoryLedger implements SinkLedger {
  readonly rows = new Map<string, { readonly text: string; readonly version: number }>();
  writes = 0;
  /** Called before each write: what throws or writes here is a fault or a rival. */
  beforeWrite: (key: string) => void = () => {};
  /** The write lands and its answer is lost. */
  loseReply = false;

  async create(key: string, record: SinkRecord): Promise<Version | undefined> {
    this.beforeWrite(key);
    return this.rows.has(key) ? undefined : this.#put(key, record, 0);
  }

  async read(key: string) {
    const row = this.rows.get(key);
    return row && { record: JSON.parse(row.text) as SinkRecord, version: String(row.version) };
  }

  async write(key: string, record: SinkRecord, expected: Version): Promise<Version | undefined> {
    this.beforeWrite(key);
    const row = this.rows.get(key);
    return row && String(row.version) === expected ? this.#put(key, record, row.version) : undefined;
  }

  #put(key: string, record: SinkRecord, version: number): Version {
    this.writes += 1;
    this.rows.set(key, { text: JSON.stringify(record), version: version + 1 });
    if (this.loseReply) throw new Error("the reply was lost");
    return String(version + 1);
  }
}

export class MemoryBus implements Pick<ReadableBus, "read" | "onCommit"> {
  readonly stored: StoredEvent[] = [];
  readonly reads: number[] = [];
  readonly #listeners = new Set<() => void>();
  /** Positions have gaps, as those of a real bus do. */
  #position = 4;

  publish(...events: readonly DroverEvent[]): void {
    for (const event of events) {
      this.#position += 3;
      this.stored.push({ position: this.#position, event });
    }
    for (const listener of this.#listeners) listener();
  }

  async read(after: number, limit: number): Promise<readonly StoredEvent[]> {
    this.reads.push(limit);
    return this.stored.filter(({ position }) => position > after).slice(0, limit);
  }

  onCommit(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

interface Held {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly dueAt: number;
  readonly receives: number;
}

/** A system of sinks on virtual time: bus, queue, rows, and a network that answers what a test says. */
export class System {
  readonly clock = new VirtualClock(Date.UTC(2026, 10, 21, 9));
  readonly randomness = new SeededRandomness(1);
  readonly log = recordingLog();
  readonly ledger = new MemoryLedger();
  readonly store = sinkStoreOf(this.ledger);
  readonly bus = new MemoryBus();
  readonly secrets = new Map([
    ["vault:crm", publicSecret],
    ["vault:crm-old", otherSecret],
  ]);
  readonly sent: OutgoingMessage[] = [];
  readonly requests: { readonly at: number; readonly request: PostRequest }[] = [];
  readonly receives: number[] = [];
  sinks: Sinks;
  held: Held[] = [];
  answer: (request: PostRequest) => Posted | Promise<Posted> = () => ({ kind: "answered", status: 200, bytes: 0 });
  maxDelayMs = 28 * 86_400_000;
  beforeSend: () => void = () => {};
  atOnce: DeliverOptions["atOnce"];
  telemetry: DeliverOptions["telemetry"];
  #ids = 0;

  constructor(sinks: Sinks = { crm: sinkOf() }) {
    this.sinks = sinks;
  }

  readonly post: Post = async (request) => {
    this.requests.push({ at: this.clock.now(), request });
    return this.answer(request);
  };

  get queue(): QueueSender {
    return {
      maxDelayMs: this.maxDelayMs,
      send: async (messages) => {
        this.beforeSend();
        for (const { queue, body, delayMs = 0 } of messages) {
          if (delayMs > this.maxDelayMs) throw new Error(`a delay of ${delayMs} ms is too long`);
          this.#ids += 1;
          this.sent.push({ queue, body, delayMs });
          this.held.push({ id: `m${this.#ids}`, queue, body, dueAt: this.clock.now() + delayMs, receives: 0 });
        }
      },
    };
  }

  get options() {
    const { sinks, store, bus, queue, clock, randomness, log, post } = this;
    const readSecret = async (reference: string) => {
      const value = this.secrets.get(reference);
      if (value === undefined) throw new Error(`no secret, but here is another: ${publicSecret}`);
      return new Secret(value);
    };
    const atOnce = this.atOnce === undefined ? {} : { atOnce: this.atOnce };
    const { telemetry } = this;
    return { sinks, store, bus, queue, clock, randomness, log, post, readSecret, telemetry, ...atOnce };
  }

  dispatch(over: { readonly pageSize?: number; readonly pagesPerRun?: number } = {}) {
    return dispatch({ ...this.options, ...over });
  }

  async row(name = "crm"): Promise<SinkRecord | undefined> {
    return (await this.store.read(name))?.record;
  }

  /** Dead letters as the host wrote them. */
  get letters() {
    const queue = `${deliverEventQueue}-dead-letters`;
    return this.held.filter((one) => one.queue === queue).map(({ body }) => decodeDeadLetter(body));
  }

  /** Delivers what is due until the time is over or nothing is left; returns how many deliveries there were. */
  async run(forMs = 0, handler: MessageHandler = createDeliverHandler(this.options)): Promise<number> {
    const endAt = this.clock.now() + forMs;
    for (let deliveries = 0; ; deliveries += 1) {
      const [next] = this.held.filter(({ queue }) => queue === deliverEventQueue).sort((a, b) => a.dueAt - b.dueAt);
      if (!next || next.dueAt > endAt) return deliveries;
      if (next.dueAt > this.clock.now()) this.clock.advance(next.dueAt - this.clock.now());
      this.held = this.held.filter((one) => one !== next);
      await this.deliver(next, handler);
    }
  }

  async deliver(message: Held, handler: MessageHandler, context: HandlerContext = contextOf()): Promise<void> {
    const { id, queue, body } = message;
    const receives = message.receives + 1;
    const delivery: Delivery = { id, queue, body, receives, sentAt: this.clock.now() };
    this.receives.push(receives);
    const settlement = await handler(delivery, context);
    if (settlement.kind === "release") {
      this.held.push({ ...message, receives, dueAt: this.clock.now() + settlement.delayMs });
    } else if (settlement.kind === "dead-letter") {
      const letter = { v: 1, queue, id, body, receives, cause: settlement.cause, at: this.clock.now() };
      this.held.push({ ...message, queue: `${queue}-dead-letters`, body: JSON.stringify(letter) });
    }
  }
}

export function contextOf(signal: AbortSignal = new AbortController().signal, leftMs = 60_000): HandlerContext {
  return { signal, remainingMs: () => leftMs };
}

export const answered = (status: number, retryAfter?: string): Posted => ({
  kind: "answered",
  status,
  bytes: 0,
  ...(retryAfter === undefined ? {} : { retryAfter }),
});
