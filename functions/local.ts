import type { Hono } from "hono";
import { createAuthentication } from "../lib/clients/authenticate.ts";
import { FloodGates } from "../lib/clients/flood.ts";
import { WaitingPlaces } from "../lib/clients/waiting-places.ts";
import type { Configuration } from "../lib/contracts/configuration.ts";
import { durationMs } from "../lib/contracts/duration.ts";
import { messageOf } from "../lib/contracts/errors.ts";
import { localPlatformOf } from "../lib/contracts/platform-fit.ts";
import {
  deadLetterQueueOf,
  type HandoffStore,
  inboxQueue,
  type MessageHandler,
  type Ports,
  type Vault,
} from "../lib/contracts/ports.ts";
import type { Schedule } from "../lib/contracts/schedule.ts";
import type { Secret } from "../lib/contracts/secret.ts";
import type { AcceptOptions } from "../lib/operations/accept.ts";
import { closeUntilReconciled, type EffectGate } from "../lib/operations/restore.ts";
import { createRunner } from "../lib/operations/runner.ts";
import type { LocalPlatform } from "../lib/platforms/local/platform.ts";
import { LocalWorker } from "../lib/platforms/local/worker.ts";
import { listSchedules } from "../lib/schedules/run.ts";
import { sinkStates } from "../lib/sinks/describe.ts";
import { acceptOptionsOf } from "./accept-options.ts";
import { acceptRequest } from "./accept-request/step.ts";
import { Housekeeping } from "./housekeeping.ts";
import { createLocalSinks } from "./local-sinks.ts";
import type { Providers } from "./providers.ts";
import { createApplication } from "./receive-webhook/application.ts";
import type { Activity, ApplicationDependencies } from "./receive-webhook/dependencies.ts";
import { authenticatingGuard, trustingGuard } from "./receive-webhook/guard.ts";
import { keptSecretsOf } from "./receive-webhook/kept-secrets.ts";
import { recordDeadLetter } from "./record-dead-letter/step.ts";
import { requestRoutes } from "./request-routes.ts";
import { runSchedules } from "./run-schedules/step.ts";
import { ScheduleTimer } from "./schedule-timer.ts";
import { steps } from "./steps.ts";
import { localChecks, localReadings } from "./telemetry/local.ts";
import { HostTelemetry } from "./telemetry/telemetry.ts";

export interface LocalHostOptions {
  readonly platform: LocalPlatform;
  readonly configuration: Configuration;
  readonly providers: Providers;
  readonly vault: Vault;
  /** The same that the providers have. */
  readonly handoffs: HandoffStore;
  /** Reads the secrets of clients by their references. */
  readonly secret: (reference: string) => Promise<Secret>;
  /** With their requests; default: none. */
  readonly schedules?: readonly Schedule[];
  /** Of this release, shown by `/health`. */
  readonly version: string;
  /** The data folder comes from a backup: effects that were under way are reconciled before anything new begins. */
  readonly afterRestore?: boolean;
}

/** Everything that runs on one machine: the HTTP application, the functions behind the queues, and the timers. */
export interface LocalHost {
  /** For whoever owns this process: everything is allowed. */
  readonly application: Hono;
  /** For clients from elsewhere, each known by its credentials. */
  readonly guarded: Hono;
  readonly queues: readonly string[];
  /**
   * Begins to carry out what is queued. Without it the application answers and nothing moves.
   * @param withSchedules false in a process that stays only until something has ended; default: true
   */
  start(withSchedules?: boolean): void;
  /** Takes nothing new and waits for what is under way. Returns how many did not end in time. */
  stop(boundMs: number): Promise<number>;
}

/** Events older than the retention are forgotten this often, a bounded number each time. */
const trimEveryMs = 60_000;

