import type { Sinks } from "../../../lib/contracts/sink.ts";
import { wants } from "../../../lib/sinks/match.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import { bornUnowed } from "./invariants/traffic.ts";
import type { FleetStore } from "./store.ts";
import type { Report } from "./verdicts.ts";

/** What a configuration says of those who want to hear of events. */
export const sinkSettings = {
  archive: { url: "https://archive.example/events", secrets: ["vault:sink-secret"] },
  alarms: {
    url: "https://alarms.example/events",
    secrets: ["vault:sink-secret"],
    events: ["drover.operation.failed", "drover.operation.unknown", "drover.operation.succeeded"],
    contentMode: "binary",
  },
};

/** Of a request for an event, with its id as receivers know it. */
export interface Received {
  readonly url: string;
  readonly id: string;
  readonly body: string;
}

export interface ReceiverParts {
  readonly random: SeededRandomness;
  readonly report: Report;
  readonly refusedInHundred: number;
  /** A restored backup does not know what it has told already. */
  readonly isExempt: () => boolean;
}

/** Those at the other end: what has reached them, whatever their answer has become. */
export class Receivers {
  readonly #random: SeededRandomness;
  readonly #received = new Map<string, string>();
  /** Position on the bus from which on each sink is told. */
  readonly #letters: string[] = [];
  readonly #began = new Map<string, number>();
  readonly #report: Report;
  readonly #isExempt: () => boolean;
  /** Answers that are none, out of a hundred; nobody is ill at the end. */
  refusedInHundred: number;

  constructor({ random, report, refusedInHundred, isExempt }: ReceiverParts) {
    this.#random = random;
    this.#report = report;
    this.#isExempt = isExempt;
    this.refusedInHundred = refusedInHundred;
  }

  /** A sink that is new begins with the next event. */
  began(sink: string, position: number): void {
    this.#began.set(sink, position);
  }

  /** What was given up is told of by a dead letter, which is forgotten in time. */
  gaveUp(letter: string): void {
    this.#letters.push(letter);
  }

  /** Status of the answer. */
  accept({ url, id, body }: Received): number {
    if (this.#random.below(100) < this.refusedInHundred) return [500, 503, 429][this.#random.below(3)] ?? 500;
    const key = `${url} ${id}`;
    const before = this.#received.get(key) ?? body;
    if (before !== body && !bornUnowed.test(id) && !this.#isExempt())
      this.#report("stable-events", `${id} reached ${url} with two contents`);
    this.#received.set(key, body);
    return 204;
  }

  /** Everything that was published has reached whoever wants it, or a dead letter says that it could not. */
  atTheEnd(sinks: Sinks, { events }: Pick<FleetStore, "events">): void {
    for (const [name, sink] of Object.entries(sinks)) {
      for (const event of events.slice(this.#began.get(name) ?? 0).filter((one) => wants(sink, one))) {
        if (this.#received.has(`${sink.url} ${event.id}`) || this.#letters.some((text) => text.includes(event.id)))
          continue;
        this.#report("events-reach-receivers", `${event.type} (${event.id}) never reached ${name}`);
      }
    }
  }
}
