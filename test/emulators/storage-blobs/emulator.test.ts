import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { describe, expect, onTestFinished, test } from "vitest";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { createStorageBlobsEmulator } from "../../../emulators/storage-blobs/index.ts";

const account = { name: "devstoreaccount1", key: Buffer.alloc(64, 1).toString("base64") };

async function opened(key = account.key) {
  let nowMs = Date.UTC(2026, 10, 21);
  const emulator = createStorageBlobsEmulator({ now: () => nowMs, account });
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  onTestFinished(() => server.close());
  const credential = new StorageSharedKeyCredential(account.name, key);
  const service = new BlobServiceClient(`${server.url}/${account.name}`, credential, { retryOptions: { maxTries: 1 } });
  const container = service.getContainerClient("handoffs");
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { emulator, container, blob: container.getBlockBlobClient("a/b c"), pass };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no refusal",
    (error: { statusCode?: number; details?: { errorCode?: string } }) =>
      `${error.statusCode} ${error.details?.errorCode}`,
  );

describe("storage blobs emulator", () => {
  test("keeps bytes, metadata and conditions", async () => {
    const { container, blob } = await opened();
    expect(await codeOf(blob.upload("x", 1))).toBe("404 ContainerNotFound");
    await container.create();
    const content = Buffer.from([0, 255, 10, 13]);
    const { etag = "" } = await blob.upload(content, 4, {
      metadata: { drover_put: "1" },
      conditions: { ifNoneMatch: "*" },
    });
    expect(await codeOf(blob.upload("x", 1, { conditions: { ifNoneMatch: "*" } }))).toBe("409 BlobAlreadyExists");
    expect(await blob.downloadToBuffer()).toEqual(content);
    expect((await blob.getProperties()).metadata).toEqual({ drover_put: "1" });
    const second = await blob.upload("mark", 4, { conditions: { ifMatch: etag } });
    expect(await codeOf(blob.upload("x", 1, { conditions: { ifMatch: etag } }))).toBe("412 ConditionNotMet");
    expect(await codeOf(blob.delete({ conditions: { ifMatch: etag } }))).toBe("412 ConditionNotMet");
    await blob.delete({ conditions: { ifMatch: second.etag ?? "" } });
    expect(await codeOf(blob.delete())).toBe("404 BlobNotFound");
    expect(await codeOf(blob.upload("x", 1, { conditions: { ifMatch: etag } }))).toBe("412 ConditionNotMet");
    expect(await codeOf(blob.upload("x", 1, { metadata: { "drover-put": "1" } }))).toBe("400 InvalidMetadata");
  });

  test("lists page by page, with metadata where asked", async () => {
    const { container, emulator } = await opened();
    await container.create();
    emulator.configure({ pageSize: 2 });
    for (const name of ["p/1", "p/2&<>", "p/3", "q/1"])
      await container.getBlockBlobClient(name).upload("x", 1, { metadata: { name: "v&" } });
    const pages = [];
    for await (const page of container.listBlobsFlat({ prefix: "p/", includeMetadata: true }).byPage())
      pages.push(page.segment.blobItems.map(({ name, metadata }) => [name, metadata?.["name"]]));
    expect(pages).toEqual([
      [
        ["p/1", "v&"],
        ["p/2&<>", "v&"],
      ],
      [["p/3", "v&"]],
    ]);
  });

  test("leases to one at a time, until the time is over or it is given back", async () => {
    const { container, blob, pass } = await opened();
    await container.create();
    await blob.upload("", 0);
    const [first, second] = [blob.getBlobLeaseClient(), blob.getBlobLeaseClient()];
    expect(await codeOf(first.acquireLease(5))).toBe("400 InvalidHeaderValue");
    await first.acquireLease(60);
    expect(await codeOf(second.acquireLease(15))).toBe("409 LeaseAlreadyPresent");
    expect(await codeOf(blob.upload("x", 1))).toBe("412 LeaseIdMissing");
    pass(60_000);
    await second.acquireLease(15);
    expect(await codeOf(first.releaseLease())).toBe("409 LeaseIdMismatchWithLeaseOperation");
    await second.releaseLease();
    await first.acquireLease(60);
  });

  test("refuses a wrong signature", async () => {
    const { container } = await opened(Buffer.alloc(64, 2).toString("base64"));
    expect(await codeOf(container.create())).toBe("403 AuthenticationFailed");
  });
});
