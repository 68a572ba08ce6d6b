import { setTimeout as sleep } from "node:timers/promises";
import type { DroverEvent } from "../../lib/contracts/event.ts";
import type { HttpClient } from "./client.ts";

const waitSeconds = 2;
export const ending = /\.(succeeded|partially-succeeded|failed|cancelled|timed-out|unknown)$/;

interface Read {
  readonly position: number;
  readonly event: DroverEvent;
}

/** Reads the events as they come, and goes on at its position whatever happens to the process. */
export class EventReader {
  readonly #client: HttpClient;
  readonly read: Read[] = [];
  /** How each operation has ended, as it was told first. */
  readonly ended = new Map<string, string>();
  readonly accepted = new Map<string, DroverEvent>();
  /** Between the time of each event and its reading. */
  readonly latenciesMs: number[] = [];
  /** Pages that came after one that did not. */
  reconnects = 0;
  #position = 0;
  #isReading = true;
  #loop: Promise<void> | undefined;

  constructor(client: HttpClient) {
    this.#client = client;
  }

  start(): void {
    this.#loop = this.#follow();
  }

  async stop(): Promise<void> {
    this.#isReading = false;
    await this.#loop;
  }

  async #follow(): Promise<void> {
    let isLost = false;
    while (this.#isReading) {
      const path = `/events?after=${this.#position}&limit=500&wait=${waitSeconds}`;
      const answer = await this.#client.once("GET", path, undefined, 8_000);
      if (answer?.status !== 200) {
        isLost = true;
        await sleep(100);
        continue;
      }
      if (isLost) this.reconnects += 1;
      isLost = false;
      const { events, next } = answer.json() as { readonly events: readonly Read[]; readonly next: number };
      for (const one of events) this.#take(one);
      this.#position = next;
    }
  }

  #take(one: Read): void {
    this.read.push(one);
    const { type, subject, data, time } = one.event;
    this.latenciesMs.push(Date.now() - Date.parse(time));
    if (subject === undefined) return;
    if (type === "drover.operation.accepted") this.accepted.set(subject, one.event);
    if (ending.test(type) && !this.ended.has(subject)) this.ended.set(subject, String(data.outcome));
  }
}
