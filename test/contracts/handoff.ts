import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import type { HandoffStore } from "../../lib/contracts/ports.ts";

export interface HandoffStoreUnderTest {
  readonly store: HandoffStore;
  /** What the store's clock shows, ms since 1970. */
  now(): number;
  advance(ms: number): void;
  /** The same store, as another process would open it. */
  reopen(): Promise<HandoffStore>;
}

const content = Buffer.from("-----BEGIN CERTIFICATE-----\u0000\u00ff");
const hourMs = 3_600_000;

/** What every handoff store promises: each entry is served at most once, and never after its expiry. */
export function describeHandoffStore(platform: string, open: () => Promise<HandoffStoreUnderTest>): void {
  async function withEntry() {
    const opened = await open();
    const expiresAt = opened.now() + hourMs;
    const entry = await opened.store.put("entry-1", content, { fileName: "device.zip", expiresAt });
    return { ...opened, entry, expiresAt };
  }

  describe(`handoff store on ${platform}`, () => {
    test("describes an entry without serving it", async () => {
      const { store, entry, expiresAt } = await withEntry();
      const expected = { id: "entry-1", fileName: "device.zip", expiresAt, bytes: content.length };
      expect(entry).toEqual({ ...expected, sha256: sha256Hex(content) });
      expect(await store.describe("entry-1")).toEqual(entry);
      expect(await store.describe("entry-1")).toEqual(entry);
      expect(await store.describe("entry-2")).toBeUndefined();
    });

    test("serves the content once", async () => {
      const { store, entry, reopen } = await withEntry();
      const taken = await store.take("entry-1");
      expect(taken?.entry).toEqual(entry);
      expect(Buffer.from(taken?.content ?? [])).toEqual(content);
      expect(await store.take("entry-1")).toBeUndefined();
      expect(await store.describe("entry-1")).toBeUndefined();
      expect(await (await reopen()).take("entry-1")).toBeUndefined();
    });

    test("serves one of many who ask at the same time, in two processes", async () => {
      const { store, reopen } = await withEntry();
      const stores = [store, await reopen()];
      const taken = await Promise.all(Array.from({ length: 40 }, (_, index) => stores[index % 2]?.take("entry-1")));
      expect(taken.filter((one) => one !== undefined)).toHaveLength(1);
    });

    test("serves another process what was put before", async () => {
      const { reopen } = await withEntry();
      expect(Buffer.from((await (await reopen()).take("entry-1"))?.content ?? [])).toEqual(content);
    });

    test("serves an empty content", async () => {
      const { store, now } = await open();
      await store.put("empty", new Uint8Array(), { fileName: "empty.txt", expiresAt: now() + hourMs });
      expect((await store.take("empty"))?.content).toHaveLength(0);
    });

    test("serves one millisecond before the expiry", async () => {
      const { store, advance } = await withEntry();
      advance(hourMs - 1);
      expect(await store.describe("entry-1")).toBeDefined();
      expect(await store.take("entry-1")).toBeDefined();
    });

    test("serves nothing at the expiry, before anybody cleaned up", async () => {
      const { store, advance } = await withEntry();
      advance(hourMs);
      expect(await store.describe("entry-1")).toBeUndefined();
      expect(await store.take("entry-1")).toBeUndefined();
    });

    test("removes what has expired and counts it", async () => {
      const { store, now, advance } = await withEntry();
      await store.put("entry-2", content, { fileName: "later.zip", expiresAt: now() + 2 * hourMs });
      expect(await store.expire(now())).toBe(0);
      advance(hourMs);
      expect(await store.expire(now())).toBe(1);
      expect(await store.expire(now())).toBe(0);
      expect(await store.take("entry-2")).toBeDefined();
    });

    test("removes an entry once and says whether there was one", async () => {
      const { store } = await withEntry();
      expect(await store.remove("entry-1")).toBe(true);
      expect(await store.remove("entry-1")).toBe(false);
      expect(await store.take("entry-1")).toBeUndefined();
    });

    test("serves the newest of two puts under one id, once", async () => {
      const { store, now } = await withEntry();
      await store.put("entry-1", Buffer.from("newer"), { fileName: "newer.zip", expiresAt: now() + hourMs });
      const taken = await store.take("entry-1");
      expect(Buffer.from(taken?.content ?? []).toString()).toBe("newer");
      expect(taken?.entry.fileName).toBe("newer.zip");
      expect(await store.take("entry-1")).toBeUndefined();
    });

    test("refuses to keep an entry that is over already", async () => {
      const { store, now } = await open();
      const late = store.put("late", content, { fileName: "late.zip", expiresAt: now() });
      await expect(late).rejects.toHaveProperty("code", "invalid-handoff");
      const never = store.put("never", content, { fileName: "never.zip", expiresAt: Number.NaN });
      await expect(never).rejects.toHaveProperty("code", "invalid-handoff");
    });

    test("keeps a file name that is longer than any name of a device", async () => {
      const { store, now } = await open();
      const fileName = `${"x".repeat(255)}-archive.zip`;
      await store.put("long", content, { fileName, expiresAt: now() + hourMs });
      expect((await store.take("long"))?.entry.fileName).toBe(fileName);
    });

    test.each(["", "..", "../a", "a/b", "a\\b", "a\r\nSet-Cookie: b", 'a"b', "x".repeat(400)])(
      "refuses %j as a file name",
      async (fileName) => {
        const { store, now } = await open();
        const put = store.put("entry-1", content, { fileName, expiresAt: now() + hourMs });
        await expect(put).rejects.toHaveProperty("code", "invalid-handoff");
      },
    );

    test.each(["", ".", "..", "../vault/a", "a/b", "a\\b", "a\0b", "x".repeat(200)])(
      "refuses %j as an id",
      async (id) => {
        const { store, now } = await open();
        const about = { fileName: "a.zip", expiresAt: now() + hourMs };
        const attempts = [
          () => store.put(id, content, about),
          () => store.describe(id),
          () => store.take(id),
          () => store.remove(id),
        ];
        for (const attempt of attempts) {
          await expect(attempt()).rejects.toHaveProperty("code", "invalid-handoff-id");
        }
      },
    );
  });
}
