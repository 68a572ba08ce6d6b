import "./sync-crypto.ts";
import type { Configuration } from "../../../lib/contracts/configuration.ts";
import { messageOf } from "../../../lib/contracts/errors.ts";
import { bodyOf } from "../../../lib/contracts/kept-body.ts";
import type { LedgerRecord } from "../../../lib/contracts/operation.ts";
import { inboxQueue } from "../../../lib/contracts/ports.ts";
import { deliverEventQueue, type SinkRecord, sinkKey } from "../../../lib/contracts/sink.ts";
import type { KeptHandoff } from "../memory-handoffs.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import { Alarm } from "./alarm.ts";
import { CheckedWorld } from "./checked-world.ts";
import { FleetClouds } from "./clouds.ts";
import { configurationOf } from "./connections.ts";
import type { Coverage } from "./coverage.ts";
import type { FaultSource } from "./faults.ts";
import type { Functions } from "./functions.ts";
import { Host } from "./host.ts";
import { instanceIn, type Shared } from "./instance.ts";
import { resultsAreKept } from "./invariants/results.ts";
import { currentWork, type Io, ioOf } from "./io.ts";
import { EffectsWatch, noEffectTwice } from "./oracles/effects.ts";
import { People } from "./people.ts";
import { quiesce } from "./quiesce.ts";
import { Receivers } from "./receivers.ts";
import { schedulesOf } from "./schedules.ts";
import { SimProcess } from "./sim-process.ts";
import { StagedKeys } from "./staged-keys.ts";
import type { Backup, QueuedMessage } from "./store.ts";
import { Trace } from "./trace.ts";
import type { Watcher } from "./watcher.ts";
import type { WorldPlan } from "./world-plan.ts";

/** What no small world needs: one that does goes round in circles. */
const mostIosDefault = 300_000;
/** From a change to the end of the commit that it belongs to. */
const commitMs = 25;

/** Whether every good answer can be believed: some faults make one that cannot. */
const believesAnswers = ({ cloudFaults }: WorldPlan) =>
  !cloudFaults.some(({ fault }) => /^(cut|foreign)-/.test(fault.kind));

/** One world: a host, its providers and the people around it, in one process on virtual time. */
export class FleetWorld extends CheckedWorld {
  readonly host: Host;
  readonly clouds: FleetClouds;
  readonly people: People;
  readonly receivers: Receivers;
  readonly trace = new Trace();
  readonly configuration: Configuration;
  readonly sweeps: Alarm;
  readonly errors: string[] = [];
  isRestored = false;
  isDefective = false;
  /** Chance that a process that starts now is of the release that comes next. */
  nextReleaseShare = 0;
  readonly #coverage: Coverage;
  readonly #faults: FaultSource;
  readonly #opened = new WeakMap<SimProcess, { readonly functions: Functions; readonly io: Io }>();
  readonly #shared: Shared;
  readonly #processRandom: SeededRandomness;
  #news = 0;

