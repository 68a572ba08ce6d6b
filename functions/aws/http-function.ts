import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { createAuthentication } from "../../lib/clients/authenticate.ts";
import { FloodGates } from "../../lib/clients/flood.ts";
import { WaitingPlaces } from "../../lib/clients/waiting-places.ts";
import { loadSchedules } from "../../lib/configuration/schedules.ts";
import { onceDone } from "../../lib/platforms/aws/deferred.ts";
import { plainFunction } from "../../lib/platforms/aws/lambda/functions.ts";
import { answerOf, requestOf } from "../../lib/platforms/aws/lambda/http.ts";
import { guardOf } from "../../lib/platforms/aws/lambda/time-guard.ts";
import { calendar } from "../../lib/schedules/calendar.ts";
import { listSchedules } from "../../lib/schedules/run.ts";
import { sinkStoreOf } from "../../lib/sinks/store.ts";
import { acceptOptionsOf } from "../accept-options.ts";
import { createProviders } from "../providers.ts";
import { createApplication } from "../receive-webhook/application.ts";
import { authenticatingGuard } from "../receive-webhook/guard.ts";
import { keptSecretsOf } from "../receive-webhook/kept-secrets.ts";
import { problemResponse } from "../receive-webhook/problem.ts";
import { ledgerChecks } from "../telemetry/ledger-checks.ts";
import { type AwsHost, thisInstance } from "./host.ts";

const eventsAt = 'add a rule to the bus that DROVER_BUS_NAME names, for events whose source is "drover"';

/** Whoever comes is from elsewhere, and is known by its credentials. */
async function applicationOf(host: AwsHost) {
  const configuration = await host.configuration();
  const platform = host.platform();
  const { vault: _ofTheCloud, handoffs, after, ...ports } = platform;
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
    waiting: new WaitingPlaces(),
    keptSecrets: keptSecretsOf(configuration),
    after,
    // What DynamoDB does not take is the failure of a request, and not a state of this instance.
    storage: { health: () => ({ ok: true }), onHealth: () => () => undefined },
    activity: () => ({ version: platform.environment.version, working: true, running: 0, startedAt }),
    checks: ledgerChecks({
      ledger,
      clock,
      connections: Object.keys(connections),
      schedules: () => listSchedules(ports, schedules),
    }),
  });
}

export function httpFunction(host: AwsHost = thisInstance) {
  const open = onceDone(() => applicationOf(host));
  return plainFunction(host.parts, async (event: APIGatewayProxyEventV2, context: Context) => {
    const application = await open();
    const { signal } = guardOf(context);
    let request: Request;
    try {
      request = requestOf(event, signal);
    } catch {
      // A method or a header that no request can have: whoever sent it made a mistake, and nobody has to be woken.
      const detail = "Expected a method and headers as HTTP has them, got others";
      return answerOf(problemResponse(400, "invalid-request", detail));
    }
    return answerOf(await application.fetch(request));
  });
}
