import type { Boundary, FaultSource, IoFault, IoPlan } from "./faults.ts";

/** What happens at one passage of one boundary. */
export interface Strike {
  /** `step port.operation`, as coverage names it. */
  readonly key: string;
  /** Which passage of it, counted from 1, whoever passes; default: the first. */
  readonly passage?: number;
  readonly fault?: IoFault;
  /** How long its process stands still before it. */
  readonly freezeMs?: number;
  /** How long the request, and the answer, are under way. */
  readonly requestMs?: number;
  readonly replyMs?: number;
}

const usualFreezeMs = 400_000;
const usualReplyMs = 20_000;

/** Exactly what is listed, where it is listed; everything else takes a millisecond. */
export class ListedStrikes implements FaultSource {
  readonly #left: Set<Strike>;
  readonly #passages = new Map<string, number>();

  constructor(strikes: readonly Strike[]) {
    this.#left = new Set(strikes);
  }

  /** What nothing has passed so far. */
  get missed(): readonly Strike[] {
    return [...this.#left];
  }

  planOf({ key }: Boundary): IoPlan {
    const passage = (this.#passages.get(key) ?? 0) + 1;
    this.#passages.set(key, passage);
    for (const strike of this.#left) {
      if (strike.key !== key || (strike.passage ?? 1) !== passage) continue;
      this.#left.delete(strike);
      return planFor(strike);
    }
    return { requestMs: 1, replyMs: 0, freezeMs: 0 };
  }
}

function planFor({ fault, requestMs = 1, freezeMs, replyMs }: Strike): IoPlan {
  return {
    requestMs,
    replyMs: replyMs ?? (fault === "late-reply" ? usualReplyMs : 0),
    freezeMs: freezeMs ?? (fault === "frozen" ? usualFreezeMs : 0),
    ...(fault === undefined ? {} : { fault }),
  };
}