  constructor(plan: WorldPlan, faults: FaultSource, coverage: Coverage, watcher: Watcher = {}) {
    super(plan, watcher);
    this.#faults = faults;
    this.#coverage = coverage;
    this.#processRandom = this.randomOf(2);
    const { report } = this.verdicts;
    this.configuration = configurationOf(plan.configured);
    const ids = this.randomOf(3);
    const { timeline, startAt } = this;
    this.clouds = new FleetClouds({
      ...{ timeline, startAt, randomness: ids, seed: plan.seed, pace: plan.pace, fleet: plan.fleet },
    });
    const refusedInHundred = plan.isCalm === true ? 0 : 10;
    this.receivers = new Receivers({
      ...{ random: this.randomOf(8), report, refusedInHundred, isExempt: () => this.exempt.all },
    });
    this.#shared = this.#sharedParts(ids);
    const hostRandom = this.randomOf(4);
    this.host = new Host({
      ...{ timeline: this.timeline, store: this.store, profile: this.profile, random: hostRandom },
      temper: { ...plan.temper },
      spawn: (name) => this.#spawn(name),
      open: (process) => this.#open(process),
      wallNow: this.wallNow,
      news: this.#noted,
      isStale: (delivery) => this.traffic.isStale(delivery),
      acknowledging: (work) => {
        this.traffic.acknowledging(work);
        this.polls.acknowledging(work);
        if (believesAnswers(plan)) resultsAreKept(work, this.rowOf(work.operation ?? ""), report);
        this.watcher.acknowledged?.(work);
      },
      uncaught: (error) => this.#uncaught(error),
      invoked: (...of) => this.watcher.invoked?.(...of) ?? (() => undefined),
    });
    this.people = new People({
      ...{ timeline: this.timeline, random: this.randomOf(5), clouds: this.clouds, host: this.host },
      ...{ rowOf: this.rowOf, wallNow: this.wallNow, report, installersInFour: plan.installersInFour },
      ...{ comeInPairs: plan.comeInPairs === true, plugInAfterMs: plan.plugInAfterMs },
      clocksBehindMs: Math.max(0, ...plan.jumps.map(({ byMs }) => -byMs)),
    });
    this.store.onUnflushed = () => this.#flushSoon();
    this.sweeps = new Alarm(this.timeline, this.profile.sweepEveryMs, () => this.#sweep());
  }

  readonly #noted = () => {
    this.#news += 1;
  };

  /** Somebody sends a request, and is told that it is stored. */
  submit(body: string, queue: string = inboxQueue): void {
    this.store.send(queue, body, this.wallNow(), 0);
    this.store.flush();
  }

  /** Lets time pass until `done` holds with nothing under way, a violation is found, or the time is over. */
  async run(done: () => boolean, untilMs: number): Promise<boolean> {
    for (;;) {
      await quiesce(() => this.#news);
      if (this.verdicts.violations.length > 0) return false;
      const { mostIos = mostIosDefault } = this.plan;
      if (this.trace.count > mostIos) {
        this.verdicts.report(
          "everything-ends",
          `more than ${mostIos} I/Os: something goes round and round: ${this.trace.newest(1)}`,
        );
        return false;
      }
      if (done()) return true;
      const next = this.timeline.nextAt();
      if (next === undefined || next > untilMs) {
        this.timeline.nowMs = Math.max(this.timeline.nowMs, untilMs);
        return done();
      }
      this.timeline.step();
    }
  }

  get news(): number {
    return this.#news;
  }

  get handedOver(): ReadonlyMap<string, KeptHandoff> {
    return this.#shared.handedOver;
  }

  get staged(): StagedKeys {
    return this.#shared.staged;
  }

  /** Whether every event that is stored was handed to the queue for each receiver. */
  get isHandedOver(): boolean {
    return Object.keys(this.configuration.sinks).every((name) => {
      const row = this.store.peek(sinkKey(name)) as SinkRecord | undefined;
      return row?.position === this.store.events.length;
    });
  }

  crash(process: SimProcess): void {
    this.host.crash(process);
    // A machine starts again by itself.
    if (this.configuration.sinks && this.profile.hasJournal)
      this.timeline.after(this.profile.restartMs + 1, () => this.host.run("timer", "start", async () => undefined));
  }

  /** Everything that is stored is as it was when the backup was made; what was done since stays done. */
  restore(backup: Backup): void {
    for (const process of this.host.processes.all()) this.crash(process);
    this.store.restore(backup);
    this.isRestored = true;
    // What the ledger of the backup did not know of, nobody can: only what it knew of is held to its promises.
    this.exempt.all = true;
    this.restored();
  }

  protected override messageQueued(message: QueuedMessage, delayMs: number): void {
    this.host.queued(message, delayMs);
  }

  protected override recordWritten(record: LedgerRecord | undefined, before: LedgerRecord | undefined): void {
    if (record?.kind === "dead-letter" && record.queue === deliverEventQueue) this.receivers.gaveUp(bodyOf(record));
    if (record?.kind === "sink" && before === undefined) this.receivers.began(record.name, record.position);
    if (record?.kind === "operation") this.people.notice(record);
    this.#planSweep();
  }

  /** One machine writes to its disk in groups: what is done is on disk a little later, if nothing crashes before. */
  #flushSoon(): void {
    this.timeline.after(commitMs, () => this.store.flush());
  }

