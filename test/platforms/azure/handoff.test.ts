import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { describe, expect, test } from "vitest";
import { createStorageBlobsEmulator } from "../../../emulators/storage-blobs/index.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { azureBlobs } from "../../../lib/platforms/azure/blobs.ts";
import { azureHandoffStore } from "../../../lib/platforms/azure/handoff.ts";
import type { Persistence } from "../../../lib/platforms/trying.ts";
import { sealingKeys } from "../../../lib/platforms/vault-key.ts";
import { describeHandoffStore } from "../../contracts/handoff.ts";
import type { ProxiedRequest } from "../aws/fault-proxy.ts";
import { ManualTime } from "../local/manual-time.ts";
import { account, behindProxy, noTokens, settingsFor } from "./accounts.ts";
import { busy, lostAfter, lostBefore, refusedWith } from "./faults.ts";
import { tokensOf } from "./identity.ts";
import { impatience, shownBy, thrownBy } from "./patience.ts";

const container = "handoffs";
const hourMs = 3_600_000;
const content = Buffer.from("content-of-the-handoff\u0000\u00ff");

/** One key for all, as a vault would keep it. */
function keysOf(text = Buffer.alloc(32, 7).toString("base64")) {
  return sealingKeys({ get: async () => new Secret(text), create: async () => new Secret(text) });
}

async function opened(options: { readonly requestTimeoutMs?: number; readonly persistence?: Persistence } = {}) {
  const clock = new ManualTime();
  const emulator = createStorageBlobsEmulator({ now: () => clock.now(), account });
  emulator.seedContainer(container);
  const proxy = await behindProxy((request) => emulator.fetch(request));
  const { requestTimeoutMs, persistence = impatience() } = options;
  const open = (origin: string, keys = keysOf()) => {
    const settings = settingsFor({ blobs: origin }, requestTimeoutMs === undefined ? {} : { requestTimeoutMs });
    const blobs = azureBlobs({ settings, tokens: noTokens, clock, container });
    return azureHandoffStore({ blobs, keys, clock, persistence });
  };
  const put = (store = open(proxy.origin)) =>
    store.put("entry-1", content, { fileName: "device.zip", expiresAt: clock.now() + hourMs });
  return {
    store: open(proxy.url),
    direct: open(proxy.origin),
    open,
    put,
    clock,
    emulator,
    proxy,
    now: () => clock.now(),
    advance: (ms: number) => clock.pass(ms),
    reopen: async () => open(proxy.url),
  };
}

describeHandoffStore("azure (Blobs)", () => opened());

const isPut = ({ method }: ProxiedRequest) => method === "PUT";

describe("handoff store on azure, as others see it", () => {
  test("leaves nothing readable in the container, and nothing but a mark after it was taken", async () => {
    const { store, put, emulator } = await opened();
    await put(store);
    const [blob] = emulator.blobs(container);
    expect(`${blob?.body.toString("latin1")} ${JSON.stringify(blob?.metadata)}`).not.toMatch(/content-of|device\.zip/);
    await store.take("entry-1");
    const [mark] = emulator.blobs(container);
    expect(mark?.body.toString()).toMatch(/^taken [0-9a-f]{32}\n$/);
    expect(Object.keys(mark?.metadata ?? {}).sort()).toEqual(["drover_taken", "drover_taken_at"]);
  });

  test("writes blobs that the SDK's client reads, and is refused what is signed wrongly", async () => {
    const { store, put, emulator, proxy, clock } = await opened();
    await put(store);
    const credential = new StorageSharedKeyCredential(account.name, account.key);
    const byHand = new BlobServiceClient(`${proxy.origin}/${account.name}`, credential).getContainerClient(container);
    const properties = await byHand.getBlobClient("handoffs/entry-1").getProperties();
    expect(properties.metadata?.["drover_not_after"]).toBe(String(clock.now() + hourMs));
    const names = [];
    for await (const { name, metadata } of byHand.listBlobsFlat({ includeMetadata: true }))
      names.push([name, metadata?.["drover_about"]]);
    expect(names).toEqual([["handoffs/entry-1", expect.any(String)]]);
    const wrong = settingsFor({ blobs: proxy.url });
    const key = { account: account.name, key: new Secret(Buffer.alloc(32).toString("base64")) };
    const settings = { ...wrong, storage: { ...wrong.storage, key } };
    const stranger = azureBlobs({ settings, tokens: noTokens, clock, container });
    await expect(stranger.get("handoffs/entry-1")).rejects.toHaveProperty("name", "UnauthorizedError");
    expect(emulator.blobs(container)).toHaveLength(1);
  });

  test("works with an identity", async () => {
    const identity = tokensOf("https://storage.azure.com/.default");
    const clock = new ManualTime();
    const emulator = createStorageBlobsEmulator({
      now: () => clock.now(),
      account: { ...account, tokens: identity.valid },
    });
    emulator.seedContainer(container);
    const proxy = await behindProxy((request) => emulator.fetch(request));
    const { storage } = settingsFor({ blobs: proxy.url });
    const settings = { storage: { ...storage, key: undefined }, identity: { kind: "managed-identity" as const } };
    const blobs = azureBlobs({ settings, tokens: identity.tokens, clock, container });
    const store = azureHandoffStore({ blobs, keys: keysOf(), clock, persistence: impatience() });
    await store.put("entry-1", content, { fileName: "a.zip", expiresAt: clock.now() + hourMs });
    expect(Buffer.from((await store.take("entry-1"))?.content ?? [])).toEqual(content);
    expect(identity.issued()).toBe(1);
  });

  test("expires page after page, marks an hour after they were made, and what is not its own never", async () => {
    const { store, emulator, clock, proxy } = await opened();
    emulator.configure({ pageSize: 2 });
    for (let number = 0; number < 5; number += 1)
      await store.put(`e${number}`, content, { fileName: "a.zip", expiresAt: clock.now() + hourMs });
    const credential = new StorageSharedKeyCredential(account.name, account.key);
    const byHand = new BlobServiceClient(`${proxy.origin}/${account.name}`, credential).getContainerClient(container);
    await byHand.getBlockBlobClient("handoffs/other&<>").upload("x", 1);
    await store.take("e0");
    clock.pass(hourMs - 1);
    expect(await store.expire(clock.now())).toBe(0);
    clock.pass(1);
    expect(await store.expire(clock.now())).toBe(4);
    expect(emulator.blobs(container).map(({ name }) => name)).toEqual(["handoffs/other&<>"]);
  });

  test("opens nothing with another key, and keeps it for the right one", async () => {
    const { open, put, proxy, direct } = await opened();
    await put();
    const other = open(proxy.url, keysOf(Buffer.alloc(32, 8).toString("base64")));
    await expect(other.take("entry-1")).rejects.toHaveProperty("code", "wrong-vault-key");
    expect(await direct.take("entry-1")).toBeDefined();
  });
});

