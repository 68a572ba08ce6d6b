import { randomUUID } from "node:crypto";
import type { AppSettings } from "./app-settings.ts";
import type { FunctionsApp } from "./core.ts";
import { hostSettings } from "./host-json.ts";
import type { HostKeys } from "./http.ts";
import { type Invocation, Journal, type LogLine } from "./journal.ts";
import { type HostParts, type Listening, listening, nextAt } from "./listening.ts";
import type { QueueStorage } from "./queue-client.ts";
import { type FunctionRegistration, registrationsOf } from "./registrations.ts";

export interface FunctionsHostOptions {
  readonly app: FunctionsApp;
  /** The content of host.json. */
  readonly hostJson: unknown;
  /** App settings: for `%NAME%` in names of queues and schedules, and for connections. */
  readonly settings: AppSettings;
  /** Where all queues are, whatever the connection. */
  readonly storage: QueueStorage;
  readonly now: () => number;
  readonly newId?: () => string;
  /**
   * When the first message of a queue becomes visible, or Infinity: the host then leaves out polls that would find nothing. Without
   * it every poll is made, and `nextAt` is the next one.
   */
  readonly nextVisibleAt?: (queue: string) => number;
  readonly keys?: HostKeys;
}

/** One instance of the host with its worker, on the clock that it is given. */
export interface FunctionsHost {
  readonly registrations: readonly FunctionRegistration[];
  /** All there have been, in order of their beginning. */
  readonly invocations: readonly Invocation[];
  readonly logs: readonly LogLine[];
  /** How many are running now. */
  running(): number;
  /** When there is something to do next; Infinity while there is nothing. It may be in the past when the clock has leapt over it. */
  nextAt(): number;
  /**
   * Does what is due, once: time-outs, renewals, timers and a poll of each queue. Resolves when all that it has started is over and
   * settled, or lost; it may be called again before, when functions are slow. @returns how many functions it has called
   */
  step(): Promise<number>;
  /** 502 when the instance is lost on the way, 503 while there is none. */
  http(request: Request): Promise<Response>;
  /** Out of turn, as the host's own API does it: the schedule stays as it is. @returns it, when it is over */
  runTimer(name: string): Promise<Invocation>;
  /** The instance is gone with all that it runs: nothing of that is settled, and messages come back when their time is over. */
  crash(): void;
  /** A new instance, which finds what the storage has kept. @param app when what was loaded at first is not to be used again */
  restart(app?: FunctionsApp): void;
}

/** @throws Error when an app has something that this host would not run, or that no host would */
export function createFunctionsHost(options: FunctionsHostOptions): FunctionsHost {
  const host: HostParts = {
    ...options,
    newId: options.newId ?? randomUUID,
    hostSettings: hostSettings(options.hostJson),
    journal: new Journal(options.now),
    statuses: new Map(),
  };
  let up: Listening | null = listening(host, options.app);
  const { invocations, logs } = host.journal;

  async function step(): Promise<number> {
    if (up === null) return 0;
    const { instance, queues, timers } = up;
    const nowMs = options.now();
    instance.expire();
    await Promise.all(queues.map((listener) => listener.renew()));
    if (!instance.isUp) return 0;
    const started = [
      ...timers.filter((timer) => timer.firesAt() <= nowMs).map((timer) => timer.fire()),
      ...queues.filter((listener) => listener.pollsAt() <= nowMs).map((listener) => listener.poll()),
    ];
    return (await Promise.all(started)).reduce((sum, count) => sum + count, 0);
  }

  return {
    registrations: registrationsOf(options.app),
    ...{ invocations, logs, step },
    running: () => up?.instance.running ?? 0,
    nextAt: () => (up === null ? Number.POSITIVE_INFINITY : nextAt(up)),
    http: async (request) => (up === null ? new Response(null, { status: 503 }) : up.http(request)),
    async runTimer(name) {
      const timer = up?.timers.find((each) => each.name === name);
      if (timer === undefined) throw new Error(`Expected a timer ${name} of a host that is up, got none`);
      return timer.run();
    },
    crash() {
      up?.instance.crash();
      up = null;
    },
    restart(app = options.app) {
      if (up !== null) throw new Error("Expected a host that is gone, got one that is up");
      up = listening(host, app);
    },
  };
}
