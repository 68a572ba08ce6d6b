import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  ConfigurationError,
  DroverError,
  InvalidInputError,
  PermanentError,
  UnsupportedVersionError,
} from "../../../lib/contracts/errors.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { localSealer } from "../../../lib/platforms/local/sealer.ts";
import { localVault } from "../../../lib/platforms/local/vault.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const newKey = () => new Secret(randomBytes(32).toString("base64"));
const statusUrl = `https://management.azure.com/subscriptions/x/operationResults/y?t=1&c=${"canary".repeat(500)}&s=4711`;

async function sealerWith(key?: Secret) {
  const dataFolder = await temporaryFolder();
  return { dataFolder, sealer: localSealer({ dataFolder, ...(key === undefined ? {} : { key }) }) };
}

async function errorOf(promise: Promise<unknown>): Promise<DroverError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof DroverError)) throw new Error("Expected a rejection of ours, got none");
  return thrown;
}

describe("the local sealer", () => {
  test("opens what it sealed, also in another process and with a key from elsewhere", async () => {
    for (const key of [undefined, newKey()]) {
      const { dataFolder, sealer } = await sealerWith(key);
      const sealed = await sealer.seal("status-url", new Secret(statusUrl));
      const other = localSealer({ dataFolder, ...(key === undefined ? {} : { key }) });
      expect((await sealer.open("status-url", sealed)).reveal()).toBe(statusUrl);
      expect((await other.open("status-url", sealed)).reveal()).toBe(statusUrl);
    }
  });

  test.each(["", "x", "\u{1F40E} über\nzwei", "v".repeat(16 * 1024)])("takes text such as %.12j", async (text) => {
    const { sealer } = await sealerWith(newKey());
    expect((await sealer.open("p", await sealer.seal("p", new Secret(text)))).reveal()).toBe(text);
  });

  test("writes text for a record: version and key in front, nothing to read, little longer", async () => {
    const { sealer } = await sealerWith(newKey());
    const [one, two] = [
      await sealer.seal("status-url", new Secret(statusUrl)),
      await sealer.seal("status-url", new Secret(statusUrl)),
    ];
    expect(one).toMatch(/^s1\.[\w-]{11}\.[\w-]+$/);
    expect(one).not.toBe(two);
    expect(one.slice(0, 14)).toBe(two.slice(0, 14));
    expect(Buffer.from(one.slice(15), "base64url").includes("canary")).toBe(false);
    expect(one.length).toBeLessThan((statusUrl.length * 4) / 3 + 64);
  });

  test("opens what this version has written at any time", async () => {
    const { sealer } = await sealerWith(new Secret(Buffer.from("drover fixture key, 32 bytes ok!").toString("base64")));
    const sealed = "s1.YwB_uTli6dI.flaWrj3pud3p3z5lDlsR3LMD4y1ImYZsJ89jFjCmFrAFoxtAUcD6dUKb1ZijZhV3SNpg4oJvLc41raMq3hE";
    expect((await sealer.open("status-url", sealed)).reveal()).toBe("https://management.azure.com/x?t=1");
  });

  test("refuses another purpose", async () => {
    const { sealer } = await sealerWith(newKey());
    const sealed = await sealer.seal("status-url", new Secret(statusUrl));
    const error = await errorOf(sealer.open("location", sealed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.code).toBe("sealed-text-damaged");
    expect(error.message).toContain("sealed here as location");
  });

  test("says when another key has sealed it", async () => {
    const sealed = await (await sealerWith(newKey())).sealer.seal("status-url", new Secret(statusUrl));
    const error = await errorOf((await sealerWith(newKey())).sealer.open("status-url", sealed));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "sealed-with-another-key", effect: "none" });
    expect(error.message).toContain("got text sealed with another key: restore the former key");
  });

  test("refuses every single changed, cut or added character", async () => {
    const { sealer } = await sealerWith(newKey());
    const sealed = await sealer.seal("p", new Secret("canary-text"));
    const others = [...sealed].flatMap((character, index) => [
      `${sealed.slice(0, index)}${character === "A" ? "B" : "A"}${sealed.slice(index + 1)}`,
      sealed.slice(0, index),
    ]);
    for (const other of [...others, `${sealed}A`, `${sealed}AAAA`, `${sealed}=`, ` ${sealed}`, `${sealed}\n`]) {
      const error = await errorOf(sealer.open("p", other));
      expect(error).toBeInstanceOf(PermanentError);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("canary-text");
    }
  });

  test("takes one spelling only", async () => {
    const { sealer } = await sealerWith(newKey());
    // 28 bytes of overhead and 2 of text: the last of 40 characters is whole; with 1 byte of text, bits of it are unused.
    const sealed = await sealer.seal("p", new Secret("x"));
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(sealed.at(-1) ?? "");
    const twin = `${sealed.slice(0, -1)}${alphabet[last ^ 1]}`;
    expect(Buffer.from(twin.slice(15), "base64url")).toEqual(Buffer.from(sealed.slice(15), "base64url"));
    expect(await errorOf(sealer.open("p", twin))).toBeInstanceOf(PermanentError);
  });

  test("leaves a newer version to the newer release", async () => {
    const { sealer } = await sealerWith(newKey());
    const sealed = await sealer.seal("p", new Secret("x"));
    const error = await errorOf(sealer.open("p", sealed.replace("s1.", "s2.")));
    expect(error).toBeInstanceOf(UnsupportedVersionError);
  });

  test("refuses text that no record could hold or no encoding carry, without quoting it", async () => {
    const { sealer } = await sealerWith(newKey());
    for (const text of [`canary${"v".repeat(16 * 1024)}`, "canary \ud800"]) {
      const error = await errorOf(sealer.seal("p", new Secret(text)));
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(inspect(error, { depth: 9 })).not.toContain("canary");
    }
  });

  test("has a key of its own: no file of the vault opens as text", async () => {
    const key = newKey();
    const { dataFolder, sealer } = await sealerWith(key);
    await localVault({ dataFolder, key }).put("db", new Secret("value"));
    const sealed = await sealer.seal("p", new Secret("value"));
    expect((await sealer.open("p", sealed)).reveal()).toBe("value");
    const { sealingKeyOf } = await import("../../../lib/platforms/local/sealing-key.ts");
    const { cipherKey, textKey } = sealingKeyOf(key, "here");
    expect(cipherKey.equals(textKey)).toBe(false);
    expect(cipherKey.export()).not.toEqual(textKey.export());
  });

  test("makes the key file of the vault when there is none, and never opens without", async () => {
    const { dataFolder, sealer } = await sealerWith();
    const elsewhere = await (await sealerWith(newKey())).sealer.seal("p", new Secret("x"));
    const error = await errorOf(sealer.open("p", elsewhere));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.code).toBe("vault-key-missing");
    await sealer.seal("p", new Secret("x"));
    expect(await readdir(dataFolder)).toEqual(["vault.key"]);
    await localVault({ dataFolder }).put("db", new Secret("value"));
    expect(await readdir(join(dataFolder, "vault"))).toEqual(["db.sealed"]);
  });

  test("shows no key", async () => {
    const key = newKey();
    const { sealer } = await sealerWith(key);
    await sealer.seal("p", new Secret("x"));
    expect(inspect(sealer, { depth: 9, showHidden: true })).not.toContain(key.reveal());
  });
});
