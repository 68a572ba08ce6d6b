import { encodeDeadLetter } from "../../../lib/contracts/dead-letter.ts";
import { messageOf } from "../../../lib/contracts/errors.ts";
import { type Delivery, deadLetterQueueOf, type Settlement } from "../../../lib/contracts/ports.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import type { Functions } from "./functions.ts";
import type { HostProfile } from "./host-profile.ts";
import { type Io, type Work, within } from "./io.ts";
import { Processes, type Role } from "./processes.ts";
import { bodyRead } from "./releases.ts";
import type { SimProcess } from "./sim-process.ts";
import type { FleetStore, QueuedMessage } from "./store.ts";
import type { Timeline } from "./timeline.ts";
import type { Watcher } from "./watcher.ts";

/** Behind a dead-letter queue there is no other one. */
const deadLetters = "-dead-letters";
const longestReleaseMs = 15 * 60_000;

/** How queues misbehave beyond what they promise. */
export interface QueueTemper {
  /** Longest time by which a message comes later than asked for. */
  jitterMs: number;
  /** Chance that a delivery is handed out twice at once, or once more after it was acknowledged. */
  duplicates: number;
  /** Messages that may still be doubled: doubling every poll of a chain would double the chain each time. */
  duplicatesLeft: number;
}

export interface HostParts {
  readonly timeline: Timeline;
  readonly store: FleetStore;
  readonly profile: HostProfile;
  readonly random: SeededRandomness;
  readonly temper: QueueTemper;
  readonly spawn: (name: string) => SimProcess;
  readonly open: (process: SimProcess) => { readonly functions: Functions; readonly io: Io };
  readonly wallNow: () => number;
  readonly news: () => void;
  /** Whether what the message points to has moved on, so that only dropping it is left. */
  readonly isStale: (delivery: Delivery) => boolean;
  /** Called right before a message is acknowledged. */
  readonly acknowledging: (work: Work, delivery: Delivery, process: SimProcess) => void;
  readonly uncaught: (error: unknown) => void;
  readonly invoked?: Watcher["invoked"];
}

/** Time that a function has after its signal was aborted. */
const graceMs = 5_000;

/** What a host does between queues and functions: hands out, ends what takes too long, settles, gives up. */
export class Host {
  readonly #parts: HostParts;
  readonly processes: Processes;
  #ready: QueuedMessage[] = [];
  readonly #visibleAt = new Map<string, number>();

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.processes = new Processes(parts, () => this.#assign());
  }

  get isIdle(): boolean {
    return this.processes.running === 0 && this.#ready.length === 0;
  }

  /** A message was sent: it is shown when its time has come. */
  queued(message: QueuedMessage, delayMs: number): void {
    const { random, temper } = this.#parts;
    this.#show(message, delayMs + (temper.jitterMs > 0 ? random.below(temper.jitterMs) : 0));
  }

  /** Does something that no message asked for. Undefined result: it crashed, and nobody will answer. */
  run(role: Role, step: string, work: (functions: Functions) => Promise<unknown>): Promise<unknown> | undefined {
    const process = this.processes.of(role);
    if (!process) return undefined;
    const { functions } = this.#parts.open(process);
    return this.#counted(process, () => within({ step, done: { providerCalls: 0, writes: 0 } }, () => work(functions)));
  }

  /** Ends a process with all that it has in memory. What it was handed is shown again in time. */
  crash(process: SimProcess): void {
    const { profile, store, timeline } = this.#parts;
    this.processes.crash(process);
    if (!profile.hasJournal) return;
    // One machine: what was not flushed is lost, and after the restart no lease is waited for.
    store.crash();
    this.#ready = [];
    timeline.after(profile.restartMs, () => this.#recover());
  }

  /** Shows everything that is stored and not settled, as a machine does that has started again. */
  #recover(): void {
    this.#ready = [];
    for (const message of this.#parts.store.messages.values()) {
      const dueMs = message.receives > 0 ? 0 : (this.#visibleAt.get(message.id) ?? 0) - this.#parts.timeline.nowMs;
      this.#show(message, dueMs);
    }
  }

  #show(message: QueuedMessage, delayMs: number): void {
    const { timeline, store } = this.#parts;
    message.receipt += 1;
    const { receipt, id } = message;
    this.#visibleAt.set(id, timeline.nowMs + delayMs);
    timeline.after(delayMs, () => {
      if (store.messages.get(id) !== message || message.receipt !== receipt) return;
      this.#ready.push(message);
      this.#assign();
    });
  }

  #assign(): void {
    const { random, profile, store } = this.#parts;
    while (this.#ready.length > 0) {
      const process = this.processes.free();
      if (!process) return;
      const [first] = this.#ready.splice(random.below(this.#ready.length), 1);
      if (!first) return;
      const batch = [first];
      for (let index = 0; index < this.#ready.length && batch.length < profile.batch; index += 1) {
        const other = this.#ready[index];
        if (other?.queue === first.queue) batch.push(...this.#ready.splice(index--, 1));
      }
      const present = batch.filter((message) => store.messages.get(message.id) === message);
      if (present.length > 0) this.#deliver(process, present);
    }
  }

