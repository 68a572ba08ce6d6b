import { describe, expect, test } from "vitest";
import type { Vault } from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";

export interface VaultUnderTest {
  readonly vault: Vault;
  /** The same vault, as another process would open it. */
  reopen(): Promise<Vault>;
}

/** What every vault promises. Names are letters, digits and dashes: Key Vault knows no others. */
export function describeVault(platform: string, open: () => Promise<VaultUnderTest>): void {
  describe(`vault on ${platform}`, () => {
    test("answers undefined for a secret that nobody put", async () => {
      const { vault } = await open();
      expect(await vault.get("absent")).toBeUndefined();
      expect(await vault.names()).toEqual([]);
    });

    test("gives back what was put, also to another process", async () => {
      const { vault, reopen } = await open();
      await vault.put("app-db", new Secret("correct horse \u{1F40E}\nbattery"));
      expect((await vault.get("app-db"))?.reveal()).toBe("correct horse \u{1F40E}\nbattery");
      expect((await (await reopen()).get("app-db"))?.reveal()).toBe("correct horse \u{1F40E}\nbattery");
    });

    test("gives back the newest value after a second put", async () => {
      const { vault, reopen } = await open();
      await vault.put("app-db", new Secret("old"));
      await vault.put("app-db", new Secret("new"));
      expect((await vault.get("app-db"))?.reveal()).toBe("new");
      expect((await (await reopen()).get("app-db"))?.reveal()).toBe("new");
    });

    test("keeps secrets of different names apart", async () => {
      const { vault } = await open();
      await Promise.all(["one", "two", "three"].map((name) => vault.put(name, new Secret(`value of ${name}`))));
      expect([...(await vault.names())].sort()).toEqual(["one", "three", "two"]);
      expect((await vault.get("two"))?.reveal()).toBe("value of two");
    });

    test("removes a secret once and says whether there was one", async () => {
      const { vault, reopen } = await open();
      await vault.put("app-db", new Secret("value"));
      expect(await vault.remove("app-db")).toBe(true);
      expect(await vault.remove("app-db")).toBe(false);
      expect(await vault.get("app-db")).toBeUndefined();
      expect(await (await reopen()).names()).toEqual([]);
    });

    test("takes a removed name again", async () => {
      const { vault } = await open();
      await vault.put("app-db", new Secret("first"));
      await vault.remove("app-db");
      await vault.put("app-db", new Secret("second"));
      expect((await vault.get("app-db"))?.reveal()).toBe("second");
    });

    test.each(["", ".", "..", "../ledger", "a/b", "a\\b", "a\0b", "/etc/passwd", "a b", "x".repeat(200)])(
      "refuses %j as a name, without quoting it",
      async (name) => {
        const { vault } = await open();
        const attempts = [() => vault.get(name), () => vault.put(name, new Secret("value")), () => vault.remove(name)];
        for (const attempt of attempts) {
          const error = await attempt().then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          expect(error).toHaveProperty("code", "invalid-secret-name");
          if (name.length > 3) expect(String(error)).not.toContain(name);
        }
      },
    );

    test("describes a secret with its note, as another process sees it too", async () => {
      const { vault, reopen } = await open();
      expect(await vault.describe("app-db")).toBeUndefined();
      const version = await vault.put("app-db", new Secret("value"), "from the night shift \u{1F40E}");
      for (const each of [vault, await reopen()]) {
        const entry = await each.describe("app-db");
        expect(entry?.value.reveal()).toBe("value");
        expect(entry).toMatchObject({ note: "from the night shift \u{1F40E}", version });
        expect(entry?.storedAt).toBeGreaterThan(1_700_000_000_000);
        expect(Number.isInteger(entry?.storedAt)).toBe(true);
        expect((await each.get("app-db"))?.reveal()).toBe("value");
      }
    });

    test("has no note after a put without one", async () => {
      const { vault } = await open();
      await vault.put("app-db", new Secret("old"), "note");
      await vault.put("app-db", new Secret("new"));
      expect(await vault.describe("app-db")).not.toHaveProperty("note");
      expect((await vault.get("app-db"))?.reveal()).toBe("new");
    });

    test("has another version after each put, also of the same value", async () => {
      const { vault } = await open();
      const versions = [];
      for (let turn = 0; turn < 3; turn += 1) versions.push(await vault.put("app-db", new Secret("same"), "same"));
      expect(new Set(versions).size).toBe(3);
      expect((await vault.describe("app-db"))?.version).toBe(versions[2]);
    });

    test("refuses a note that is empty, too long or no text", async () => {
      const { vault } = await open();
      for (const note of ["", "x".repeat(4097), "broken \ud800 text"]) {
        await expect(vault.put("app-db", new Secret("value"), note)).rejects.toHaveProperty(
          "code",
          "invalid-secret-note",
        );
      }
      expect(await vault.names()).toEqual([]);
      await vault.put("app-db", new Secret("v".repeat(64 * 1024)), "x".repeat(4096));
      expect((await vault.describe("app-db"))?.note).toHaveLength(4096);
    });

    test("creates a secret once and gives back what stands there", async () => {
      const { vault, reopen } = await open();
      expect((await vault.create("app-db", new Secret("first"))).reveal()).toBe("first");
      expect((await (await reopen()).create("app-db", new Secret("second"))).reveal()).toBe("first");
      expect((await vault.get("app-db"))?.reveal()).toBe("first");
      await vault.put("app-db", new Secret("third"), "note");
      expect((await vault.create("app-db", new Secret("fourth"))).reveal()).toBe("third");
      expect(await vault.describe("app-db")).toHaveProperty("note", "note");
      await vault.remove("app-db");
      expect((await vault.create("app-db", new Secret("fifth"))).reveal()).toBe("fifth");
    });

    test("gives the same secret to all who create it at the same time", async () => {
      const { vault, reopen } = await open();
      const others = await Promise.all(Array.from({ length: 11 }, () => reopen()));
      const created = await Promise.all(
        [vault, ...others].map((each, index) => each.create("app-db", new Secret(`value ${index}`))),
      );
      const values = new Set(created.map((secret) => secret.reveal()));
      expect([...values]).toEqual([(await vault.get("app-db"))?.reveal()]);
      expect(await vault.names()).toEqual(["app-db"]);
    });

    test("refuses to create what it refuses to put", async () => {
      const { vault } = await open();
      await expect(vault.create("../x", new Secret("value"))).rejects.toHaveProperty("code", "invalid-secret-name");
      await expect(vault.describe("../x")).rejects.toHaveProperty("code", "invalid-secret-name");
      await expect(vault.create("app-db", new Secret(""))).rejects.toHaveProperty("code", "invalid-secret");
      expect(await vault.names()).toEqual([]);
    });

    test("refuses an empty value and text that no encoding can carry", async () => {
      const { vault } = await open();
      await expect(vault.put("app-db", new Secret(""))).rejects.toHaveProperty("code", "invalid-secret");
      await expect(vault.put("app-db", new Secret("broken \ud800 text"))).rejects.toHaveProperty(
        "code",
        "invalid-secret",
      );
      expect(await vault.names()).toEqual([]);
    });
  });
}
