import { setTimeout as sleep } from "node:timers/promises";
import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient, StorageSharedKeyCredential } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, test } from "vitest";
import { Secret } from "../../../lib/contracts/secret.ts";
import { azureBlobs } from "../../../lib/platforms/azure/blobs.ts";
import { azureHandoffStore } from "../../../lib/platforms/azure/handoff.ts";
import { createTablesLedger } from "../../../lib/platforms/azure/ledger/ledger.ts";
import { azureQueue } from "../../../lib/platforms/azure/queue.ts";
import { queueNames } from "../../../lib/platforms/azure/queue-names.ts";
import { blobTurns } from "../../../lib/platforms/azure/turns.ts";
import { sealingKeys } from "../../../lib/platforms/vault-key.ts";
import { describeHandoffStore } from "../../contracts/handoff.ts";
import { describeLedger } from "../../contracts/ledger.ts";
import { describeQueue } from "../../contracts/queue.ts";
import { ManualTime } from "../local/manual-time.ts";
import { account, noTokens, settingsFor } from "./accounts.ts";
import { type Azurite, azuriteFolder, startAzurite } from "./azurite.ts";

/** The same suites on Microsoft's own emulator of storage, where it is installed: it is 361 MB and no dependency. Real time passes. */
const folder = azuriteFolder();

describe.skipIf(folder !== undefined)("Azurite", () => {
  test.skip("is not installed: `npm run test:azurite` does it", () => {});
});

describe.skipIf(folder === undefined)("on Azurite", () => {
  let azurite: Azurite;
  let opened = 0;
  beforeAll(async () => {
    azurite = await startAzurite(folder ?? "");
  });
  afterAll(() => azurite?.close());

  const next = () => {
    opened += 1;
    return { settings: settingsFor(azurite), name: `drover${opened}` };
  };

  describeLedger("azure (Tables of Azurite)", async () => {
    const { settings, name } = next();
    const { tables } = settings.storage;
    const credential = new AzureNamedKeyCredential(account.name, account.key);
    await new TableClient(tables, name, credential, { allowInsecureConnection: true }).createTable();
    const ledger = createTablesLedger({ settings, tokens: noTokens, clock: new ManualTime(), table: name });
    return { ledger, close: async () => undefined };
  });

  describeQueue("azure (queues of Azurite)", async () => {
    const { settings, name } = next();
    const credential = new StorageSharedKeyCredential(account.name, account.key);
    const service = new QueueServiceClient(settings.storage.queues, credential);
    for (const queue of ["poll-operation", "start-deployment"]) await service.createQueue(`${name}-${queue}`);
    const names = queueNames({ DROVER_QUEUE_PREFIX: `${name}-` });
    const queue = azureQueue({ settings, tokens: noTokens, clock: new ManualTime(), names });
    return { sender: queue, receiver: queue, advance: (ms) => sleep(ms), close: async () => undefined };
  });

  async function openBlobs() {
    const { settings, name } = next();
    const credential = new StorageSharedKeyCredential(account.name, account.key);
    await new BlobServiceClient(settings.storage.blobs, credential).createContainer(name);
    // The service compares the date of what is signed with its own.
    return azureBlobs({ settings, tokens: noTokens, clock: { wallMs: () => Date.now() }, container: name });
  }

  describeHandoffStore("azure (blobs of Azurite)", async () => {
    const blobs = await openBlobs();
    const clock = new ManualTime(Date.now());
    const key = async () => new Secret(Buffer.alloc(32, 7).toString("base64"));
    const open = () => azureHandoffStore({ blobs, clock, keys: sealingKeys({ get: key, create: key }) });
    return {
      store: open(),
      now: () => clock.now(),
      advance: (ms) => clock.pass(ms),
      reopen: async () => open(),
    };
  });

  test("gives a turn to one at a time", async ({ expect }) => {
    const oneAtATime = blobTurns({ blobs: await openBlobs(), monotonicMs: () => performance.now() });
    const gate = Promise.withResolvers<void>();
    const first = oneAtATime("a", async () => {
      expect(await oneAtATime("a", async () => "second")).toBeUndefined();
      gate.resolve();
      return "first";
    });
    await gate.promise;
    expect(await first).toBe("first");
    expect(await oneAtATime("a", async () => "third")).toBe("third");
  });
});
