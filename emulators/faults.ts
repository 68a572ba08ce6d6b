import type { Random } from "./random.ts";
import type { Switch } from "./switch.ts";

/** Which requests a fault strikes. All given conditions must hold; none given strikes every request. */
export interface FaultTarget {
  readonly method?: string;
  /** The whole path, without case; `*` stands for any characters, slashes too. */
  readonly path?: string;
  /** Let this many matching requests pass first. */
  readonly skip?: number;
  /** How many requests it strikes; default all. */
  readonly times?: number;
  /** Chance for each matching request, drawn from the seeded generator; default 1. */
  readonly probability?: number;
}

export interface FaultCandidate {
  readonly method: string;
  readonly path: string;
}

/** A scripted fault, or one that a predicate chooses the requests for. */
export type Chosen<Script extends FaultTarget, Candidate extends FaultCandidate = FaultCandidate> = Script & {
  readonly where?: (request: Candidate) => boolean;
};

interface Entry<Script extends FaultTarget, Candidate extends FaultCandidate> {
  readonly fault: Chosen<Script, Candidate>;
  readonly path: RegExp | null;
  matches: number;
  hits: number;
}

/** Switched-on faults. The first one added that matches, is due and is not used up strikes. */
export class Faults<Script extends FaultTarget, Candidate extends FaultCandidate = FaultCandidate> {
  readonly #random: Random;
  #entries: Entry<Script, Candidate>[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  add(fault: Chosen<Script, Candidate>): Switch {
    const path = fault.path === undefined ? null : pattern(fault.path);
    const entry: Entry<Script, Candidate> = { fault, path, matches: 0, hits: 0 };
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

  strike(request: Candidate): Script | null {
    return this.#entries.find((entry) => this.#strikes(entry, request))?.fault ?? null;
  }

  #strikes(entry: Entry<Script, Candidate>, request: Candidate): boolean {
    const { fault } = entry;
    if (entry.hits >= (fault.times ?? Infinity) || !matches(fault, entry.path, request)) return false;
    entry.matches += 1;
    if (entry.matches <= (fault.skip ?? 0)) return false;
    if (fault.probability !== undefined && this.#random() >= fault.probability) return false;
    entry.hits += 1;
    return true;
  }
}

function matches<Candidate extends FaultCandidate>(
  fault: Chosen<FaultTarget, Candidate>,
  path: RegExp | null,
  request: Candidate,
): boolean {
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
