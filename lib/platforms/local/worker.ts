import { messageOf } from "../../contracts/errors.ts";
import type { MessageHandler, ReceivedDelivery, Settlement } from "../../contracts/ports.ts";
import { RunningDelivery } from "./delivery.ts";
import type { LocalPlatform } from "./platform.ts";
import { Settler } from "./settler.ts";
import type { Cancel } from "./timers.ts";

const defaultConcurrency = 64;
const defaultLimitMs = 60_000;
/** Time that a handler has to come back after its signal was aborted. */
const defaultGraceMs = 5_000;
const defaultReceiveLimit = 5;
/** Deliveries taken from one queue before the next queue's turn. */
const batch = 8;
/** Deliveries begun before the event loop gets a turn: sockets, timers and the next commit wait behind them. */
const perTurn = 32;
/** Time that running handlers get when the worker is stopped. */
const defaultStopMs = 10_000;
/** How often time limits are looked at: one timer for all deliveries. */
const tickMs = 1_000;
/** Time until another look at a message that is ready and not handed out: something that is being handled has to end first. */
const heldBackMs = 20;
/** Longest time without a look at the clock: it may have jumped ahead meanwhile. */
const longestWaitMs = 60_000;
/** Time until another try to receive after one that failed. */
const failedMs = 1_000;
/** A delivery is shown again this long after the worker must have settled it: only when the process was frozen. */
const visibilityMarginMs = 60_000;

export interface WorkerOptions {
  readonly platform: Pick<LocalPlatform, "queue" | "clock" | "timers" | "log" | "health" | "onHealth" | "commitNow">;
  /** The handler of each queue that is received from. */
  readonly handlers: Readonly<Record<string, MessageHandler>>;
  /** Messages handled at the same time, all queues together. Default 64. */
  readonly concurrency?: number;
  /** Time for handling one message, then its signal is aborted. Default 60 s. */
  readonly limitMs?: number;
  /** Time after that until the message is tried again without waiting for the handler. Default 5 s. */
  readonly graceMs?: number;
  /** Receives after which a message that still cannot be handled becomes a dead letter. Default 5. */
  readonly receiveLimit?: number;
}

/** Receives messages and runs their handlers, as a cloud's queue triggers do. */
export class LocalWorker {
  readonly #platform: WorkerOptions["platform"];
  readonly #handlers: ReadonlyMap<string, MessageHandler>;
  readonly #queues: readonly string[];
  readonly #settler: Settler;
  readonly #concurrency: number;
  readonly #limitMs: number;
  readonly #graceMs: number;
  /** In the order in which they began, hence of their time limits. */
  readonly #running = new Set<RunningDelivery>();
  #stopListening: Cancel[] = [];
  #taking = false;
  #pumping = false;
  #pumpAgain = false;
  /** Index of the queue whose turn it is. */
  #turn = 0;
  #begunThisTurn = 0;
  #cancelTick: Cancel | undefined;
  #cancelWake: Cancel | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #waitingForEnd: (() => void)[] = [];
  #waitingForIdle: (() => void)[] = [];

  constructor(options: WorkerOptions) {
    const { queue, clock, log } = options.platform;
    this.#platform = options.platform;
    this.#handlers = new Map(Object.entries(options.handlers));
    this.#queues = [...this.#handlers.keys()];
    this.#settler = new Settler(queue, clock, log, options.receiveLimit ?? defaultReceiveLimit);
    this.#concurrency = options.concurrency ?? defaultConcurrency;
    this.#limitMs = options.limitMs ?? defaultLimitMs;
    this.#graceMs = options.graceMs ?? defaultGraceMs;
  }

  get running(): number {
    return this.#running.size;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  start(): void {
    if (this.#taking) return;
    this.#taking = true;
    const wake = () => this.#wake();
    this.#stopListening = [this.#platform.queue.onReady(wake), this.#platform.onHealth(wake)];
    this.#wake();
  }

  /** Takes nothing new, waits for what is being handled, and stores the results. Returns how many did not end within the bound. */
  async stop(boundMs = defaultStopMs): Promise<number> {
    this.#taking = false;
    for (const end of this.#stopListening) end();
    this.#cancelWake?.();
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const ended = new Promise<void>((resolve) => this.#waitingForEnd.push(resolve));
    const bound = Promise.withResolvers<void>();
    const cancel = this.#platform.timers.after(boundMs, bound.resolve);
    this.#tellWaiters();
    await Promise.race([ended, bound.promise]);
    cancel();
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    const left = this.#abandon();
    // When the disk cannot be trusted, health() says so, and nothing here can mend it.
    await this.#platform.commitNow().catch(() => false);
    return left;
  }

  /** Resolves when nothing is being handled and nothing is ready; what is delayed may be left. */
  idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waitingForIdle.push(resolve);
    this.#wake();
    this.#tellWaiters();
    return promise;
  }

  #takes(): boolean {
    return this.#taking && this.#running.size < this.#concurrency && this.#platform.health().ok;
  }

  #wake(): void {
    this.#pumpAgain = true;
    if (this.#pumping || !this.#takes()) return;
    this.#pumping = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    try {
      while (this.#pumpAgain && this.#takes()) {
        this.#pumpAgain = false;
        await this.#fillSlots();
      }
      this.#pumping = false;
      this.#planWake(heldBackMs);
    } catch (error) {
      this.#platform.log.error("cannot receive messages", { cause: messageOf(error) });
      this.#pumping = false;
      this.#planWake(failedMs);
    }
    this.#tellWaiters();
  }

