import type { Delay } from "../connection.ts";
import { type FaultCandidate, Faults } from "../faults.ts";
import { seededRandom } from "../random.ts";
import { type LoggedRequest, RequestLog } from "../request-log.ts";
import type { Switch } from "../switch.ts";
import type { Timeline } from "../timeline.ts";
import { type Answer, toResponse } from "./answer.ts";
import type { Admission, Call } from "./call.ts";
import { type Struck, suffer } from "./fault-effects.ts";
import type { CallTarget, ExchangeFault } from "./fault-script.ts";
import { type RecordedExchange, Recording } from "./recording.ts";

/** A request for the predicate of a fault to judge. */
export interface ExchangeCandidate extends FaultCandidate {
  readonly operation: string;
  readonly query: string;
  readonly text: string;
}

/** A point of a call where a simulated crash can happen: before anything is carried out, and after, before the answer leaves. */
export interface CallMoment {
  readonly when: "arrived" | "carried-out";
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly atMs: number;
  /** Null on arrival. */
  readonly status: number | null;
}

/** What rejects or throws here becomes what `fetch` rejects with. */
export type OnCall = (moment: CallMoment) => void | Promise<void>;

/** A service behind the exchange. `Own` are the faults only it knows. */
export interface ExchangedService<Own extends CallTarget> {
  readonly timeline: Timeline;
  /** The name calls are counted by. */
  readonly nameOf: (call: Call) => string;
  readonly admit: (call: Call) => Admission;
  readonly refusal: (call: Call, status: number, code: string | undefined, retryAfterSeconds?: number) => Answer;
  /** Headers that every answer has. */
  readonly finish: (call: Call, answer: Answer) => Answer;
  /** The request's address without what opens something. */
  readonly shown: (url: URL) => URL;
  /** Carries out its own kind of fault, or null when it is one of everybody's. */
  readonly sufferOwn: (fault: Own | ExchangeFault, carryOut: () => Answer) => Answer | ExchangeFault;
}

export interface ExchangeOptions {
  readonly delay?: Delay | undefined;
  readonly seed?: number | undefined;
  readonly logLimit?: number | undefined;
  readonly onCall?: OnCall | undefined;
  /** Keeps every request and answer in full, for a scan for secrets. */
  readonly record?: boolean | undefined;
}

export type ExchangeFaultOf<Own extends CallTarget> = (Own | ExchangeFault) & {
  readonly where?: (request: ExchangeCandidate) => boolean;
};

export interface Exchange<Own extends CallTarget> {
  fetch(request: Request): Promise<Response>;
  /** @throws Error for a slow fault without the `delay` option */
  addFault(fault: ExchangeFaultOf<Own>): Switch;
  clearFaults(): void;
  requests(): readonly LoggedRequest[];
  clearRequests(): void;
  /** How often each operation was called, refused calls too. */
  callCounts(): Readonly<Record<string, number>>;
  recorded(): readonly RecordedExchange[];
}

const BODILESS = new Set(["GET", "HEAD", "OPTIONS"]);
const NO_BODY = new Uint8Array();

export function createExchange<Own extends CallTarget>(
  service: ExchangedService<Own>,
  options: ExchangeOptions,
): Exchange<Own> {
  const faults = new Faults<Own | ExchangeFault, ExchangeCandidate>(seededRandom((options.seed ?? 1) + 1));
  const log = new RequestLog(options.logLimit ?? 10_000);
  const counts = new Map<string, number>();
  const recording = new Recording();

  async function fetch(request: Request): Promise<Response> {
    const { method, headers, signal } = request;
    signal.throwIfAborted();
    const url = new URL(request.url);
    const { timeline } = service;
    const entry = log.open(timeline.now(), method, service.shown(url), headers.get("authorization"));
    const body = BODILESS.has(method) ? NO_BODY : new Uint8Array(await request.arrayBuffer());
    const call: Call = { method, url, headers, body, atMs: timeline.now() };
    const operation = service.nameOf(call);
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    const moment = { operation, method, path: url.pathname };
    await options.onCall?.({ ...moment, when: "arrived", atMs: call.atMs, status: null });
    const fault = faults.strike(candidate(call, operation));
    entry.fault = fault === null ? null : kindOf(fault);
    const answer = service.finish(call, await answerOf(call, fault, signal));
    entry.status = answer.status;
    if (options.record) recording.add(operation, call, answer);
    await options.onCall?.({ ...moment, when: "carried-out", atMs: timeline.now(), status: answer.status });
    return toResponse(answer);
  }

  async function answerOf(call: Call, fault: Own | ExchangeFault | null, signal: AbortSignal): Promise<Answer> {
    const carryOut = (): Answer => {
      const admission = service.admit(call);
      return "refusal" in admission ? admission.refusal : admission.carryOut(call.atMs);
    };
    if (fault === null) return carryOut();
    const own = service.sufferOwn(fault, carryOut);
    if ("status" in own && "headers" in own) return own;
    const struck: Struck = {
      atMs: call.atMs,
      signal,
      delay: options.delay,
      carryOut,
      carryOutAt: (dueMs) => {
        const admission = service.admit(call);
        if ("carryOut" in admission) service.timeline.at(dueMs, admission.carryOut);
      },
      refusal: (status, code, retryAfterSeconds) => service.refusal(call, status, code, retryAfterSeconds),
    };
    return suffer(own, struck);
  }

  return {
    fetch,
    addFault: (fault) => {
      if (kindOf(fault) === "slow" && options.delay === undefined) {
        throw new Error("Expected the option delay for a slow fault, got none");
      }
      return faults.add({ ...fault, where: (request) => chooses(fault, request) });
    },
    clearFaults: () => faults.clear(),
    requests: () => log.entries(),
    clearRequests: () => log.clear(),
    callCounts: () => Object.fromEntries(counts),
    recorded: () => recording.exchanges(),
  };
}

function kindOf(fault: object): string {
  return "kind" in fault && typeof fault.kind === "string" ? fault.kind : "unknown";
}

function candidate(call: Call, operation: string): ExchangeCandidate {
  const { method, url, body } = call;
  return {
    method,
    path: url.pathname,
    query: url.search,
    operation,
    get text() {
      return new TextDecoder().decode(body);
    },
  };
}

function chooses<Own extends CallTarget>(fault: ExchangeFaultOf<Own>, request: ExchangeCandidate): boolean {
  const { operation, where } = fault;
  return (operation === undefined || fits(operation, request.operation)) && (where === undefined || where(request));
}

function fits(pattern: string, name: string): boolean {
  const literals = pattern.split("*").map((literal) => literal.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literals.join(".*")}$`, "i").test(name);
}