  #planSweep(): void {
    const dueAt = this.store.nextDueAt();
    if (dueAt !== undefined) this.sweeps.wantedAt(dueAt - this.startAt);
  }

  #sweep(): void {
    // Hand-offs and staged keys are looked after by the sweep, too: as long as there are any it comes often.
    if (this.#shared.handedOver.size + this.#shared.staged.size > 0)
      this.sweeps.wantedAt(this.timeline.nowMs + 600_000);
    const swept = this.host.run("timer", "sweep", (functions) => functions.sweep());
    const again = () => this.#planSweep();
    if (swept) swept.then(again, again);
    // What is due and not looked after, as by one that crashed, is due at the next one.
    this.#planSweep();
  }

  #spawn(name: string): SimProcess {
    const { skewMs } = this.plan;
    const skew = skewMs === 0 ? 0 : this.#processRandom.below(2 * skewMs) - skewMs;
    const isNext = this.nextReleaseShare > 0 && this.#processRandom.fraction() < this.nextReleaseShare;
    return new SimProcess(name, this.timeline, this.startAt, skew, isNext ? "next" : "this");
  }

  #open(process: SimProcess): { readonly functions: Functions; readonly io: Io } {
    const known = this.#opened.get(process);
    if (known) return known;
    const io = ioOf(process, {
      timeline: this.timeline,
      faults: this.#faults,
      isEmbedded: this.profile.hasJournal,
      coverage: this.#coverage,
      crash: (crashed) => this.host.crash(crashed),
      noted: (boundary, plan) => {
        const { key } = boundary;
        const { fault } = plan;
        const work = currentWork();
        this.watcher.io?.(boundary, plan, work);
        const whose = work?.operation?.slice(0, 5) ?? "-";
        this.trace.add([this.timeline.nowMs, process.name, whose, key, fault].filter(Boolean).join(" "));
      },
      news: this.#noted,
    });
    const opened = { functions: instanceIn(process, io, this.#shared), io };
    this.#opened.set(process, opened);
    return opened;
  }

  #sharedParts(ids: SeededRandomness): Shared {
    const { profile, store, configuration, clouds, requestsOut } = this;
    const lags = this.randomOf(6);
    return {
      ...{ store, profile, configuration, clouds, requestsOut, randomness: ids },
      schedules: this.plan.hasSchedule ? schedulesOf() : [],
      staged: new StagedKeys(),
      handedOver: new Map(),
      sealed: [],
      receivers: this.receivers,
      wallNow: this.wallNow,
      lagMs: () => (profile.indexLagMs > 0 ? lags.below(profile.indexLagMs) : 0),
      logged: (line) => this.secrets.look("a log line", line),
      isRestored: () => this.isRestored,
      isDefective: () => this.isDefective,
      letOut: (entry) => this.people.installers.letOut(entry),
      effected: new EffectsWatch(
        () => noEffectTwice(clouds, this.verdicts.report, this.exempt),
        () => clouds.tickets.look(),
      ).effected,
    };
  }

  /** What reached the host's own code: a handler or a timer that could not go on. */
  #uncaught(error: unknown): void {
    const text = messageOf(error);
    this.errors.push(`${currentWork()?.step}: ${text}`);
    if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) {
      this.verdicts.report("no-defect", error.stack ?? text);
    }
  }
}
