import { AzureNamedKeyCredential, odata, TableClient } from "@azure/data-tables";
import { describe, expect, onTestFinished, test } from "vitest";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { createStorageTablesEmulator } from "../../../emulators/storage-tables/index.ts";

const account = { name: "devstoreaccount1", key: Buffer.alloc(64, 1).toString("base64") };

async function opened(key = account.key) {
  const emulator = createStorageTablesEmulator({ now: () => Date.UTC(2026, 10, 21), account });
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  onTestFinished(() => server.close());
  const client = new TableClient(
    `${server.url}/${account.name}`,
    "ledger",
    new AzureNamedKeyCredential(account.name, key),
    {
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
    },
  );
  return { emulator, client };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no refusal",
    (error: { statusCode?: number; details?: { odataError?: { code?: string } } }) =>
      `${error.statusCode} ${error.details?.odataError?.code}`,
  );

const entity = (rowKey: string, more: object = {}) => ({ partitionKey: "p", rowKey, ...more });

describe("storage tables emulator", () => {
  test("makes a table, once, and refuses strangers", async () => {
    const { client } = await opened();
    expect(await codeOf(client.createEntity(entity("a")))).toBe("404 TableNotFound");
    await client.createTable();
    await client.createEntity(entity("a"));
    const { client: stranger } = await opened(Buffer.alloc(64, 2).toString("base64"));
    expect(await codeOf(stranger.createEntity(entity("a")))).toBe("403 AuthenticationFailed");
  });

  test("keeps conditions: taken places, stale ETags, what is gone", async () => {
    const { client } = await opened();
    await client.createTable();
    const { etag = "" } = await client.createEntity(entity("a", { value: "1" }));
    expect(etag).toMatch(/^W\/"datetime'/);
    expect(await codeOf(client.createEntity(entity("a")))).toBe("409 EntityAlreadyExists");
    const second = await client.updateEntity(entity("a", { value: "2" }), "Replace", { etag });
    expect(second.etag).not.toBe(etag);
    expect(await codeOf(client.updateEntity(entity("a"), "Replace", { etag }))).toBe("412 UpdateConditionNotSatisfied");
    expect(await codeOf(client.deleteEntity("p", "a", { etag }))).toBe("412 UpdateConditionNotSatisfied");
    expect(await codeOf(client.updateEntity(entity("b"), "Replace", { etag: "*" }))).toBe("404 ResourceNotFound");
    await client.upsertEntity(entity("a", { value: "3" }), "Replace");
    expect(await client.getEntity("p", "a")).toMatchObject({ value: "3" });
    await client.deleteEntity("p", "a");
    expect(await codeOf(client.getEntity("p", "a"))).toBe("404 ResourceNotFound");
    const again = await client.createEntity(entity("a"));
    expect(again.etag).not.toBe(etag);
  });

  test("bounds keys, properties and entities", async () => {
    const { client } = await opened();
    await client.createTable();
    const put = (more: object, rowKey = "a") => codeOf(client.upsertEntity(entity(rowKey, more), "Replace"));
    expect(await put({ text: "x".repeat(32_768) })).toBe("no refusal");
    expect(await put({ text: "x".repeat(32_769) })).toBe("400 PropertyValueTooLarge");
    expect(await put({ bytes: new Uint8Array(65_536) })).toBe("no refusal");
    expect(await put({ bytes: new Uint8Array(65_537) })).toBe("400 PropertyValueTooLarge");
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`p${index}`, "x".repeat(32_000)]));
    expect(await put(many)).toBe("400 EntityTooLarge");
    expect(await codeOf(client.createEntity(entity("x".repeat(513))))).toBe("400 KeyValueTooLarge");
    for (const mark of ["/", "\\", "#", "?", "\u0001", "\u0085"])
      expect(await codeOf(client.createEntity(entity(`a${mark}`)))).toBe("400 OutOfRangeInput");
  });

  test("answers ranges of keys in order, page by page, with what is selected", async () => {
    const { client, emulator } = await opened();
    await client.createTable();
    for (const rowKey of ["d", "a", "it's", "c", "b"])
      await client.createEntity(entity(rowKey, { value: rowKey, other: "x" }));
    await client.createEntity({ partitionKey: "q", rowKey: "a" });
    const listed = async (filter: string) => {
      const found = [];
      const queryOptions = { filter, select: ["RowKey", "value"] };
      for await (const page of client.listEntities({ queryOptions }).byPage({ maxPageSize: 2 }))
        found.push(page.map((one) => one.rowKey));
      return found;
    };
    expect(await listed(odata`PartitionKey eq ${"p"}`)).toEqual([["a", "b"], ["c", "d"], ["it's"]]);
    expect(await listed(odata`PartitionKey eq ${"p"} and RowKey gt ${"a"} and RowKey le ${"c"}`)).toEqual([["b", "c"]]);
    expect(await listed(odata`PartitionKey eq ${"p"} and RowKey ge ${"it's"}`)).toEqual([["it's"]]);
    emulator.configure({ emptyPages: true });
    expect(await listed(odata`PartitionKey eq ${"p"} and RowKey lt ${"c"}`)).toEqual([[], ["a", "b"]]);
    expect(await codeOf(listed("startswith(RowKey, 'a')"))).toBe("400 InvalidInput");
    expect(await client.getEntity("p", "a", { queryOptions: { select: ["value"] } })).not.toHaveProperty("other");
  });
});
