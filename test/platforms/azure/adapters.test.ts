import { describe, expect, test } from "vitest";
import { createEventGridEmulator } from "../../../emulators/event-grid/index.ts";
import { createKeyVaultEmulator } from "../../../emulators/key-vault/index.ts";
import { createStorageBlobsEmulator } from "../../../emulators/storage-blobs/index.ts";
import { createStorageQueuesEmulator } from "../../../emulators/storage-queues/index.ts";
import { createStorageTablesEmulator } from "../../../emulators/storage-tables/index.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { azureAdapters } from "../../../lib/platforms/azure/adapters.ts";
import { eventOf } from "../../contracts/bus.ts";
import { idOf, operationOf } from "../../contracts/ledger.ts";
import { ManualTime } from "../local/manual-time.ts";
import { account, behindProxy } from "./accounts.ts";
import { impatience, shownBy, thrownBy } from "./patience.ts";

const key = "canary/TopicKey==";

async function opened() {
  const clock = new ManualTime();
  const now = () => clock.now();
  const queues = createStorageQueuesEmulator({ now, account });
  const tables = createStorageTablesEmulator({ now, account });
  const blobs = createStorageBlobsEmulator({ now, account });
  const topic = createEventGridEmulator({ key });
  const vault = createKeyVaultEmulator({ now, scenario: { vaults: [{ name: "drover-test" }] } });
  vault.entra.managedIdentity({
    directoryId: "d14ec701-0000-4000-8000-000000000001",
    clientId: "c11e0000-0000-4000-8000-000000000001",
    objectId: "0b1ec700-0000-4000-8000-000000000001",
    identityHeader: "canary-header",
  });
  queues.seedQueue("drover-inbox");
  tables.seedTable("drover");
  blobs.seedContainer("drover-handoffs");
  const [q, t, b, e, v] = await Promise.all(
    [queues, tables, blobs, topic, vault].map((emulator) => behindProxy((request) => emulator.fetch(request))),
  );
  const variables = {
    DROVER_STORAGE_CONNECTION_STRING: `AccountName=${account.name};AccountKey=${account.key};QueueEndpoint=${q?.url}/${account.name};TableEndpoint=${t?.url}/${account.name}/;BlobEndpoint=${b?.url}/${account.name}`,
    DROVER_QUEUE_PREFIX: "drover-",
    DROVER_TOPIC_ENDPOINT: `${e?.url}/api/events`,
    DROVER_TOPIC_KEY: key,
    DROVER_VAULT_URL: `${v?.url}/drover-test.vault.azure.net/`,
    IDENTITY_ENDPOINT: `${v?.url}/msi/token`,
    IDENTITY_HEADER: "canary-header",
    DROVER_IDENTITY_CLIENT_ID: "c11e0000-0000-4000-8000-000000000001",
  };
  return { clock, variables, queues, tables, blobs, topic, vault };
}

describe("adapters of azure, from app settings", () => {
  test("work together on one account, one topic and one vault", async () => {
    const { clock, variables, queues, tables, topic, vault, blobs } = await opened();
    const adapters = azureAdapters(variables, { clock, persistence: impatience() });
    await adapters.ledger.create(`operation/${idOf(1)}`, operationOf(1));
    await adapters.queue.send([{ queue: "inbox", body: "{}" }]);
    await adapters.bus.publish([eventOf(1)]);
    await adapters.vault.put("app-db", new Secret("value"));
    const sealed = await adapters.sealer.seal("status URL", new Secret("canary"));
    expect((await adapters.sealer.open("status URL", sealed)).reveal()).toBe("canary");
    const about = { fileName: "device.zip", expiresAt: clock.now() + 3_600_000 };
    await adapters.handoff.put("entry-1", Buffer.from("content"), about);
    expect(tables.rows("drover")).toHaveLength(2);
    expect(queues.messages("drover-inbox")).toHaveLength(1);
    expect(topic.delivered()).toEqual([eventOf(1)]);
    expect(await adapters.vault.names()).toEqual(["app-db"]);
    expect(vault.current("drover-test", "drover-keys-sealing-key")).not.toBeNull();
    expect(blobs.blobs("drover-handoffs").map(({ name }) => name)).toEqual([
      "handoffs/entry-1",
      expect.stringMatching(/^turns\/\d+$/),
    ]);
    expect(Buffer.from((await adapters.handoff.take("entry-1"))?.content ?? []).toString()).toBe("content");
    expect(await adapters.handoff.expire(clock.now() + 2 * 3_600_000)).toBe(0);
  });

  test("refuse to be made with settings that cannot work, all at once and without their values", async () => {
    const { clock, variables } = await opened();
    const wrong = {
      ...variables,
      DROVER_TABLE: "canary-table",
      DROVER_HANDOFF_CONTAINER: "Canary",
      DROVER_TOPIC_ENDPOINT: "http://canary.example/api/events",
      DROVER_VAULT_URL: "",
      DROVER_VAULT_PREFIX: "canary",
    };
    const error = await thrownBy(async () => azureAdapters(wrong, { clock }));
    expect(error).toMatchObject({ code: "invalid-environment", problems: expect.objectContaining({ length: 6 }) });
    expect(shownBy(error)).not.toMatch(/canary-table|canary\.example/);
  });
});