describe("handoff store on azure, when something goes wrong", () => {
  test.each([
    ["lost", lostAfter],
    ["too late", { kind: "hang-after" } as const],
  ])("serves the content to the taker whose claim's answer is %s, once", async (_name, fault) => {
    const { store, direct, put, proxy } = await opened(fault.kind === "hang-after" ? { requestTimeoutMs: 700 } : {});
    await put();
    proxy.on(isPut, fault);
    expect(await store.take("entry-1")).toBeDefined();
    expect(await direct.take("entry-1")).toBeUndefined();
  });

  test("serves nothing to a taker that cannot know whether it was the one", async () => {
    const { store, direct, put, proxy } = await opened();
    await put();
    proxy.on(isPut, lostAfter, { times: 99 });
    proxy.on(({ method }) => method === "HEAD", lostBefore, { times: 99 });
    await expect(store.take("entry-1")).rejects.toHaveProperty("name", "RetryableError");
    expect(await direct.take("entry-1")).toBeUndefined();
  });

  test("serves it to nobody else after a claim that did not arrive at first", async () => {
    const { store, direct, put, proxy } = await opened();
    await put();
    proxy.on(isPut, lostBefore);
    expect(await store.take("entry-1")).toBeDefined();
    await put();
    proxy.on(isPut, lostBefore, { times: 3 });
    await expect(store.take("entry-1")).rejects.toHaveProperty("name", "RetryableError");
    expect(await direct.take("entry-1")).toBeDefined();
  });

  test("never brings back what was taken, when the answer of its put was lost", async () => {
    const { store, direct, put, proxy, emulator } = await opened();
    const rule = proxy.on(isPut, { kind: "delay", ms: 100, side: "after" });
    const putting = put(store);
    while (rule.hits === 0 || emulator.blobs(container).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    expect(await direct.take("entry-1")).toBeDefined();
    await putting;
    expect(await direct.take("entry-1")).toBeUndefined();
    proxy.on(isPut, lostAfter);
    await put(store);
    expect(await direct.take("entry-1")).toBeDefined();
    expect(await direct.take("entry-1")).toBeUndefined();
  });

  test("puts in place of a blob that another has put in the meantime", async () => {
    const { store, direct, put, proxy } = await opened();
    const rule = proxy.on(isPut, { kind: "delay", ms: 100 });
    const putting = put(store);
    while (rule.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    await put(direct);
    expect(await putting).toMatchObject({ id: "entry-1" });
    expect(proxy.log.filter(isPut).map(({ answered }) => answered)).toEqual([409, 201]);
  });

  test.each([
    [busy, "RetryableError", "throttled"],
    [refusedWith(500, "InternalError"), "RetryableError", "provider-unavailable"],
    [refusedWith(404, "ContainerNotFound"), "ConfigurationError", "place-missing"],
    [refusedWith(403, "AuthorizationPermissionMismatch"), "UnauthorizedError", "unauthorized"],
    [lostBefore, "RetryableError", "connection-lost"],
    [refusedWith(307, "", { location: "https://elsewhere.example/" }), "PermanentError", "refused-by-service"],
  ])("says what %j means, at every call", async (fault, name, code) => {
    const { store, put, proxy, clock } = await opened();
    const calls = [
      () => put(store),
      () => store.take("entry-1"),
      () => store.describe("entry-1"),
      () => store.remove("entry-1"),
      () => store.expire(clock.now()),
    ];
    for (const call of calls) {
      const rule = proxy.on(() => true, fault, { times: 99 });
      const error = await thrownBy(call);
      rule.remove();
      expect(error).toMatchObject({ name, code, provider: "storage-blobs" });
      expect(shownBy(error)).not.toMatch(/content-of/);
    }
  });
});
