import { messageOf } from "../contracts/errors.ts";
import type { ReadableBus } from "../contracts/ports.ts";
import { type DispatchOptions, dispatch } from "./dispatch.ts";
import type { After } from "./time-limit.ts";

export interface DispatcherOptions extends DispatchOptions {
  readonly bus: Pick<ReadableBus, "read" | "onCommit">;
  readonly after: After;
}

/** Time until another run when one could not serve every sink. */
const againMs = 5_000;
/** A run without a reason, in case nobody was told of a commit. */
const anywayMs = 60_000;

/** Runs `dispatch` after each commit that added events, one run at a time: commits during a run are seen by the next one. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  #stopListening: (() => void) | undefined;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopListening || Object.keys(this.#options.sinks).length === 0) return;
    this.#stopListening = this.#options.bus.onCommit(() => this.#wake());
    this.#wake();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#cancel?.();
    await this.#running;
  }

  #wake(): void {
    this.#again = true;
    if (this.#running || !this.#stopListening) return;
    this.#cancel?.();
    this.#running = this.#run().then((waitMs) => {
      this.#running = undefined;
      if (!this.#stopListening) return;
      if (this.#again) this.#wake();
      else this.#cancel = this.#options.after(waitMs, () => this.#wake());
    });
  }

  async #run(): Promise<number> {
    this.#again = false;
    try {
      return (await dispatch(this.#options)).unfinished ? againMs : anywayMs;
    } catch (error) {
      this.#options.log.error("events could not be handed over and are tried again", { error: messageOf(error) });
      return againMs;
    }
  }
}