export function createLocalHost(options: LocalHostOptions): LocalHost {
  const { platform, configuration, providers, schedules = [] } = options;
  const telemetry = new HostTelemetry(options.version);
  const ports: Ports = { ...platform, telemetry };
  const accept = acceptOptionsOf(configuration, ports);
  const retainMs = durationMs(configuration.retention.operations);
  let gate: Promise<EffectGate> | undefined;
  const unsettledFirst: EffectGate = async () => {
    if (options.afterRestore !== true) return undefined;
    gate ??= closeUntilReconciled(platform);
    gate.catch(() => {
      gate = undefined;
    });
    return (await gate)();
  };
  const stepHandlers = handlersOf(ports, accept, providers, {
    retainMs,
    unsettledFirst,
    connections: configuration.connections,
  });
  const { concurrency } = localPlatformOf(configuration);
  const localSinks = createLocalSinks({
    platform,
    sinks: configuration.sinks,
    secret: options.secret,
    concurrency,
    deadLetter: recordDeadLetter(ports, retainMs),
    telemetry,
  });
  const handlers = { ...stepHandlers, ...localSinks.handlers };
  const worker = new LocalWorker({ platform, handlers, concurrency });
  const timers = new HostTimers({ ...options, ports }, accept.idempotencyMs, retainMs);
  const scheduleTimer = new ScheduleTimer({
    after: (ms, callback) => platform.timers.after(ms, callback),
    isHealthy: () => platform.health().ok,
    run: () => runSchedules(accept, schedules),
    log: platform.log,
  });
  const startedAt = platform.clock.now();
  const activity = (): Activity => ({
    version: options.version,
    working: timers.running,
    running: worker.running,
    startedAt,
    ...(timers.sweptAt === undefined ? {} : { sweptAt: timers.sweptAt }),
  });
  const sources = {
    platform,
    activity,
    workerLimit: worker.concurrency,
    sweepEveryMs: durationMs(configuration.sweep.every),
    connections: Object.keys(configuration.connections),
    schedules: () => listSchedules(ports, schedules),
    sinks: () => sinkStates(configuration.sinks, { ...localSinks.operator, now: platform.clock.now() }),
  };
  const readings = localReadings(sources);
  const endObserving = telemetry.observe(readings);
  const dependencies: Omit<ApplicationDependencies, "guard"> = {
    ports,
    events: platform.bus,
    vault: options.vault,
    handoffs: options.handoffs,
    accept,
    providers,
    connections: configuration.connections,
    schedules,
    sinks: localSinks.operator,
    webhookOrigins: configuration.http?.webhookOrigins ?? [],
    retainMs,
    after: (ms, callback) => platform.timers.after(ms, callback),
    storage: platform,
    activity,
    checks: localChecks(sources),
    metrics: () => telemetry.prometheus(readings),
  };
  const application = createApplication({ ...dependencies, guard: trustingGuard });
  const { clients } = configuration;
  const { clock, log } = platform;
  const authenticate = createAuthentication({ clients, secret: options.secret, clock, log });
  const guard = authenticatingGuard({ authenticate, gates: new FloodGates(clock) });
  const fromElsewhere = { guard, waiting: new WaitingPlaces(), keptSecrets: keptSecretsOf(configuration) };
  return {
    application,
    guarded: createApplication({ ...dependencies, ...fromElsewhere }),
    queues: Object.keys(handlers),
    start(withSchedules = true) {
      // Wakes what has to be reconciled before the first step looks at the gate.
      unsettledFirst().catch((error: unknown) =>
        platform.log.warn("the restored operations could not be listed and are tried again", {
          error: messageOf(error),
        }),
      );
      worker.start();
      timers.start();
      localSinks.start();
      if (withSchedules && schedules.length > 0) scheduleTimer.start();
    },
    async stop(boundMs) {
      endObserving();
      await Promise.all([timers.stop(), scheduleTimer.stop(), localSinks.stop()]);
      return worker.stop(boundMs);
    },
  };
}

/** The function behind each queue. */
function handlersOf(
  ports: Ports,
  accept: AcceptOptions,
  providers: Providers,
  {
    retainMs,
    unsettledFirst,
    connections,
  }: {
    readonly retainMs: number;
    readonly unsettledFirst: EffectGate;
    readonly connections: Configuration["connections"];
  },
): Readonly<Record<string, MessageHandler>> {
  const runner = createRunner({
    ports,
    steps,
    providerOf: async ({ request }) => providers.of(request.connection),
    retainMs,
    unsettledFirst,
    limitsOf: ({ request }) =>
      Object.hasOwn(connections, request.connection) ? connections[request.connection]?.limits : undefined,
    splitOf: ({ request }) => requestRoutes[request.type].split,
  });
  const work: [string, MessageHandler][] = [
    [inboxQueue, acceptRequest(accept)],
    ...Object.keys(steps).map((name): [string, MessageHandler] => [name, runner]),
  ];
  const deadLetter = recordDeadLetter(ports, retainMs);
  return Object.fromEntries([
    ...work,
    ...work.map(([queue]): [string, MessageHandler] => [deadLetterQueueOf(queue), deadLetter]),
  ]);
}

/** What runs on time and not on messages. */
class HostTimers {
  readonly #options: LocalHostOptions & { readonly ports: Ports };
  readonly #retainMs: number;
  readonly #housekeeping: Housekeeping;
  #cancel: (() => void) | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #trimmedAtMs = 0;
  running = false;

  constructor(options: LocalHostOptions & { readonly ports: Ports }, idempotencyMs: number, retainMs: number) {
    this.#options = options;
    this.#retainMs = retainMs;
    this.#housekeeping = new Housekeeping({ ...options, retainMs, idempotencyMs });
  }

  get sweptAt(): number | undefined {
    return this.#housekeeping.sweptAt;
  }

  start(): void {
    this.running = true;
    this.#plan(0);
  }

  async stop(): Promise<void> {
    this.running = false;
    this.#cancel?.();
    await this.#sweeping;
  }

  /** The next sweep begins a while after the one before has ended, so that two never run at once. */
  #plan(afterMs: number): void {
    if (!this.running) return;
    const everyMs = durationMs(this.#options.configuration.sweep.every);
    this.#cancel = this.#options.platform.timers.after(afterMs, () => {
      this.#sweeping = this.#sweep().finally(() => this.#plan(everyMs));
    });
  }

  async #sweep(): Promise<void> {
    const { platform } = this.#options;
    if (!platform.health().ok) return;
    try {
      const now = await this.#housekeeping.sweep();
      if (now - this.#trimmedAtMs < trimEveryMs) return;
      this.#trimmedAtMs = now;
      await platform.bus.trim(now - this.#retainMs);
    } catch (error) {
      platform.log.error("the sweep failed and is tried again", { error: messageOf(error) });
    }
  }
}
