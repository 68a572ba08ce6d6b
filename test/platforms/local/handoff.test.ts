import { copyFile, type FileHandle, open, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { HandoffEntry } from "../../../lib/contracts/ports.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { openLocalHandoffStore } from "../../../lib/platforms/local/handoff.ts";
import { envelopeOf } from "../../../lib/platforms/local/handoff-envelope.ts";
import { seal } from "../../../lib/platforms/local/sealed-file.ts";
import { sealingKeyOf } from "../../../lib/platforms/local/sealing-key.ts";
import { localVault } from "../../../lib/platforms/local/vault.ts";
import { describeHandoffStore } from "../../contracts/handoff.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const start = Date.UTC(2026, 10, 21);
const hourMs = 3_600_000;
const keyText = Buffer.alloc(32, 7).toString("base64");

async function openStore() {
  const dataFolder = await temporaryFolder();
  let now = start;
  const clock = { now: () => now };
  const open = (key = keyText) => openLocalHandoffStore({ dataFolder, key: new Secret(key), clock });
  const folder = join(dataFolder, "handoff");
  return {
    dataFolder,
    store: await open(),
    open,
    reopen: () => open(),
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
    fileOf: (id: string) => join(folder, `${id}.sealed`),
    files: () => readdir(folder),
  };
}

describeHandoffStore("local", openStore);

describeHandoffStore("local, with a key file", async () => {
  const { dataFolder, now, advance } = await openStore();
  const reopen = () => openLocalHandoffStore({ dataFolder, clock: { now } });
  return { store: await reopen(), now, advance, reopen };
});

async function withEntry() {
  const opened = await openStore();
  const expiresAt = start + hourMs;
  await opened.store.put("entry-1", Buffer.from("content-1"), { fileName: "device.zip", expiresAt });
  return { ...opened, expiresAt };
}

describe("files of the local handoff store", () => {
  test("show neither content nor file name, to their owner alone", async () => {
    const { fileOf, dataFolder } = await withEntry();
    const sealed = await readFile(fileOf("entry-1"));
    expect(sealed.includes("content")).toBe(false);
    expect(sealed.includes("device.zip")).toBe(false);
    expect((await stat(fileOf("entry-1"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataFolder, "handoff"))).mode & 0o777).toBe(0o700);
  });

  test("are gone after the take", async () => {
    const { store, files } = await withEntry();
    await store.take("entry-1");
    expect(await files()).toEqual([]);
  });

  test("are gone after somebody asks too late", async () => {
    const { store, files, advance } = await withEntry();
    advance(hourMs);
    await store.take("entry-1");
    expect(await files()).toEqual([]);
  });

  test("are removed at the opening when they are over", async () => {
    const { reopen, files, advance } = await withEntry();
    advance(hourMs - 1);
    await reopen();
    expect(await files()).toEqual(["entry-1.sealed"]);
    advance(1);
    await reopen();
    expect(await files()).toEqual([]);
  });

  test("no longer open under another id", async () => {
    const { store, fileOf } = await withEntry();
    await copyFile(fileOf("entry-1"), fileOf("entry-2"));
    await store.take("entry-1");
    await expect(store.take("entry-2")).rejects.toHaveProperty("code", "sealed-file-damaged");
    expect(await store.take("entry-2")).toBeUndefined();
  });

  test("no longer open with a later expiry", async () => {
    const { store, fileOf, advance } = await withEntry();
    const sealed = await readFile(fileOf("entry-1"));
    sealed.writeBigUInt64BE(BigInt(start + 100 * hourMs), 16);
    await writeFile(fileOf("entry-1"), sealed);
    advance(2 * hourMs);
    await expect(store.describe("entry-1")).rejects.toHaveProperty("code", "sealed-file-damaged");
    await expect(store.take("entry-1")).rejects.toHaveProperty("code", "sealed-file-damaged");
  });

  test("no longer open as a secret of the vault", async () => {
    const { dataFolder, fileOf } = await withEntry();
    const vault = localVault({ dataFolder, key: new Secret(keyText) });
    await vault.put("other", new Secret("value"));
    await copyFile(fileOf("entry-1"), join(dataFolder, "vault", "entry-1.sealed"));
    await expect(vault.get("entry-1")).rejects.toHaveProperty("code", "sealed-file-damaged");
  });

  test("with a damaged one among them still expire", async () => {
    const { store, fileOf, files, now, advance } = await withEntry();
    await writeFile(fileOf("a-damaged"), "nonsense");
    advance(hourMs);
    expect(await store.expire(now())).toBe(1);
    expect(await files()).toEqual(["a-damaged.sealed"]);
    await expect(store.describe("a-damaged")).rejects.toHaveProperty("code", "sealed-file-damaged");
  });
});

describe("take from the local handoff store", () => {
  test("costs nothing with a wrong key", async () => {
    const { store, open } = await withEntry();
    const other = await open(Buffer.alloc(32, 8).toString("base64"));
    await expect(other.take("entry-1")).rejects.toHaveProperty("code", "wrong-vault-key");
    expect(Buffer.from((await store.take("entry-1"))?.content ?? []).toString()).toBe("content-1");
  });

  test("serves nothing after a crash between claim and answer", async () => {
    const { reopen, fileOf, dataFolder } = await withEntry();
    await rename(fileOf("entry-1"), join(dataFolder, "handoff", `entry-1.${start}.0123456789abcdef.claimed`));
    const store = await reopen();
    expect(await store.take("entry-1")).toBeUndefined();
    expect(await store.describe("entry-1")).toBeUndefined();
  });

  test("leaves a claim that the next clean-up removes, once its process must be dead", async () => {
    const { store, fileOf, dataFolder, files, now, advance } = await withEntry();
    await rename(fileOf("entry-1"), join(dataFolder, "handoff", `entry-1.${start}.0123456789abcdef.claimed`));
    advance(599_999);
    expect(await store.expire(now())).toBe(0);
    expect(await files()).toHaveLength(1);
    advance(1);
    expect(await store.expire(now())).toBe(0);
    expect(await files()).toEqual([]);
  });

  test("serves nothing when the expiry passes while the content is read", async () => {
    const { dataFolder, fileOf } = await withEntry();
    let reads = 0;
    const clock = { now: () => start + (reads++ < 3 ? 0 : hourMs) };
    const store = await openLocalHandoffStore({ dataFolder, key: new Secret(keyText), clock });
    expect(await store.take("entry-1")).toBeUndefined();
    await expect(stat(fileOf("entry-1"))).rejects.toHaveProperty("code", "ENOENT");
  });

  test.each([
    ["another hash", { sha256: "0".repeat(64) }],
    ["another size", { bytes: 1 }],
    ["another id", { id: "entry-2" }],
    ["another expiry", { expiresAt: start + 2 * hourMs }],
  ])("refuses content that belongs to %s", async (_, change: Partial<HandoffEntry>) => {
    const { store, fileOf, expiresAt } = await withEntry();
    const entry = await store.describe("entry-1");
    if (!entry) throw new Error("Expected the entry that was put, got none");
    const key = sealingKeyOf(new Secret(keyText), "in the test");
    const forged = envelopeOf({ ...entry, ...change }, Buffer.from("content-1"));
    await writeFile(fileOf("entry-1"), seal(key, { purpose: "handoff", name: "entry-1" }, forged, expiresAt));
    await expect(store.take("entry-1")).rejects.toHaveProperty("code", "sealed-file-damaged");
    expect(await store.take("entry-1")).toBeUndefined();
  });
});

test("room is looked for without leaving anything, and its want is said before anything is made", async () => {
  const { store, files, dataFolder } = await openStore();
  await store.checkRoom?.();
  expect(await files()).toEqual([]);
  const handle = await open(join(dataFolder, "other"), "w");
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const full = Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  const spy = vi.spyOn(prototype, "writeFile").mockRejectedValue(full);
  await expect(store.checkRoom?.()).rejects.toMatchObject({
    name: "RetryableError",
    code: "disk-full",
    effect: "none",
  });
  spy.mockRestore();
  expect(await files()).toEqual([]);
});