  #deliver(process: SimProcess, batch: readonly QueuedMessage[]): void {
    const { profile, timeline } = this.#parts;
    const { functions, io } = this.#parts.open(process);
    const endsAtMs = timeline.nowMs + profile.functionMs;
    const ended = this.#parts.invoked?.(batch[0]?.queue ?? "", batch.length, process.name);
    const over = new AbortController();
    const limit = timeline.at(endsAtMs - graceMs, () => process.enter(() => over.abort(new Error("the time is over"))));
    const kill = timeline.at(endsAtMs, () => {
      if (!profile.hasJournal && process.isAlive) this.crash(process);
    });
    const context = { signal: over.signal, remainingMs: () => endsAtMs - timeline.nowMs };
    const handled = batch.flatMap((message) => {
      const delivery = this.#receive(message);
      return delivery ? [this.#handle(process, functions, message, delivery, context)] : [];
    });
    const all = async () => {
      const settled = await Promise.all(handled);
      limit.cancelled = true;
      kill.cancelled = true;
      const settle = () => settled.forEach((apply) => void apply());
      if (settled.length > 0) await within({ step: "host", done: nothing() }, () => io("host", "settle", settle));
      ended?.();
    };
    this.#counted(process, all);
  }

  /** Undefined when it was received so often that the platform takes it away. */
  #receive(message: QueuedMessage): Delivery | undefined {
    const { profile, store, random, temper } = this.#parts;
    message.receives += 1;
    if (message.receives > profile.platformReceives && !message.queue.endsWith(deadLetters)) {
      store.removeMessage(message.id);
      store.send(deadLetterQueueOf(message.queue), message.body, this.#parts.wallNow(), 0);
      return undefined;
    }
    this.#show(message, profile.visibilityMs);
    if (temper.duplicatesLeft > 0 && random.fraction() < temper.duplicates) {
      temper.duplicatesLeft -= 1;
      this.#ready.push(message);
    }
    const { queue, id, body, receives, sentAt } = message;
    return { queue, id, body, receives, sentAt };
  }

  async #handle(
    process: SimProcess,
    functions: Functions,
    message: QueuedMessage,
    stored: Delivery,
    context: { readonly signal: AbortSignal; remainingMs(): number },
  ): Promise<() => void> {
    const delivery = { ...stored, body: bodyRead(process.release, stored.body) };
    const operation = /"operation":"([a-z2-7]+)"/.exec(delivery.body)?.[1];
    const work: Work = {
      step: delivery.queue,
      delivery: delivery.id,
      done: nothing(),
      isStale: this.#parts.isStale(delivery),
      ...(operation === undefined ? {} : { operation }),
    };
    const { receipt } = message;
    const settlement = await within(work, async (): Promise<Settlement> => {
      try {
        const handler = functions.handlers[delivery.queue];
        if (!handler) throw new Error(`No function behind queue ${delivery.queue}`);
        return await handler(delivery, context);
      } catch (error) {
        return { kind: "release", delayMs: 1_000 * 2 ** delivery.receives, cause: messageOf(error) };
      }
    });
    return () => {
      if (settlement.kind === "acknowledge") this.#parts.acknowledging(work, delivery, process);
      this.#settle(message, receipt, settlement);
    };
  }

  #settle(message: QueuedMessage, receipt: number, settlement: Settlement): void {
    const { store, profile, random, temper } = this.#parts;
    if (store.messages.get(message.id) !== message) return;
    if (message.receipt !== receipt && !(profile.oldReceiptsCount && settlement.kind === "acknowledge")) return;
    const isLast = message.queue.endsWith(deadLetters);
    if (settlement.kind === "release" && (isLast || message.receives < profile.receiveLimit)) {
      this.#show(message, Math.min(settlement.delayMs, longestReleaseMs));
      return;
    }
    store.removeMessage(message.id);
    if (settlement.kind === "acknowledge") {
      if (temper.duplicatesLeft <= 0 || random.fraction() >= temper.duplicates) return;
      temper.duplicatesLeft -= 1;
      store.insert({ ...message }, 1_000 + random.below(120_000));
      return;
    }
    const { queue, id, body, receives } = message;
    const letter = encodeDeadLetter({
      ...{ queue, id, body, receives },
      cause: settlement.cause,
      at: this.#parts.wallNow(),
    });
    store.send(deadLetterQueueOf(queue), letter, this.#parts.wallNow(), 0);
  }

  async #counted(process: SimProcess, run: () => Promise<unknown>): Promise<unknown> {
    process.running += 1;
    this.#parts.news();
    try {
      return await run();
    } catch (error) {
      this.#parts.uncaught(error);
      return undefined;
    } finally {
      if (process.isAlive) process.running -= 1;
      this.#parts.news();
      if (process.isAlive) this.#assign();
    }
  }
}

const nothing = () => ({ providerCalls: 0, writes: 0 });
