import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type {
  Clock,
  HandoffStore,
  Ports,
  QueueReceiver,
  QueueSender,
  Randomness,
  Vault,
} from "../../contracts/ports.ts";
import type { Sealer } from "../../contracts/sealer.ts";
import { type After, systemAfter } from "../after.ts";
import { createClock, systemSources } from "../clock.ts";
import { deferredBus, deferredHandoffs, deferredSealer, deferredVault } from "../deferred.ts";
import { jsonLog } from "../json-log.ts";
import { onceDone } from "../made-once.ts";
import { createRandomness } from "../randomness.ts";
import { redacted } from "../redaction.ts";
import { defaultPersistence, type Persistence } from "../trying.ts";
import { awsSettings, clientOptions, type Variables } from "./clients.ts";
import { awsEnvironment, logLevelIn } from "./environment.ts";
import { createDynamoLedger } from "./ledger/ledger.ts";
import { ledgerRetries } from "./ledger/retries.ts";
import { embeddedMetrics, type Metrics } from "./metrics.ts";
import { awsQueue } from "./queue.ts";
import { queueUrls } from "./queue-urls.ts";

/** Keys of Drover's own, beside the secrets of people and not among them. */
const keyPrefixOf = (vaultPrefix: string) => `${vaultPrefix.replace(/\/$/, "")}-keys/`;

export interface AwsParts {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly after: After;
  readonly persistence: Persistence;
  /** For one attempt of a call of AWS. */
  readonly requestTimeoutMs: number;
  /** Takes a line of the log or of the metrics, without its end. */
  readonly write: (line: string) => void;
}

export interface AwsPlatform extends Ports {
  readonly queue: QueueSender & QueueReceiver;
  readonly telemetry: Metrics;
  readonly version: string;
  readonly vault: Vault;
  readonly sealer: Sealer;
  readonly handoffs: HandoffStore;
  readonly after: After;
}

/** What a function says beside everything: which invocation it is in. One at a time, as Lambda does it. */
export interface Voice {
  readonly log: Ports["log"];
  readonly metrics: Metrics;
  /** Stands in every line from now on. */
  invokedAs(requestId: string): void;
}

export function awsVoice(variables: Variables, { write }: Partial<Pick<AwsParts, "write">> = {}): Voice {
  let requestId = "";
  const always = () => ({ function: variables["AWS_LAMBDA_FUNCTION_NAME"] ?? "", requestId });
  const out = write ?? console.log;
  return {
    log: jsonLog({ level: logLevelIn(variables), redact: redacted, always, write: (_level, line) => out(line) }),
    // Stages of one account and region would share an alarm.
    metrics: embeddedMetrics({ namespace: variables["DROVER_METRICS_NAMESPACE"] || "Drover", always, write: out }),
    invokedAs(id) {
      requestId = id;
    },
  };
}

/**
 * The ports of one instance. Clients are made with their first call; what most functions never use is loaded with its first call.
 * @throws ConfigurationError with what is wrong in the environment
 */
export function openAwsPlatform(variables: Variables, voice: Voice, parts: Partial<AwsParts> = {}): AwsPlatform {
  const { persistence = defaultPersistence, randomness = createRandomness(), after = systemAfter } = parts;
  const { log, metrics } = voice;
  const clock =
    parts.clock ??
    createClock(systemSources, (byMs) => log.warn("the system clock jumped", { byMs: Math.round(byMs) }));
  const environment = awsEnvironment(variables);
  const settings = { ...awsSettings(variables), requestTimeoutMs: parts.requestTimeoutMs };
  const { vaultPrefix, handoffBucket, busName, table } = environment;
  const vaultUnder = onceDone(async () => {
    const { awsVault } = await import("./vault.ts");
    return (prefix: string) => awsVault({ settings, prefix, persistence });
  });
  const vault = onceDone(async () => (await vaultUnder())(vaultPrefix));
  const keys = onceDone(async () => {
    const { sealingKeys } = await import("../vault-key.ts");
    return sealingKeys((await vaultUnder())(keyPrefixOf(vaultPrefix)));
  });
  const sealer = onceDone(async () => {
    const { vaultSealer } = await import("../vault-sealer.ts");
    return vaultSealer(await keys());
  });
  const handoffs = onceDone(async () => {
    const [{ awsHandoffStore }, { s3Objects }] = await Promise.all([import("./handoff.ts"), import("./objects.ts")]);
    const objects = s3Objects({ settings, bucket: handoffBucket });
    return awsHandoffStore({ objects, keys: await keys(), clock, persistence });
  });
  const bus = onceDone(async () => {
    const { awsBus } = await import("./bus.ts");
    return awsBus({ settings, busName, persistence });
  });
  const client = new DynamoDBClient({ ...clientOptions(settings), retryStrategy: ledgerRetries(persistence) });
  return {
    version: environment.version,
    clock,
    randomness,
    log,
    telemetry: metrics,
    after,
    ledger: createDynamoLedger({ client, table, clock }),
    queue: awsQueue({ settings, urls: queueUrls(variables), persistence }),
    bus: deferredBus(bus),
    vault: deferredVault(vault),
    sealer: deferredSealer(sealer),
    handoffs: deferredHandoffs(handoffs),
  };
}
