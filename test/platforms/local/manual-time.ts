import type { Clock, Log, LogFields } from "../../../lib/contracts/ports.ts";
import type { Timers } from "../../../lib/platforms/local/timers.ts";

interface Waiting {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock and its timers that move when a test says so. The event loop keeps its own turns. */
export class ManualTime implements Clock, Timers {
  #now: number;
  /** How far the system's clock is behind, since it was put back. */
  wallBehindMs = 0;
  #waiting: Waiting[] = [];

  constructor(now = Date.UTC(2026, 10, 21)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.#now - this.wallBehindMs;
  }

  monotonicMs(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const waiting = { at: this.#now + ms, callback };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
  }

  endOfTurn(callback: () => void): void {
    setImmediate(callback);
  }

  /** Times at which somebody wants to be called back. */
  get waiting(): readonly number[] {
    return this.#waiting.map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  /** Moves on while nobody is called back, as during work that holds up the event loop. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** Moves on, calling back what is due on the way, and lets the event loop turn in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await turns(2);
      const [next] = this.#waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
    await turns(2);
  }
}

/** Lets the event loop turn. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A log that keeps its lines, each as level and message. */
export function recordingLog(): Log & { readonly lines: string[]; readonly fields: LogFields[] } {
  const lines: string[] = [];
  const fields: LogFields[] = [];
  const at =
    (level: string) =>
    (message: string, about: LogFields = {}) => {
      lines.push(`${level}: ${message}`);
      fields.push(about);
    };
  return { lines, fields, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
