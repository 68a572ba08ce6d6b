import {
  type Boundary,
  type FaultSource,
  type IoFault,
  type IoPlan,
  type Port,
  RandomFaults,
} from "../fleet/faults.ts";
import { SeededRandomness } from "../virtual-clock.ts";

/** How seldom what goes wrong between a function and what it calls, for each I/O. */
const rates: Readonly<Partial<Record<IoFault, number>>> = {
  "crash-before": 0.000_1,
  "crash-after": 0.000_1,
  "request-lost": 0.000_3,
  "reply-lost": 0.000_3,
  "late-reply": 0.000_2,
  frozen: 0.000_02,
  throttled: 0.000_5,
  "own-conflict": 0.000_2,
  "partial-batch": 0.000_2,
};

/** Shortest and longest time that a call takes (ms). */
const latenciesMs: Readonly<Record<Port, readonly [number, number]>> = {
  ledger: [3, 12],
  queue: [4, 20],
  bus: [5, 30],
  provider: [40, 500],
  vault: [10, 60],
  handoffs: [10, 60],
  host: [2, 10],
};

/** A host on usual days: calls take as long as they take in a cloud, and now and then one goes wrong. */
export class HostTroubles implements FaultSource {
  readonly #faults: RandomFaults;
  readonly #latencies: SeededRandomness;

  constructor(seed: number) {
    const random = new SeededRandomness(Math.imul(seed, 0x1656_67b1) ^ 0x0bad_5eed);
    this.#faults = new RandomFaults(random, rates, { slownessMs: 1, most: Number.POSITIVE_INFINITY });
    this.#latencies = new SeededRandomness(Math.imul(seed, 0x27d4_eb2f) ^ 0x1a7e_4c1e);
  }

  end(): void {
    this.#faults.end();
  }

  planOf(boundary: Boundary): IoPlan {
    const [shortest, longest] = latenciesMs[boundary.port];
    const requestMs = shortest + this.#latencies.below(longest - shortest);
    return { ...this.#faults.planOf(boundary), requestMs };
  }
}
