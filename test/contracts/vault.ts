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
