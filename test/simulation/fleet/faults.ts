import type { SeededRandomness } from "../virtual-clock.ts";

/** What can go wrong with one I/O. */
export const ioFaults = [
  "crash-before",
  "crash-after",
  "request-lost",
  "reply-lost",
  "late-reply",
  "frozen",
  "throttled",
  "own-conflict",
  "partial-batch",
] as const;
export type IoFault = (typeof ioFaults)[number];

export type Port = "ledger" | "queue" | "bus" | "provider" | "vault" | "handoffs" | "host";

/** One I/O of a process, as faults and coverage see it. */
export interface Boundary {
  /** `step port.operation`: the same in every run. */
  readonly key: string;
  readonly port: Port;
  /** Counted from 1 over the whole run. */
  readonly number: number;
  /** Whether it is a provider's creating or changing request. */
  readonly changes: boolean;
}

export interface IoPlan {
  readonly requestMs: number;
  readonly replyMs: number;
  readonly fault?: IoFault;
  readonly freezeMs: number;
}

/** Decides what becomes of each I/O. */
export interface FaultSource {
  planOf(boundary: Boundary): IoPlan;
}

/** Longest time that a changing request may be held up between its last look at the clock and the socket: what is longer is a residue. */
const heldUpMs = 45_000;

const appliesTo: Readonly<Record<IoFault, (boundary: Boundary) => boolean>> = {
  "crash-before": () => true,
  "crash-after": () => true,
  "request-lost": ({ port }) => port !== "host",
  "reply-lost": ({ port }) => port !== "host",
  "late-reply": ({ port }) => port !== "host",
  frozen: () => true,
  throttled: ({ port }) => port === "ledger" || port === "queue" || port === "bus",
  "own-conflict": ({ key }) => key.includes("ledger.write") || key.includes("ledger.create"),
  "partial-batch": ({ key }) => key.includes("queue.send") || key.includes("bus.publish"),
};

/** Exactly the faults that are asked for, by the number of the I/O; everything else takes a millisecond. */
export class ListedFaults implements FaultSource {
  readonly #byNumber: ReadonlyMap<number, IoFault>;

  constructor(byNumber: ReadonlyMap<number, IoFault> = new Map()) {
    this.#byNumber = byNumber;
  }

  planOf({ number, changes }: Boundary): IoPlan {
    const fault = this.#byNumber.get(number);
    const usual = { requestMs: 1, replyMs: fault === "late-reply" ? 20_000 : 0 };
    const freezeMs = fault === "frozen" ? (changes ? heldUpMs : 400_000) : 0;
    return fault === undefined ? { ...usual, freezeMs } : { ...usual, freezeMs, fault };
  }
}

/** Faults by chance, with rates of their own for each kind; nothing any more once they are over. */
export class RandomFaults implements FaultSource {
  readonly #random: SeededRandomness;
  readonly #rates: readonly (readonly [IoFault, number])[];
  readonly #slownessMs: number;
  #left: number;
  readonly struck = new Map<IoFault, number>();

  constructor(
    random: SeededRandomness,
    rates: Readonly<Partial<Record<IoFault, number>>>,
    { slownessMs, most }: { readonly slownessMs: number; readonly most: number },
  ) {
    this.#random = random;
    this.#rates = ioFaults.flatMap((fault) => (rates[fault] ? [[fault, rates[fault]] as const] : []));
    this.#slownessMs = slownessMs;
    this.#left = most;
  }

  end(): void {
    this.#left = 0;
  }

  planOf(boundary: Boundary): IoPlan {
    const requestMs = 1 + this.#random.below(this.#slownessMs);
    const fault = this.#left > 0 ? this.#draw(boundary) : undefined;
    if (fault === undefined) return { requestMs, replyMs: 0, freezeMs: 0 };
    this.#left -= 1;
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
    const longMs = 1_000 * 2 ** this.#random.below(10);
    const freezeMs = fault === "frozen" ? (boundary.changes ? Math.min(longMs, heldUpMs) : longMs) : 0;
    return { requestMs, replyMs: fault === "late-reply" ? longMs : 0, freezeMs, fault };
  }

  #draw(boundary: Boundary): IoFault | undefined {
    const drawn = this.#random.fraction();
    let sum = 0;
    for (const [fault, rate] of this.#rates) {
      sum += rate;
      if (drawn < sum) return appliesTo[fault](boundary) ? fault : undefined;
    }
    return undefined;
  }
}
