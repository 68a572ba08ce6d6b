import { AsyncLocalStorage } from "node:async_hooks";
import { RetryableError } from "../../../lib/contracts/errors.ts";
import type { Coverage } from "./coverage.ts";
import type { Boundary, FaultSource, IoFault, IoPlan, Port } from "./faults.ts";
import type { SimProcess } from "./sim-process.ts";
import type { Timeline } from "./timeline.ts";

/** What somebody's work has amounted to so far. */
export interface Done {
  providerCalls: number;
  writes: number;
  /** Nonce of the intent under which it asked a provider for a change last. */
  under?: string;
  /** Nonces of intents that a provider has answered well. */
  answered?: readonly string[];
  /** `seq` of the operation's row that it wrote last. */
  wroteSeq?: number;
}

/** On whose behalf code runs: what an I/O is labelled with, and what an invariant asks about. */
export interface Work {
  readonly step: string;
  readonly delivery?: string;
  readonly operation?: string;
  /** Whether the row had moved past the message before anybody looked at it. */
  readonly isStale?: boolean;
  /** What it has done so far. */
  readonly done: Done;
}

const works = new AsyncLocalStorage<Work>();
export const within = <Result>(work: Work, run: () => Result): Result => works.run(work, run);
export const currentWork = (): Work | undefined => works.getStore();

export type Io = <Value>(
  port: Port,
  operation: string,
  apply: () => Value | Promise<Value>,
  traits?: IoTraits<Value>,
) => Promise<Value>;

export interface IoTraits<Value> {
  readonly changes?: boolean;
  /** What a caller sees whose connection broke. */
  readonly broken?: () => Error;
  /** Rejects the caller at once; what is under way goes on. */
  readonly signal?: AbortSignal;
  /** Called when the request leaves, before anything can go wrong with it. */
  readonly leaves?: () => void;
  /** What a store answers that repeated a write which had landed. */
  readonly ownConflict?: Value;
  /** Carries out a part of a batch. */
  readonly partly?: () => void;
}

export interface IoParts {
  readonly timeline: Timeline;
  readonly faults: FaultSource;
  readonly coverage: Coverage;
  /** Whether ledger, queue and bus are inside of the process: what is under way there dies with it. */
  readonly isEmbedded: boolean;
  /** Ends the process, with all that it has in memory. */
  readonly crash: (process: SimProcess) => void;
  /** Called for each I/O as it is begun, with what became of it. */
  readonly noted: (boundary: Boundary, plan: IoPlan) => void;
  /** Something has happened that others may wait for. */
  readonly news: () => void;
}

const never = () => new Promise<never>(() => undefined);
const lost = (what: string, key: string) => new RetryableError(`The ${what} of ${key} was lost`);

/** Every I/O of a process goes through here: it takes its time, and can go wrong before, after and instead of happening. */
export function ioOf(process: SimProcess, parts: IoParts): Io {
  return (port, operation, apply, traits = {}) => {
    if (!process.isAlive) return never();
    const work = currentWork();
    const key = `${work?.step ?? "outside"} ${port}.${operation}`;
    const boundary = parts.coverage.begin(key, port, traits.changes === true);
    const plan = parts.faults.planOf(boundary);
    parts.noted(boundary, plan);
    parts.news();
    traits.leaves?.();
    if (plan.fault) parts.coverage.struck(boundary, plan.fault);
    if (plan.fault === "crash-before") {
      parts.crash(process);
      return never();
    }
    if (plan.freezeMs > 0) process.frozenUntilMs = parts.timeline.nowMs + plan.freezeMs;
    return new Promise((resolve, reject) => {
      const giveUp = () => process.enter(() => reject(traits.signal?.reason));
      traits.signal?.addEventListener("abort", giveUp, { once: true });
      const leave = () =>
        parts.timeline.after(plan.requestMs, () => {
          parts.news();
          if (parts.isEmbedded && port !== "provider" && !process.isAlive) return;
          arrive(plan.fault);
        });
      // What a frozen process was about to send leaves when it wakes.
      process.enter(leave);

      const answer = (settle: () => void) => {
        const told = () => {
          parts.news();
          settle();
        };
        const reply = () => process.enter(told);
        if (plan.replyMs > 0) parts.timeline.after(plan.replyMs, reply);
        else reply();
      };

      const arrive = async (fault: IoFault | undefined) => {
        const broken = (what: string) => traits.broken?.() ?? lost(what, key);
        if (fault === "request-lost") return answer(() => reject(broken("request")));
        if (fault === "throttled") return answer(() => reject(throttled(key)));
        if (fault === "partial-batch") {
          if (work && traits.partly) within(work, traits.partly);
          else traits.partly?.();
          return answer(() => reject(lost("rest", key)));
        }
        let settle: () => void;
        try {
          const value = await (work ? within(work, apply) : apply());
          const shown = fault === "own-conflict" ? (traits.ownConflict as typeof value) : value;
          settle = () => resolve(shown);
        } catch (error) {
          settle = () => reject(error);
        }
        parts.news();
        if (fault === "crash-after") return parts.crash(process);
        if (fault === "reply-lost") return answer(() => reject(broken("reply")));
        answer(settle);
      };
    });
  };
}

const throttled = (key: string) =>
  new RetryableError(`Too many: ${key}`, { status: 429, retryAfterMs: 2_000, effect: "none" });