  /** Goes round the queues, a few messages of each, until the slots are full or nothing is ready. */
  async #fillSlots(): Promise<void> {
    let empty = 0;
    while (empty < this.#queues.length && this.#takes()) {
      const queue = this.#queues[this.#turn] ?? "";
      this.#turn = (this.#turn + 1) % this.#queues.length;
      empty = (await this.#takeFrom(queue)) ? 0 : empty + 1;
      if (this.#begunThisTurn < perTurn) continue;
      this.#begunThisTurn = 0;
      await new Promise<void>((resolve) => this.#platform.timers.endOfTurn(resolve));
    }
  }

  async #takeFrom(name: string): Promise<boolean> {
    const { queue, clock } = this.#platform;
    const handler = this.#handlers.get(name);
    const readyAt = queue.nextReadyAt(name);
    if (!handler || readyAt === undefined || readyAt > clock.now()) return false;
    const max = Math.min(batch, this.#concurrency - this.#running.size);
    const deliveries = await queue.receive(name, max, this.#limitMs + this.#graceMs + visibilityMarginMs);
    for (const delivery of deliveries) {
      if (!this.#settler.exhausted(delivery)) void this.#handle(delivery, handler);
    }
    return deliveries.length > 0;
  }

  async #handle(delivery: ReceivedDelivery, handler: MessageHandler): Promise<void> {
    const { clock } = this.#platform;
    const running = new RunningDelivery(delivery, clock.monotonicMs() + this.#limitMs, () => clock.monotonicMs());
    this.#running.add(running);
    this.#begunThisTurn += 1;
    this.#cancelTick ??= this.#platform.timers.after(tickMs, () => this.#tick());
    let settlement: Settlement | undefined;
    let cause = "";
    try {
      settlement = await handler(delivery, running);
    } catch (error) {
      cause = messageOf(error);
    }
    // Given up meanwhile: the message is ready again, or somebody else's.
    if (!this.#running.delete(running)) return;
    this.#settler.settle(delivery, settlement, cause);
    this.#wake();
    this.#tellWaiters();
  }

  /** Aborts what has reached its time limit, and gives up what does not come back even then. */
  #tick(): void {
    const now = this.#platform.clock.monotonicMs();
    for (const running of this.#running) {
      if (now < running.endsAtMs) break;
      running.abort(new Error(`Expected the handler to end within ${this.#limitMs} ms`));
      if (now >= running.endsAtMs + this.#graceMs) this.#giveUp(running);
    }
    this.#cancelTick = this.#running.size > 0 ? this.#platform.timers.after(tickMs, () => this.#tick()) : undefined;
  }

  #giveUp(running: RunningDelivery): void {
    this.#running.delete(running);
    const cause = `the handler did not end within ${this.#limitMs + this.#graceMs} ms`;
    this.#settler.settle(running.delivery, undefined, cause);
    this.#wake();
    this.#tellWaiters();
  }

  /** Leaves what still runs: its messages are ready again at the next start. */
  #abandon(): number {
    const left = [...this.#running];
    this.#running.clear();
    for (const running of left) running.abort(new Error("Expected the handler to end before the worker stopped"));
    return left.length;
  }

  #soonest(): number {
    const { queue } = this.#platform;
    return Math.min(...this.#queues.map((name) => queue.nextReadyAt(name) ?? Number.POSITIVE_INFINITY));
  }

  /**
   * One timer for the soonest message that is not ready yet.
   * @param otherwiseMs time until the next look when one is ready and was not handed out
   */
  #planWake(otherwiseMs: number): void {
    const soonest = this.#takes() ? this.#soonest() : Number.POSITIVE_INFINITY;
    if (soonest >= this.#wakeAt) return;
    this.#cancelWake?.();
    this.#wakeAt = soonest;
    const aheadMs = soonest - this.#platform.clock.now();
    const waitMs = aheadMs > 0 ? Math.min(longestWaitMs, aheadMs) : otherwiseMs;
    this.#cancelWake = this.#platform.timers.after(waitMs, () => {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#wake();
    });
  }

  #tellWaiters(): void {
    if (this.#waitingForEnd.length + this.#waitingForIdle.length === 0) return;
    if (this.#running.size > 0 || this.#pumping) return;
    for (const resolve of this.#waitingForEnd.splice(0)) resolve();
    if (this.#soonest() <= this.#platform.clock.now()) return;
    for (const resolve of this.#waitingForIdle.splice(0)) resolve();
  }
}
