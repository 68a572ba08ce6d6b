import type { Work } from "../io.ts";
import type { Report } from "../verdicts.ts";

const pollStep = "poll-operation";
/** Polls of one operation from which on it is judged. */
const judgedFrom = 12;

/** Where nothing goes wrong, a poll that shows no change writes nothing: checkpoints come ever more rarely. */
export class PollInvariants {
  readonly #polls = new Map<string, { polls: number; writes: number; calls: number }>();

  acknowledging({ step, operation, done }: Work): void {
    if (step !== pollStep || operation === undefined) return;
    const known = this.#polls.get(operation) ?? { polls: 0, writes: 0, calls: 0 };
    known.polls += 1;
    known.writes += done.writes > 0 ? 1 : 0;
    known.calls += done.providerCalls;
    this.#polls.set(operation, known);
  }

  atTheEnd(report: Report): void {
    for (const [operation, { polls, writes, calls }] of this.#polls) {
      if (polls < judgedFrom) continue;
      const isCheap = writes <= 4 + Math.log2(polls) && calls <= 2 * polls + 6;
      if (!isCheap)
        report("poll-is-cheap", `${polls} polls of ${operation.slice(0, 8)} made ${writes} writes and ${calls} calls`);
    }
  }
}
