import { messageOf } from "../lib/contracts/errors.ts";
import type { Log } from "../lib/contracts/ports.ts";
import { lookEveryMs } from "../lib/schedules/moment.ts";

export interface ScheduleTimerOptions {
  readonly after: (ms: number, callback: () => void) => () => void;
  /** False while storage refuses changes: what is due then stays due. */
  readonly isHealthy: () => boolean;
  /** Submits what is due. */
  readonly run: () => Promise<number>;
  readonly log: Log;
}

/** Looks at the schedules every now and then, the first time at once. */
export class ScheduleTimer {
  readonly #options: ScheduleTimerOptions;
  #cancel: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();
  #running = false;

  constructor(options: ScheduleTimerOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#plan(0);
  }

  /** Waits for the look that is under way. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel?.();
    await this.#looking;
  }

  /** The next look begins a while after the one before has ended, so that two never run at once. */
  #plan(afterMs: number): void {
    if (!this.#running) return;
    this.#cancel = this.#options.after(afterMs, () => {
      this.#looking = this.#look().finally(() => this.#plan(lookEveryMs));
    });
  }

  async #look(): Promise<void> {
    const { isHealthy, run, log } = this.#options;
    if (!isHealthy()) return;
    try {
      await run();
    } catch (error) {
      log.error("the schedules could not be looked at and are tried again", { error: messageOf(error) });
    }
  }
}
