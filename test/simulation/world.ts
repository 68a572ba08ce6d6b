import { encodeDeadLetter } from "../../lib/contracts/dead-letter.ts";
import { messageOf, RetryableError } from "../../lib/contracts/errors.ts";
import {
  type Delivery,
  deadLetterQueueOf,
  type Log,
  type MessageHandler,
  type Ports,
  type Settlement,
} from "../../lib/contracts/ports.ts";
import { type HeldMessage, MemoryStore } from "./memory-store.ts";
import { pendingCrypto } from "./pending-crypto.ts";
import { SeededRandomness, VirtualClock } from "./virtual-clock.ts";

/** What goes wrong at one I/O of the run, counted from 1. */
export type Fault =
  | { readonly kind: "crash-before" | "crash-after" | "reply-lost" }
  /** Applied, but the answer comes late. */
  | { readonly kind: "late-reply"; readonly byMs: number }
  /** The process is frozen before the call goes out. */
  | { readonly kind: "frozen"; readonly byMs: number };

export interface WorldOptions {
  /** `cloud`: every delivery is a process of its own and each answered write is durable; `local`: one process that loses what it has not flushed. */
  readonly mode: "cloud" | "local";
  readonly seed?: number;
  readonly faults?: ReadonlyMap<number, Fault>;
  /** How often each message is delivered beyond the first time. */
  readonly duplicates?: "none" | "concurrent" | "late";
  readonly startAt?: number;
  readonly sweepEveryMs?: number;
  readonly visibilityMs?: number;
  readonly receiveLimit?: number;
  readonly maxDelayMs?: number;
}

export interface Functions {
  readonly handlers: Readonly<Record<string, MessageHandler>>;
  readonly sweep: () => Promise<unknown>;
}

/** Calls back into the world for each I/O, so that a fault can be put before, after or instead of it. */
export type Io = <Value>(label: string, apply: () => Value | Promise<Value>) => Promise<Value>;

const never = new Promise<never>(() => {});
const functionMs = 120_000;

/** All ports in one process on virtual time, with crashes: a crashed process is one whose promises never settle. */
export class World {
  readonly clock: VirtualClock;
  readonly randomness: SeededRandomness;
  readonly store = new MemoryStore();
  readonly options: WorldOptions;
  readonly trace: string[] = [];
  readonly logged: string[] = [];
  /** Called after each I/O: where invariants are checked. */
  afterIo: (label: string) => void = () => {};
  #durable = new MemoryStore();
  #epoch = 0;
  #deadProcesses = new Set<string>();
  #processes = 0;
  #inFlight = new Map<string, number>();
  #running = 0;
  #nextSweepAt: number;
  #local: Functions | undefined;
  readonly #functionsOf: (ports: Ports, io: Io) => Functions;

  constructor(options: WorldOptions, functionsOf: (ports: Ports, io: Io) => Functions) {
    this.options = options;
    this.clock = new VirtualClock(options.startAt ?? Date.UTC(2026, 10, 21));
    this.randomness = new SeededRandomness(options.seed ?? 1);
    this.#functionsOf = functionsOf;
    this.#nextSweepAt = this.clock.now() + this.#sweepEveryMs;
  }

