import { describe, expect, test } from "vitest";
import {
  ConfigurationError,
  InvalidInputError,
  PermanentError,
  UnsupportedVersionError,
} from "../../lib/contracts/errors.ts";
import type { Vault } from "../../lib/contracts/ports.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { sealingKeys } from "../../lib/platforms/vault-key.ts";
import { vaultSealer } from "../../lib/platforms/vault-sealer.ts";
import { shownBy, thrownBy } from "./azure/patience.ts";

/** Counts the calls that would each be one to the vault. */
function keyVault() {
  const values = new Map<string, Secret>();
  const calls: string[] = [];
  const vault: Pick<Vault, "get" | "create"> = {
    get: async (name) => {
      calls.push("get");
      return values.get(name);
    },
    create: async (name, value) => {
      calls.push("create");
      if (!values.has(name)) values.set(name, value);
      return values.get(name) ?? value;
    },
  };
  return { vault, values, calls };
}

describe("a sealer with its key in the vault of a cloud", () => {
  test("opens what another instance sealed, and asks for the key once in each", async () => {
    const { vault, calls } = keyVault();
    const [first, second] = [vaultSealer(sealingKeys(vault)), vaultSealer(sealingKeys(vault))];
    for (const text of ["https://canary/?sig=1", "\u{1F40E}", "", "x".repeat(16 * 1024)]) {
      const sealed = await first.seal("status URL", new Secret(text));
      expect(sealed).toMatch(/^s1\.[\w-]{11}\.[\w-]+$/);
      expect((await second.open("status URL", sealed)).reveal()).toBe(text);
    }
    expect(calls).toEqual(["create", "get"]);
  });

  test("gives all instances that begin at once the same key", async () => {
    const { vault } = keyVault();
    const sealers = Array.from({ length: 8 }, () => vaultSealer(sealingKeys(vault)));
    const sealed = await Promise.all(sealers.map((sealer) => sealer.seal("p", new Secret("text"))));
    const keyIds = new Set(sealed.map((text) => text.split(".")[1]));
    expect(keyIds.size).toBe(1);
  });

  test("seals the same text differently each time", async () => {
    const sealer = vaultSealer(sealingKeys(keyVault().vault));
    expect(await sealer.seal("p", new Secret("same"))).not.toBe(await sealer.seal("p", new Secret("same")));
  });

  test("opens nothing under another purpose, cut, changed or spelled otherwise", async () => {
    const sealer = vaultSealer(sealingKeys(keyVault().vault));
    const sealed = await sealer.seal("one", new Secret("canary"));
    const [version, keyId, text = ""] = sealed.split(".");
    const flipped = Buffer.from(text, "base64url");
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    // Ends with four bits that the decoder throws away.
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const other = `${text.slice(0, -1)}${digits[digits.indexOf(text.at(-1) ?? "") + 1]}`;
    expect(Buffer.from(other, "base64url")).toEqual(Buffer.from(text, "base64url"));
    const others = [
      `${version}.${keyId}.${other}`,
      `${version}.${keyId}.${flipped.toString("base64url")}`,
      `${version}.${keyId}.${text.slice(0, -4)}`,
      `${version}.${keyId}.AAAA`,
      `${sealed}=`,
      "canary",
    ];
    for (const wrong of others) {
      const error = await thrownBy(() => sealer.open("one", wrong));
      expect(error).toHaveProperty("code", "sealed-text-damaged");
      expect(shownBy(error)).not.toContain("canary");
    }
    expect(await thrownBy(() => sealer.open("two", sealed))).toBeInstanceOf(PermanentError);
    const newer = await thrownBy(() => sealer.open("one", sealed.replace("s1", "s2")));
    expect(newer).toBeInstanceOf(UnsupportedVersionError);
  });

  test("says when the key is another one, gone or broken, and shows nothing of it", async () => {
    const { vault, values } = keyVault();
    const sealed = await vaultSealer(sealingKeys(vault)).seal("p", new Secret("text"));
    const other = vaultSealer(sealingKeys(keyVault().vault));
    await other.seal("p", new Secret("makes a key"));
    expect(await thrownBy(() => other.open("p", sealed))).toHaveProperty("code", "sealed-with-another-key");
    const none = vaultSealer(sealingKeys(keyVault().vault));
    expect(await thrownBy(() => none.open("p", sealed))).toHaveProperty("code", "vault-key-missing");
    values.set("sealing-key", new Secret("canary"));
    const error = await thrownBy(() => vaultSealer(sealingKeys(vault)).open("p", sealed));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(shownBy(error)).not.toContain("canary");
  });

  test("asks again after a failure to get the key", async () => {
    const { vault } = keyVault();
    let failures = 1;
    const sealer = vaultSealer(
      sealingKeys({
        ...vault,
        create: async (name, value) => {
          if (failures-- > 0) throw new PermanentError("Expected the vault to answer, got none");
          return vault.create(name, value);
        },
      }),
    );
    await expect(sealer.seal("p", new Secret("text"))).rejects.toBeInstanceOf(PermanentError);
    expect((await sealer.open("p", await sealer.seal("p", new Secret("text")))).reveal()).toBe("text");
  });

  test("refuses text that is too long or broken", async () => {
    const sealer = vaultSealer(sealingKeys(keyVault().vault));
    for (const text of ["x".repeat(16 * 1024 + 1), "broken \ud800"]) {
      expect(await thrownBy(() => sealer.seal("p", new Secret(text)))).toBeInstanceOf(InvalidInputError);
    }
  });
});
