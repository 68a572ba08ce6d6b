import { createEventGridEmulator } from "../../emulators/event-grid/index.ts";
import { createKeyVaultEmulator } from "../../emulators/key-vault/index.ts";
import { serveOnLoopback } from "../../emulators/serve.ts";
import { createStorageBlobsEmulator } from "../../emulators/storage-blobs/index.ts";
import { createStorageQueuesEmulator } from "../../emulators/storage-queues/index.ts";
import { createStorageTablesEmulator } from "../../emulators/storage-tables/index.ts";
import { inboxQueue } from "../../lib/contracts/ports.ts";
import { type FaultProxy, startFaultProxy } from "../platforms/aws/fault-proxy.ts";
import { account } from "../platforms/azure/accounts.ts";
import { stepQueues } from "./aws-cloud.ts";
import { secrets } from "./clouds.ts";

export const workQueues = [inboxQueue, ...stepQueues];
export const queuePrefix = "drover-test-";
const vaultName = "drover-test";
const topicKey = "canary/TopicKey==";
const identity = {
  directoryId: "d14ec701-0000-4000-8000-000000000001",
  clientId: "c11e0000-0000-4000-8000-000000000001",
  objectId: "0b1ec700-0000-4000-8000-000000000001",
  identityHeader: "canary-header",
};

const services = ["queues", "tables", "blobs", "topic", "vault"] as const;
export type Service = (typeof services)[number];

/** The subscription that Drover itself runs in: emulators on virtual time, each behind an address of its own. */
export interface AzureCloud {
  readonly queues: ReturnType<typeof createStorageQueuesEmulator>;
  readonly tables: ReturnType<typeof createStorageTablesEmulator>;
  readonly blobs: ReturnType<typeof createStorageBlobsEmulator>;
  readonly topic: ReturnType<typeof createEventGridEmulator>;
  readonly vault: ReturnType<typeof createKeyVaultEmulator>;
  /** Between the functions and the services: they count, and inject what networks and services do. */
  readonly proxies: Readonly<Record<Service, FaultProxy>>;
  /** The app's settings. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of somebody who looks at the services past the proxies. */
  readonly direct: Readonly<Record<string, string>>;
  /** Names of all queues in the account. */
  readonly queueNames: readonly string[];
  close(): Promise<void>;
}

export async function openAzureCloud(now: () => number, configuration: object): Promise<AzureCloud> {
  const queues = createStorageQueuesEmulator({ now, account });
  const tables = createStorageTablesEmulator({ now, account });
  const blobs = createStorageBlobsEmulator({ now, account });
  const topic = createEventGridEmulator({ key: topicKey });
  const stored = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [`drover-vault-${name}`, value]));
  const vault = createKeyVaultEmulator({ now, scenario: { vaults: [{ name: vaultName, secrets: stored }] } });
  vault.entra.managedIdentity(identity);
  const queueNames = workQueues.flatMap((queue) => [`${queuePrefix}${queue}`, `${queuePrefix}${queue}-poison`]);
  for (const name of queueNames) queues.seedQueue(name);
  tables.seedTable("drover");
  blobs.seedContainer("drover-handoffs");
  const emulators = { queues, tables, blobs, topic, vault };
  const servers = await Promise.all(
    services.map((name) => serveOnLoopback((request) => emulators[name].fetch(request))),
  );
  const started = await Promise.all(servers.map(({ url }) => startFaultProxy(url)));
  const proxies = Object.fromEntries(services.map((name, index) => [name, started[index]])) as AzureCloud["proxies"];
  const storageAt = (urlOf: (service: Service) => string | undefined) => {
    const [queueUrl, tableUrl, blobUrl] = (["queues", "tables", "blobs"] as const).map(urlOf);
    return `AccountName=${account.name};AccountKey=${account.key};QueueEndpoint=${queueUrl}/${account.name};TableEndpoint=${tableUrl}/${account.name};BlobEndpoint=${blobUrl}/${account.name}`;
  };
  const variables = {
    DROVER_STORAGE_CONNECTION_STRING: storageAt((service) => proxies[service].url),
    DROVER_QUEUES: "UseDevelopmentStorage=true",
    DROVER_QUEUE_PREFIX: queuePrefix,
    DROVER_TOPIC_ENDPOINT: `${proxies.topic.url}/api/events`,
    DROVER_TOPIC_KEY: topicKey,
    DROVER_VAULT_URL: `${proxies.vault.url}/${vaultName}.vault.azure.net/`,
    IDENTITY_ENDPOINT: `${proxies.vault.url}/msi/token`,
    IDENTITY_HEADER: identity.identityHeader,
    DROVER_IDENTITY_CLIENT_ID: identity.clientId,
    DROVER_CONFIGURATION: JSON.stringify(configuration),
    DROVER_VERSION: "0.0.0",
    DROVER_LOG_LEVEL: "debug",
  };
  const DROVER_STORAGE_CONNECTION_STRING = storageAt((service) => servers[services.indexOf(service)]?.url);
  const direct = { ...variables, DROVER_STORAGE_CONNECTION_STRING };
  return {
    ...{ queues, tables, blobs, topic, vault, proxies, variables, direct, queueNames },
    async close() {
      for (const proxy of started) await proxy.close();
      for (const server of servers) await server.close();
    },
  };
}
