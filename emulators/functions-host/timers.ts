import type { RegisteredFunction } from "./core.ts";
import { asJson, dateTime, type Instance } from "./instance.ts";
import type { Invocation } from "./journal.ts";
import type { Schedule } from "./ncrontab.ts";
import { type TimerRegistration, triggerOf } from "./registrations.ts";

/** What the storage keeps of a timer, so that an occurrence without an instance is made up for. */
export interface TimerStatus {
  readonly lastMs: number | null;
  readonly nextMs: number;
}

export interface TimerListenerOptions {
  readonly instance: Instance;
  readonly registered: RegisteredFunction;
  readonly registration: TimerRegistration;
  readonly schedule: Schedule;
  /** Of all timers, by name. */
  readonly statuses: Map<string, TimerStatus>;
  readonly now: () => number;
}

/** The host keeps no status of what comes more often. */
const LEAST_MONITORED_MS = 60_000;
const NEVER = "0001-01-01T00:00:00";

/** @see https://github.com/Azure/azure-webjobs-sdk-extensions/blob/dev/src/WebJobs.Extensions/Extensions/Timers/Listener/TimerListener.cs */
export class TimerListener {
  readonly name: string;
  readonly #options: TimerListenerOptions;
  readonly #isMonitored: boolean;
  #status: TimerStatus;
  readonly #startsAtMs: number;
  #startup: "past-due" | "run-on-startup" | null = null;
  #isRunning = false;

  constructor(options: TimerListenerOptions) {
    const { registration, schedule, statuses, now } = options;
    this.name = registration.name;
    this.#options = options;
    this.#startsAtMs = now();
    const first = schedule.next(now());
    this.#isMonitored = registration.useMonitor && schedule.next(first) - first >= LEAST_MONITORED_MS;
    const kept = this.#isMonitored ? statuses.get(this.name) : undefined;
    this.#status = kept ?? { lastMs: null, nextMs: first };
    if (this.#isMonitored) statuses.set(this.name, this.#status);
    if (this.#status.nextMs < now()) this.#startup = "past-due";
    else if (registration.runOnStartup) this.#startup = "run-on-startup";
  }

  /** One at a time: what comes due while it runs is run at once when it is over. */
  firesAt(): number {
    if (this.#isRunning) return Number.POSITIVE_INFINITY;
    return this.#startup === null ? this.#status.nextMs : this.#startsAtMs;
  }

  async fire(): Promise<number> {
    const { schedule, statuses, now } = this.#options;
    const at = now();
    const isPastDue = this.#startup === "past-due";
    this.#startup = null;
    this.#isRunning = true;
    const { outcome } = await this.run(isPastDue).finally(() => {
      this.#isRunning = false;
    });
    // Thrown or not, the next one is the next one.
    if (outcome === "lost") return 1;
    this.#status = { lastMs: at, nextMs: schedule.next(at) };
    if (this.#isMonitored) statuses.set(this.name, this.#status);
    return 1;
  }

  async run(isPastDue = false): Promise<Invocation> {
    const { instance, registered } = this.#options;
    const { lastMs, nextMs } = this.#status;
    const last = lastMs === null ? NEVER : dateTime(lastMs);
    const status = { Last: last, Next: dateTime(nextMs), LastUpdated: last };
    const info = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: this.#isMonitored ? status : null,
      IsPastDue: isPastDue,
    };
    const { invocation } = await instance.run({
      registered,
      input: { name: triggerOf(registered)[0], data: asJson(info) },
      triggerMetadata: {},
      about: { trigger: "timer" },
    });
    return invocation;
  }
}
