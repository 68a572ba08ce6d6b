import { ConfigurationError } from "../../contracts/errors.ts";
import type { Clock, Log } from "../../contracts/ports.ts";

export type Health =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly since: number; readonly fatal: boolean };

/** Whether the disk stores what it is given; says so in one line when that ends, and in one when it begins again. */
export class DiskHealth {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listeners = new Set<() => void>();
  #state: Health = { ok: true };

  constructor(folder: string, clock: Clock, log: Log) {
    this.#folder = folder;
    this.#clock = clock;
    this.#log = log;
  }

  get state(): Health {
    return this.#state;
  }

  get fatal(): boolean {
    return !this.#state.ok && this.#state.fatal;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  refuses(reason: string, fatal: boolean): void {
    const folder = this.#folder;
    if (this.#state.ok) {
      const message = fatal
        ? "cannot store any more"
        : "cannot store for now: trying again, and holding everything back";
      this.#log.error(message, { reason, folder });
    }
    const since = this.#state.ok ? this.#clock.now() : this.#state.since;
    this.#become({ ok: false, reason, since, fatal });
  }

  stores(): void {
    if (this.#state.ok) return;
    const refusedForMs = this.#clock.now() - this.#state.since;
    this.#log.info("storing again: nothing was lost", { folder: this.#folder, refusedForMs });
    this.#become({ ok: true });
  }

  /** For everything that is asked for after a failure that is fatal. */
  error(): ConfigurationError {
    const reason = this.#state.ok ? "none" : this.#state.reason;
    return new ConfigurationError(
      `Expected to store changes in ${this.#folder}, got a failure that another try cannot mend: ${reason}; stop Drover and start it again, and it says what to do`,
      { code: "storage-failed" },
    );
  }

  #become(state: Health): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