  get #sweepEveryMs(): number {
    return this.options.sweepEveryMs ?? 30_000;
  }

  /** Ports of a process that never crashes: for what people and tests do from outside. */
  get outside(): Ports {
    return this.#ports((_label, apply) => Promise.resolve().then(apply));
  }

  /** Runs until `done` holds with nothing under way, or the virtual time is over. */
  async run(done: () => boolean, forMs: number): Promise<boolean> {
    const endAt = this.clock.now() + forMs;
    for (;;) {
      await this.settle();
      if (this.#deliverDue()) continue;
      if (this.clock.now() >= this.#nextSweepAt) {
        this.#nextSweepAt = this.clock.now() + this.#sweepEveryMs;
        this.#start((functions) => functions.sweep());
        continue;
      }
      if (this.#running === 0 && done()) return true;
      if (this.clock.now() >= endAt) return false;
      // What was written before time passes is on disk by then: the group commit is milliseconds away.
      if (this.options.mode === "local") this.#durable = this.store.snapshot();
      this.clock.advance(Math.max(1, Math.min(this.#nextIn(), endAt - this.clock.now())));
    }
  }

  /** Makes what is stored now survive a crash. */
  keep(): void {
    this.#durable = this.store.snapshot();
  }

  /** Returns when nothing goes on any more until time passes. */
  async settle(): Promise<void> {
    // What waits for nothing but promises is done after one turn of the event loop; the body of a request can take another.
    const isQuiet = (seen: number) => seen === this.trace.length && pendingCrypto() === 0;
    for (let quiet = 0, seen = -1; quiet < 2; quiet = isQuiet(seen) ? quiet + 1 : 0) {
      seen = this.trace.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #nextIn(): number {
    const now = this.clock.now();
    const waiting = [...this.store.messages.values()].map((message) => message.visibleAt - now);
    return Math.min(this.clock.nextTimerIn() ?? Number.POSITIVE_INFINITY, this.#nextSweepAt - now, ...waiting);
  }

  #deliverDue(): boolean {
    const now = this.clock.now();
    const due = [...this.store.messages.values()].filter((message) => message.visibleAt <= now);
    for (const message of due) {
      message.receives += 1;
      message.visibleAt = now + (this.options.visibilityMs ?? 60_000);
      this.#deliver(message);
      if (this.options.duplicates === "concurrent" && !isFollowUpPoll(message)) this.#deliver(message);
    }
    return due.length > 0;
  }

  #deliver(message: HeldMessage): void {
    const delivery: Delivery = { ...message };
    this.#start(async (functions) => {
      const handler = functions.handlers[message.queue];
      if (!handler) throw new Error(`No function behind queue ${message.queue}`);
      const endsAt = this.clock.now() + functionMs;
      const context = { signal: new AbortController().signal, remainingMs: () => endsAt - this.clock.now() };
      let settlement: Settlement;
      try {
        settlement = await handler(delivery, context);
      } catch (error) {
        settlement = { kind: "release", delayMs: 1000 * 2 ** delivery.receives, cause: messageOf(error) };
      }
      return () => this.#settle(delivery, settlement);
    });
  }

  #settle(delivery: Delivery, settlement: Settlement): void {
    const message = this.store.messages.get(delivery.id);
    if (!message) return;
    if (settlement.kind === "release" && delivery.receives < (this.options.receiveLimit ?? 5)) {
      message.visibleAt = this.clock.now() + settlement.delayMs;
      return;
    }
    this.store.messages.delete(delivery.id);
    const again = this.options.duplicates === "late" && !isFollowUpPoll(message);
    if (again && settlement.kind === "acknowledge" && delivery.receives === 1) {
      this.store.messages.set(delivery.id, { ...message, visibleAt: this.clock.now() + 1500, receives: 1 });
    }
    if (settlement.kind !== "acknowledge") {
      const { queue, id, body, receives } = delivery;
      const letter = encodeDeadLetter({ queue, id, body, receives, cause: settlement.cause, at: this.clock.now() });
      this.store.send(deadLetterQueueOf(queue), letter, this.clock.now(), 0);
    }
  }

  /** Starts a function: in the cloud as a process of its own, locally in the one that lives. */
  #start(work: (functions: Functions) => Promise<(() => void) | unknown>): void {
    const local = this.options.mode === "local";
    this.#processes += 1;
    const process = local ? `local-${this.#epoch}` : `p${this.#processes}`;
    const io: Io = (label, apply) => this.#io(process, label, apply);
    if (local) this.#local ??= this.#functionsOf(this.#ports(io), io);
    const functions = this.#local ?? this.#functionsOf(this.#ports(io), io);
    this.#running += 1;
    this.#inFlight.set(process, (this.#inFlight.get(process) ?? 0) + 1);
    work(functions).then(
      (after) => this.#ended(process, after),
      (error: unknown) => {
        this.logged.push(`uncaught: ${messageOf(error)}`);
        this.#ended(process, undefined);
      },
    );
  }

  #ended(process: string, after: unknown): void {
    if (this.#deadProcesses.has(process)) return;
    this.#running -= 1;
    this.#inFlight.set(process, (this.#inFlight.get(process) ?? 1) - 1);
    if (typeof after === "function") after();
  }

  #crash(process: string): void {
    this.#deadProcesses.add(process);
    this.#running -= this.#inFlight.get(process) ?? 0;
    this.#inFlight.delete(process);
    if (this.options.mode !== "local") return;
    this.store.restore(this.#durable);
    this.#epoch += 1;
    this.#local = undefined;
    for (const message of this.store.messages.values()) {
      if (message.receives > 0) message.visibleAt = Math.min(message.visibleAt, this.clock.now());
    }
  }

  async #io<Value>(process: string, label: string, apply: () => Value | Promise<Value>): Promise<Value> {
    if (this.#deadProcesses.has(process)) return never;
    this.trace.push(label);
    const fault = this.options.faults?.get(this.trace.length);
    if (fault?.kind === "crash-before") {
      this.#crash(process);
      return never;
    }
    if (fault?.kind === "frozen") await this.clock.sleep(fault.byMs);
    if (this.#deadProcesses.has(process)) return never;
    const value = await apply();
    this.afterIo(label);
    if (fault?.kind === "crash-after") {
      this.#crash(process);
      return never;
    }
    if (fault?.kind === "reply-lost") throw new RetryableError(`The reply to ${label} was lost`);
    if (fault?.kind === "late-reply") await this.clock.sleep(fault.byMs);
    return this.#deadProcesses.has(process) ? never : value;
  }

  #ports(io: Io): Ports {
    const { store, clock } = this;
    const keep = (level: string) => (message: string) => void this.logged.push(`${level}: ${message}`);
    const log: Log = { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
    return {
      clock,
      randomness: this.randomness,
      log,
      ledger: {
        create: (key, record) => io(`ledger.create ${kindOf(key)}`, () => store.create(key, record)),
        read: (key) => io(`ledger.read ${kindOf(key)}`, () => store.read(key)),
        write: (key, record, expected) => io(`ledger.write ${kindOf(key)}`, () => store.write(key, record, expected)),
        remove: (key, expected) => io(`ledger.remove ${kindOf(key)}`, () => store.remove(key, expected)),
        due: async (now, limit) => store.due(now, limit),
        listOperations: async (filter, limit, cursor) => store.list(filter, limit, cursor),
        listByPrefix: async (prefix) => ({
          items: [...store.rows.keys()].filter((key) => key.startsWith(prefix)).flatMap((key) => store.read(key) ?? []),
        }),
        durable: () =>
          io("ledger.durable", () => {
            if (this.options.mode === "local") this.#durable = store.snapshot();
          }),
      },
      queue: {
        maxDelayMs: this.options.maxDelayMs ?? 7 * 86_400_000,
        send: (messages) =>
          io(`queue.send ${messages.map((message) => message.queue).join(",")}`, () => {
            for (const { queue, body, delayMs } of messages) store.send(queue, body, clock.now(), delayMs ?? 0);
          }),
      },
      bus: {
        publish: (events) =>
          io(`bus.publish ${events.map((event) => event.type.split(".").at(-1)).join(",")}`, () => {
            store.events.push(...events);
          }),
      },
    };
  }
}

/** Doubling every poll of a chain would double the chain each time; doubling its first poll makes twins that live to the next checkpoint. */
const isFollowUpPoll = (message: HeldMessage) => /"n":[1-9]/.test(message.body);

const kindOf = (key: string) => key.slice(0, key.indexOf("/"));
