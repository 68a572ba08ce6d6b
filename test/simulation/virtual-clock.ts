import type { Clock, Randomness } from "../../lib/contracts/ports.ts";

/** Time that moves only when the scheduler says so. */
export class VirtualClock implements Clock {
  #now: number;
  #monotonicMs = 0;
  /** How far the system's clock is behind, since it was put back. */
  wallBehindMs = 0;
  readonly #timers: { readonly at: number; readonly fire: () => void; cancelled: boolean }[] = [];

  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.#now - this.wallBehindMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Moves the wall clock alone, as an operator or a time server does. */
  jump(byMs: number): void {
    this.#now += byMs;
  }

  after(delayMs: number, fire: () => void): () => void {
    const timer = { at: this.#monotonicMs + delayMs, fire, cancelled: false };
    this.#timers.push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Monotonic time of the next timer. */
  nextTimerIn(): number | undefined {
    const pending = this.#timers.filter((timer) => !timer.cancelled);
    return pending.length === 0 ? undefined : Math.min(...pending.map((timer) => timer.at)) - this.#monotonicMs;
  }

  advance(byMs: number): void {
    this.#now += byMs;
    this.#monotonicMs += byMs;
    for (;;) {
      const index = this.#timers.findIndex((timer) => timer.cancelled || timer.at <= this.#monotonicMs);
      if (index < 0) return;
      const [timer] = this.#timers.splice(index, 1);
      if (timer && !timer.cancelled) timer.fire();
    }
  }
}

/** Mulberry32: the same seed gives the same sequence on every machine. */
export class SeededRandomness implements Randomness {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.below(16).toString(16);
    return text;
  }

  id(): string {
    return this.hex(24);
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`;
  }
}
