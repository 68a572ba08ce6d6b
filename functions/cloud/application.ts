import { createAuthentication } from "../../lib/clients/authenticate.ts";
import { FloodGates } from "../../lib/clients/flood.ts";
import { WaitingPlaces } from "../../lib/clients/waiting-places.ts";
import { loadSchedules } from "../../lib/configuration/schedules.ts";
import { calendar } from "../../lib/schedules/calendar.ts";
import { listSchedules } from "../../lib/schedules/run.ts";
import { sinkStoreOf } from "../../lib/sinks/store.ts";
import { acceptOptionsOf } from "../accept-options.ts";
import { createProviders } from "../providers.ts";
import { createApplication } from "../receive-webhook/application.ts";
import { authenticatingGuard } from "../receive-webhook/guard.ts";
import { keptSecretsOf } from "../receive-webhook/kept-secrets.ts";
import { ledgerChecks } from "../telemetry/ledger-checks.ts";
import type { CloudHost } from "./host.ts";

/** An instance serves some sixteen requests at once: most of them are never left to those that only wait. */
const waitingPlaces = { perClient: 4, total: 12 };

/** The HTTP application. Whoever comes is from elsewhere, and is known by its credentials. @param eventsAt where events are to be had, as they are not here */
export async function openApplication(host: CloudHost, eventsAt: string) {
  const configuration = await host.configuration();
  const { vault: _ofTheCloud, handoffs, after, version, ...ports } = host.platform();
  const { clock, log, ledger, queue, randomness } = ports;
  const { clients, connections, retainMs, secret } = configuration;
  const schedules = await loadSchedules(configuration, calendar);
  const authenticate = createAuthentication({ clients, secret, clock, log });
  const startedAt = clock.now();
  return createApplication({
    ports,
    eventsAt,
    handoffs,
    accept: acceptOptionsOf(configuration, ports),
    providers: createProviders(connections, await host.providerParts()),
    connections,
    schedules,
    retainMs,
    sinks: { sinks: {}, store: sinkStoreOf(ledger), bus: { read: async () => [] }, queue, clock, randomness },
    webhookOrigins: configuration.http?.webhookOrigins ?? [],
    guard: authenticatingGuard({ authenticate, gates: new FloodGates(clock) }),
    waiting: new WaitingPlaces(waitingPlaces),
    keptSecrets: keptSecretsOf(configuration),
    after,
    // What the table does not take is the failure of a request, and not a state of this instance.
    storage: { health: () => ({ ok: true }), onHealth: () => () => undefined },
    activity: () => ({ version, working: true, running: 0, startedAt }),
    checks: ledgerChecks({
      ledger,
      clock,
      connections: Object.keys(connections),
      schedules: () => listSchedules(ports, schedules),
    }),
  });
}
