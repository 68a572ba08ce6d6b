import type { Switch } from "./outcomes.ts";
import type { Random } from "./random.ts";
import type { FaultScript } from "./scenario.ts";

export interface FaultCandidate {
  readonly method: string;
  readonly path: string;
}

/** A scripted fault, or one that a predicate chooses the requests for. */
export type Fault = FaultScript & { readonly where?: (request: FaultCandidate) => boolean };

interface Entry {
  readonly fault: Fault;
  readonly path: RegExp | null;
  matches: number;
  hits: number;
}

/** Switched-on faults. The first one added that matches, is due and is not used up strikes. */
export class Faults {
  readonly #random: Random;
  #entries: Entry[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  add(fault: Fault): Switch {
    const entry: Entry = { fault, path: fault.path === undefined ? null : pattern(fault.path), matches: 0, hits: 0 };
    this.#entries.push(entry);
    return {
      remove: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
      hits: () => entry.hits,
    };
  }

  clear(): void {
    this.#entries = [];
  }

  strike(request: FaultCandidate): FaultScript | null {
    return this.#entries.find((entry) => this.#strikes(entry, request))?.fault ?? null;
  }

  #strikes(entry: Entry, request: FaultCandidate): boolean {
    const { fault } = entry;
    if (entry.hits >= (fault.times ?? Infinity) || !matches(entry, request)) return false;
    entry.matches += 1;
    if (entry.matches <= (fault.skip ?? 0)) return false;
    if (fault.probability !== undefined && this.#random() >= fault.probability) return false;
    entry.hits += 1;
    return true;
  }
}

function matches({ fault, path }: Entry, request: FaultCandidate): boolean {
  return (
    (fault.method === undefined || fault.method.toUpperCase() === request.method) &&
    (path === null || path.test(request.path)) &&
    (fault.where === undefined || fault.where(request))
  );
}

/** The whole path, without case; `*` stands for any characters. */
function pattern(path: string): RegExp {
  const literals = path.split("*").map((literal) => literal.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literals.join(".*")}$`, "i");
}
