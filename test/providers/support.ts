import type { Clock } from "../../lib/contracts/ports.ts";
import type { Call } from "../../lib/providers/call.ts";
import type { Fetch } from "../../lib/providers/exchange.ts";
import { createSend, type HttpOptions, type Send } from "../../lib/providers/http.ts";
import type { StartTimer } from "../../lib/providers/timer.ts";

/** Time that moves only by `advance`. */
export class ManualTime implements Clock {
  #now = Date.parse("2026-11-21T09:00:00Z");
  #monotonicMs = 0;
  /** How far the system's clock is behind, since it was put back. */
  wallBehindMs = 0;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  now = (): number => this.#now;
  wallMs = (): number => this.#now - this.wallBehindMs;
  monotonicMs = (): number => this.#monotonicMs;

  startTimer: StartTimer = (ms, fire) => {
    const timer = { at: this.#monotonicMs + ms, fire };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get timers(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.#now += ms;
    this.#monotonicMs += ms;
    for (const timer of this.#timers) {
      if (timer.at > this.#monotonicMs) continue;
      this.#timers.delete(timer);
      timer.fire();
    }
  }

  /** Moves the wall clock alone. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

export const origin = "https://api.example";
export const signal = new AbortController().signal;

export function readCall(over: Partial<Call> = {}): Call {
  return {
    method: "GET",
    url: `${origin}/v2/thing`,
    provider: "test",
    about: "thing 1",
    operation: "read-thing",
    ...over,
  };
}

export function changeCall(over: Partial<Call> = {}): Call {
  return readCall({
    method: "POST",
    operation: "create-thing",
    changes: true,
    body: { contentType: "application/json", text: "[1]" },
    ...over,
  });
}

export function sender(fetch: Fetch | undefined, over: Partial<HttpOptions> = {}): { send: Send; time: ManualTime } {
  const time = new ManualTime();
  const { startTimer } = time;
  const send = createSend({ fetch, clock: time, startTimer, origins: new Set([origin]), secretsTo: origin, ...over });
  return { send, time };
}

/** A handler that answers every request the same, and keeps what it was asked. */
export function answering(make: () => Response): { fetch: Fetch; requests: Request[] } {
  const requests: Request[] = [];
  return {
    requests,
    fetch: async (request) => {
      requests.push(request);
      return make();
    },
  };
}

/** What a promise is rejected with. @throws when it is not */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection, got a value");
}

/** Lets everything that is ready to run do so, without time passing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
}

/** Everything that an error can show: to a log, to JSON, to a person. */
export function shown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return [error.message, error.stack, JSON.stringify({ ...error }), cause === undefined ? "" : shown(cause)].join("\n");
}
