import { createEventBridgeEmulator } from "../../emulators/event-bridge/index.ts";
import { createS3Emulator } from "../../emulators/s3/index.ts";
import { createSecretsManagerEmulator } from "../../emulators/secrets-manager/index.ts";
import { serveOnLoopback } from "../../emulators/serve.ts";
import { createSqsEmulator } from "../../emulators/sqs/index.ts";
import { deadLetterQueueOf, inboxQueue } from "../../lib/contracts/ports.ts";
import { type Dynamo, startDynamo } from "../platforms/aws/dynalite.ts";
import { type FaultProxy, startFaultProxy } from "../platforms/aws/fault-proxy.ts";
import { accessKey, accessKeyId, region, secretAccessKey, sessionToken } from "../platforms/aws/settings.ts";
import { secrets } from "./clouds.ts";

export const stepQueues = [
  "start-deployment",
  "poll-operation",
  "rotate-dps-keys",
  "apply-dps-change",
  "provision-panorama-device",
  "create-provisioning-claim",
  "clean-up-deployment",
  "start-children",
  "await-children",
] as const;
export const workQueues = [inboxQueue, ...stepQueues];
export const queuePrefix = "drover-test-";
const vaultPrefix = "drover/test/vault/";
const bucket = "drover-test-handoffs";
const busName = "drover-test";

/** The account that Drover itself runs in: emulators on virtual time, and dynalite, all behind one address. */
export interface AwsCloud {
  readonly sqs: ReturnType<typeof createSqsEmulator>;
  readonly eventBridge: ReturnType<typeof createEventBridgeEmulator>;
  readonly secretsManager: ReturnType<typeof createSecretsManagerEmulator>;
  readonly s3: ReturnType<typeof createS3Emulator>;
  readonly dynamo: Dynamo;
  readonly table: string;
  /** Between the functions and the services: counts, and injects what networks and services do. */
  readonly proxy: FaultProxy;
  /** Past the proxy. */
  readonly url: string;
  /** The environment of every function. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function openAwsCloud(now: () => number, configuration: object): Promise<AwsCloud> {
  const sqs = createSqsEmulator({ now });
  const eventBridge = createEventBridgeEmulator({ now });
  const secretsManager = createSecretsManagerEmulator({ now });
  const s3 = createS3Emulator({ now });
  for (const service of [sqs, eventBridge, secretsManager, s3]) {
    service.seedAccessKey(accessKey);
    // Requests are signed in real time, and answered in virtual time.
    service.configure({ signatureSkewMs: Number.POSITIVE_INFINITY });
  }
  for (const queue of workQueues) {
    const letters = `${queuePrefix}${deadLetterQueueOf(queue)}`;
    sqs.seedQueue(letters, { visibilityTimeoutSeconds: 180, retentionSeconds: 1_209_600 });
    sqs.seedQueue(`${queuePrefix}${queue}`, {
      visibilityTimeoutSeconds: 180,
      deadLetterQueue: letters,
      maxReceiveCount: 5,
    });
  }
  eventBridge.seedBus(busName);
  s3.seedBucket(bucket);
  for (const [name, value] of Object.entries(secrets))
    secretsManager.seedSecret({ name: `${vaultPrefix}${name}`, value });
  const dynamo = await startDynamo();
  const table = await dynamo.newTable();
  const services: Readonly<Record<string, { fetch(request: Request): Promise<Response> }>> = {
    AmazonSQS: sqs,
    AWSEvents: eventBridge,
    secretsmanager: secretsManager,
    DynamoDB_20120810: { fetch: (request) => forwarded(request, dynamo.url) },
  };
  const server = await serveOnLoopback((request) => {
    const [service = ""] = (request.headers.get("x-amz-target") ?? "").split(".");
    return (services[service] ?? s3).fetch(request);
  });
  const proxy = await startFaultProxy(server.url);
  const variables = {
    AWS_REGION: region,
    AWS_ENDPOINT_URL: proxy.url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    DROVER_TABLE: table,
    DROVER_QUEUE_URL_PREFIX: `${proxy.url}/000000000000/${queuePrefix}`,
    DROVER_BUS_NAME: busName,
    DROVER_HANDOFF_BUCKET: bucket,
    DROVER_VAULT_PREFIX: vaultPrefix,
    DROVER_CONFIGURATION: JSON.stringify(configuration),
    DROVER_VERSION: "0.0.0",
    DROVER_LOG_LEVEL: "debug",
  };
  return {
    ...{ sqs, eventBridge, secretsManager, s3, dynamo, table, proxy, variables },
    url: server.url,
    async close() {
      await proxy.close();
      await server.close();
      await dynamo.close();
    },
  };
}

async function forwarded(request: Request, to: string): Promise<Response> {
  const headers = new Headers(request.headers);
  for (const name of ["host", "connection", "content-length", "accept-encoding"]) headers.delete(name);
  const answer = await fetch(to, { method: request.method, headers, body: await request.arrayBuffer() });
  return new Response(await answer.arrayBuffer(), { status: answer.status, headers: answer.headers });
}
