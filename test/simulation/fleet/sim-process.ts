import type { Clock } from "../../../lib/contracts/ports.ts";
import { createClock } from "../../../lib/platforms/clock.ts";
import type { Timeline } from "./timeline.ts";

/** Version of messages and rows that a process writes: the shipped one, or one of a release that comes after it. */
export type Release = "this" | "next";

/** One process of a host: what it has in memory is gone when it dies; while it is frozen nothing in it moves. */
export class SimProcess {
  readonly name: string;
  readonly release: Release;
  readonly clock: Clock;
  isAlive = true;
  /** Virtual time until which nothing in it moves. */
  frozenUntilMs = 0;
  /** Deliveries and timers at work in it. */
  running = 0;
  /** How far its wall clock is off. */
  skewMs: number;
  readonly #timeline: Timeline;
  readonly #deaths: (() => void)[] = [];

  constructor(name: string, timeline: Timeline, startAt: number, skewMs: number, release: Release) {
    this.name = name;
    this.release = release;
    this.skewMs = skewMs;
    this.#timeline = timeline;
    this.clock = createClock({
      wall: () => startAt + timeline.nowMs + this.skewMs,
      monotonic: () => timeline.nowMs,
    });
  }

  onDeath(callback: () => void): void {
    this.#deaths.push(callback);
  }

  die(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    for (const callback of this.#deaths) callback();
  }

  /** Lets something happen in it: not in a dead one, and in a frozen one when it wakes. */
  enter(callback: () => void): void {
    if (!this.isAlive) return;
    if (this.frozenUntilMs > this.#timeline.nowMs) {
      this.#timeline.at(this.frozenUntilMs, () => this.enter(callback));
    } else callback();
  }

  /** A timer of this process. Returns what calls it off. */
  after(delayMs: number, callback: () => void): () => void {
    const moment = this.#timeline.after(delayMs, () => this.enter(() => moment.cancelled || callback()));
    return () => {
      moment.cancelled = true;
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }
}
