import { type AppSettings, checkConnection, resolved } from "./app-settings.ts";
import type { FunctionsApp, RegisteredFunction } from "./core.ts";
import type { HostSettings } from "./host-json.ts";
import { answer, type HostKeys } from "./http.ts";
import { Instance } from "./instance.ts";
import type { Journal } from "./journal.ts";
import { scheduleOf } from "./ncrontab.ts";
import type { QueueStorage } from "./queue-client.ts";
import { QueueListener } from "./queues.ts";
import { checkSupported, registrationsOf } from "./registrations.ts";
import { type Route, routeOf } from "./routes.ts";
import { TimerListener, type TimerStatus } from "./timers.ts";

/** What outlives an instance. */
export interface HostParts {
  readonly settings: AppSettings;
  readonly storage: QueueStorage;
  readonly now: () => number;
  readonly nextVisibleAt?: (queue: string) => number;
  readonly keys?: HostKeys;
  readonly newId: () => string;
  readonly hostSettings: HostSettings;
  readonly journal: Journal;
  readonly statuses: Map<string, TimerStatus>;
}

/** What an instance listens to. */
export interface Listening {
  readonly instance: Instance;
  readonly queues: readonly QueueListener[];
  readonly timers: readonly TimerListener[];
  readonly http: (request: Request) => Promise<Response>;
}

export function listening(host: HostParts, app: FunctionsApp): Listening {
  const { journal, now, newId, settings, statuses, storage, nextVisibleAt, keys = {} } = host;
  const { functionTimeoutMs, routePrefix, queues: queueSettings } = host.hostSettings;
  const instance = new Instance({ app, journal, now, newId, functionTimeoutMs });
  const queues: QueueListener[] = [];
  const timers: TimerListener[] = [];
  const routes: Route[] = [];
  const onPoisoned = (queue: string) => queues.find((listener) => listener.queue === queue)?.notify();
  for (const line of app.startLogs) journal.log(line);
  for (const registration of registrationsOf(app)) {
    const registered = registeredAs(app, registration.name);
    checkSupported(registered);
    if (registration.kind === "queue") {
      checkConnection(registration.connection, settings);
      const queue = resolved(registration.queue, settings);
      const own = { settings: queueSettings, storage, nextVisibleAt, onPoisoned };
      queues.push(new QueueListener({ instance, registered, queue, journal, now, ...own }));
    } else if (registration.kind === "timer") {
      const schedule = scheduleOf(resolved(registration.schedule, settings));
      timers.push(new TimerListener({ instance, registered, registration, schedule, statuses, now }));
    } else if (registration.kind === "http") routes.push(routeOf(registration, routePrefix));
  }
  const http = { instance, routes, keys, registeredAs: (name: string) => registeredAs(app, name) };
  return { instance, queues, timers, http: (request) => answer(http, request) };
}

export function nextAt({ instance, queues, timers }: Listening): number {
  return Math.min(
    instance.nextTimeoutAt(),
    ...timers.map((timer) => timer.firesAt()),
    ...queues.flatMap((listener) => [listener.pollsAt(), listener.renewsAt()]),
  );
}

function registeredAs({ functions }: FunctionsApp, name: string): RegisteredFunction {
  const found = functions.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`Expected a function ${name}, got none`);
  return found;
}
