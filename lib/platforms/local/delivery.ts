import type { HandlerContext, ReceivedDelivery } from "../../contracts/ports.ts";

/** A delivery that a handler is at work on. */
export class RunningDelivery implements HandlerContext {
  readonly delivery: ReceivedDelivery;
  /** On the monotonic clock. */
  readonly endsAtMs: number;
  /** A field, so that a handler may take it out of its context. */
  readonly remainingMs: () => number;
  /** Made when somebody asks for it: most handlers are done before they need one. */
  #controller: AbortController | undefined;
  #aborted: Error | undefined;

  constructor(delivery: ReceivedDelivery, endsAtMs: number, monotonicMs: () => number) {
    this.delivery = delivery;
    this.endsAtMs = endsAtMs;
    this.remainingMs = () => Math.max(0, endsAtMs - monotonicMs());
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    if (this.#aborted) return;
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }
}
