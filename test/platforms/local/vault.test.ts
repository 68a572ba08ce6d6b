import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../lib/contracts/secret.ts";
import { localVault } from "../../../lib/platforms/local/vault.ts";
import { describeVault } from "../../contracts/vault.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describeVault("local, with a key file", async () => {
  const dataFolder = join(await temporaryFolder(), "data");
  return { vault: localVault({ dataFolder }), reopen: async () => localVault({ dataFolder }) };
});

describeVault("local, with a key from elsewhere", async () => {
  const dataFolder = await temporaryFolder();
  const key = newKey();
  return { vault: localVault({ dataFolder, key }), reopen: async () => localVault({ dataFolder, key }) };
});

function newKey(): Secret {
  return new Secret(randomBytes(32).toString("base64"));
}

async function vaultWith(values: Readonly<Record<string, string>>) {
  const dataFolder = await temporaryFolder();
  const vault = localVault({ dataFolder });
  for (const [name, value] of Object.entries(values)) await vault.put(name, new Secret(value));
  return { dataFolder, vault, fileOf: (name: string) => join(dataFolder, "vault", `${name}.sealed`) };
}

async function errorOf(promise: Promise<unknown>): Promise<{ readonly message: string; readonly code?: unknown }> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error("Expected a rejection, got none");
  return error;
}

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("files of the local vault", () => {
  test("stand open to their owner alone, whatever the umask", async () => {
    const before = process.umask(0);
    try {
      const { dataFolder, fileOf } = await vaultWith({ db: "value" });
      expect(await modeOf(join(dataFolder, "vault"))).toBe("700");
      expect(await modeOf(fileOf("db"))).toBe("600");
      expect(await modeOf(join(dataFolder, "vault.key"))).toBe("600");
    } finally {
      process.umask(before);
    }
  });

  test("take an existing folder from the others", async () => {
    const dataFolder = await temporaryFolder();
    await mkdir(join(dataFolder, "vault"));
    await chmod(join(dataFolder, "vault"), 0o777);
    await localVault({ dataFolder }).put("db", new Secret("value"));
    expect(await modeOf(join(dataFolder, "vault"))).toBe("700");
  });

  test("carry neither the value nor the key in clear, and differ for equal values", async () => {
    const { fileOf, dataFolder } = await vaultWith({ one: "correct-horse-battery", two: "correct-horse-battery" });
    const [one, two, key] = await Promise.all(
      [fileOf("one"), fileOf("two"), join(dataFolder, "vault.key")].map((path) => readFile(path)),
    );
    expect(one?.includes("correct-horse")).toBe(false);
    expect(one?.includes(Buffer.from(String(key), "base64").subarray(0, 8))).toBe(false);
    expect(one?.subarray(24)).not.toEqual(two?.subarray(24));
  });

  test("leave no temporary file behind, and remove those of a crash long ago", async () => {
    const { dataFolder, vault } = await vaultWith({ db: "value" });
    const leftover = (name: string) => join(dataFolder, "vault", `.writing-${name}`);
    await writeFile(leftover("old"), "x");
    await utimes(leftover("old"), new Date(0), new Date(0));
    await writeFile(leftover("fresh"), "x");
    await vault.put("db", new Secret("newer"));
    expect(await readdir(join(dataFolder, "vault"))).toEqual([".writing-fresh", "db.sealed"]);
    expect(await vault.names()).toEqual(["db"]);
  });

  test("exist only once something is put", async () => {
    const dataFolder = join(await temporaryFolder(), "data");
    const vault = localVault({ dataFolder });
    await vault.get("db");
    await vault.names();
    await vault.remove("db");
    await expect(stat(dataFolder)).rejects.toHaveProperty("code", "ENOENT");
  });
});

describe("what the local vault refuses to open", () => {
  test("a file that was renamed to another secret's name", async () => {
    const { vault, fileOf } = await vaultWith({ low: "low-value", high: "high-value" });
    await rename(fileOf("low"), fileOf("high"));
    const error = await errorOf(vault.get("high"));
    expect(error).toHaveProperty("code", "sealed-file-damaged");
    expect(error.message).not.toContain("value");
  });

  test("a file of which any single byte was changed", async () => {
    const { vault, fileOf } = await vaultWith({ db: "value" });
    const original = await readFile(fileOf("db"));
    for (let index = 0; index < original.length; index += 1) {
      const damaged = Buffer.from(original);
      damaged[index] = (damaged[index] ?? 0) ^ 1;
      await writeFile(fileOf("db"), damaged);
      const { code, message } = await errorOf(vault.get("db"));
      expect(["sealed-file-damaged", "wrong-vault-key"]).toContain(code);
      expect(message).toMatch(/^Expected .* got .*: .*the secret/);
    }
  });

  test("a file that was cut at any length, or made longer", async () => {
    const { vault, fileOf } = await vaultWith({ db: "value" });
    const original = await readFile(fileOf("db"));
    for (let length = 0; length < original.length; length += 1) {
      await writeFile(fileOf("db"), original.subarray(0, length));
      expect((await errorOf(vault.get("db"))).code).toBe("sealed-file-damaged");
    }
    for (const tail of [1, 100_000]) {
      await writeFile(fileOf("db"), Buffer.concat([original, Buffer.alloc(tail)]));
      expect((await errorOf(vault.get("db"))).code).toBe("sealed-file-damaged");
    }
  });

  test("a file that was sealed with another key, in a sentence without either", async () => {
    const { dataFolder } = await vaultWith({ db: "value" });
    const other = newKey();
    const error = await errorOf(localVault({ dataFolder, key: other }).get("db"));
    expect(error).toHaveProperty("code", "wrong-vault-key");
    expect(error.message).toBe(
      "Expected the key that sealed the secret db, got another one: restore the former key, or put the secret again",
    );
    expect(inspect(error, { depth: 9 })).not.toContain(other.reveal());
  });

  test.each(["640", "604", "660", "622"])("anything by a key file of mode %s", async (mode) => {
    const { dataFolder, vault } = await vaultWith({ db: "value" });
    await chmod(join(dataFolder, "vault.key"), Number.parseInt(mode, 8));
    expect((await vault.get("db"))?.reveal()).toBe("value");
    const reopened = localVault({ dataFolder });
    for (const attempt of [() => reopened.get("db"), () => reopened.put("new", new Secret("value"))]) {
      const error = await errorOf(attempt());
      expect(error).toHaveProperty("code", "vault-key-permissions");
      expect(error.message).toMatch(/chmod 600/);
    }
  });

  test("anything by a key file that holds no key, without quoting it", async () => {
    const { dataFolder } = await vaultWith({ db: "value" });
    await writeFile(join(dataFolder, "vault.key"), "hunter2-hunter2");
    const error = await errorOf(localVault({ dataFolder }).get("db"));
    expect(error).toHaveProperty("code", "invalid-vault-key");
    expect(error.message).not.toContain("hunter2");
  });

  test.each(["", "c2hvcnQ=", `${"A".repeat(43)}B=`, "A".repeat(44), "not base64 at all"])(
    "anything by %j as the key",
    async (key) => {
      const dataFolder = await temporaryFolder();
      expect(() => localVault({ dataFolder, key: new Secret(key) })).toThrow(/Expected 32 bytes in base64/);
    },
  );
});

describe("a file with a note", () => {
  test("carries neither note nor value in clear", async () => {
    const { vault, fileOf } = await vaultWith({});
    await vault.put("db", new Secret("correct-horse"), "note of the night");
    const file = await readFile(fileOf("db"));
    expect(file.includes("correct-horse")).toBe(false);
    expect(file.includes("note of")).toBe(false);
  });

  test("of which any single byte was changed, or that was cut, is refused", async () => {
    const { vault, fileOf } = await vaultWith({});
    await vault.put("db", new Secret("value"), "note");
    const original = await readFile(fileOf("db"));
    for (let index = 0; index < original.length; index += 1) {
      const damaged = Buffer.from(original);
      damaged[index] = (damaged[index] ?? 0) ^ 1;
      await writeFile(fileOf("db"), damaged);
      expect(["sealed-file-damaged", "wrong-vault-key"]).toContain((await errorOf(vault.describe("db"))).code);
      await writeFile(fileOf("db"), original.subarray(0, index));
      expect((await errorOf(vault.get("db"))).code).toBe("sealed-file-damaged");
    }
  });

  test("cannot be passed off as one without, nor the other way round", async () => {
    const { vault, fileOf } = await vaultWith({ plain: "value" });
    await vault.put("noted", new Secret("value"), "note");
    for (const [name, form] of [
      ["plain", "DROVER2\n"],
      ["noted", "DROVER1\n"],
    ] as const) {
      const file = await readFile(fileOf(name));
      await writeFile(fileOf(name), Buffer.concat([Buffer.from(form), file.subarray(8)]));
      expect((await errorOf(vault.get(name))).code).toBe("sealed-file-damaged");
    }
  });

  test("is the only one in the new form: without a note, older releases can read it", async () => {
    const { vault, fileOf } = await vaultWith({ plain: "value" });
    await vault.put("noted", new Secret("value"), "note");
    await vault.create("created", new Secret("value"));
    const formOf = async (name: string) => (await readFile(fileOf(name))).subarray(0, 8).toString();
    expect(await formOf("plain")).toBe("DROVER1\n");
    expect(await formOf("created")).toBe("DROVER1\n");
    expect(await formOf("noted")).toBe("DROVER2\n");
  });
});

describe("a file of another release", () => {
  const key = new Secret(Buffer.from("drover fixture key, 32 bytes ok!").toString("base64"));
  const fixtures = join(import.meta.dirname, "..", "..", "fixtures", "local-vault");

  async function vaultOfFixtures() {
    const dataFolder = await temporaryFolder();
    await mkdir(join(dataFolder, "vault"));
    for (const name of ["fixture-old-form.sealed", "fixture-noted-form.sealed"]) {
      await writeFile(join(dataFolder, "vault", name), await readFile(join(fixtures, name)));
    }
    return localVault({ dataFolder, key });
  }

  test("with a note is read", async () => {
    const entry = await (await vaultOfFixtures()).describe("fixture-noted-form");
    expect(entry?.value.reveal()).toBe("stored with a note \u{1F40E}");
    expect(entry?.note).toBe("the note \u{1F40E}");
  });

  test("from before notes is read, created around and replaced", async () => {
    const vault = await vaultOfFixtures();
    const value = "stored before notes \u{1F40E}\nsecond line";
    expect((await vault.get("fixture-old-form"))?.reveal()).toBe(value);
    const entry = await vault.describe("fixture-old-form");
    expect(entry?.value.reveal()).toBe(value);
    expect(entry).not.toHaveProperty("note");
    expect((await vault.create("fixture-old-form", new Secret("new"))).reveal()).toBe(value);
    await vault.put("fixture-old-form", new Secret("new"), "note");
    expect(await vault.describe("fixture-old-form")).toHaveProperty("note", "note");
  });
});

describe("creation in the local vault", () => {
  test("does not hide a file that cannot be opened", async () => {
    const { vault, fileOf } = await vaultWith({ db: "value" });
    await writeFile(fileOf("db"), "damaged");
    expect((await errorOf(vault.create("db", new Secret("other")))).code).toBe("sealed-file-damaged");
    expect(String(await readFile(fileOf("db")))).toBe("damaged");
  });

  test("leaves no temporary file, and refuses a twin", async () => {
    const { dataFolder, vault } = await vaultWith({ Db: "value" });
    await vault.create("Db", new Secret("other"));
    await vault.create("new", new Secret("other"));
    expect((await readdir(join(dataFolder, "vault"))).sort()).toEqual(["Db.sealed", "new.sealed"]);
    expect((await errorOf(vault.create("DB", new Secret("other")))).message).toMatch(/differs from Db/);
  });
});

describe("key of the local vault", () => {
  test("is not made anew while files of a lost one are there", async () => {
    const { dataFolder } = await vaultWith({ db: "value" });
    await rename(join(dataFolder, "vault.key"), join(dataFolder, "kept.key"));
    const vault = localVault({ dataFolder });
    expect((await errorOf(vault.get("db"))).code).toBe("vault-key-missing");
    expect((await errorOf(vault.put("new", new Secret("value")))).code).toBe("vault-key-missing");
    await rename(join(dataFolder, "kept.key"), join(dataFolder, "vault.key"));
    expect((await vault.get("db"))?.reveal()).toBe("value");
  });

  test("is one key when many vaults start on an empty folder at the same time", async () => {
    const dataFolder = join(await temporaryFolder(), "data");
    const names = Array.from({ length: 24 }, (_, index) => `secret-${index}`);
    await Promise.all(names.map((name) => localVault({ dataFolder }).put(name, new Secret(name))));
    const vault = localVault({ dataFolder });
    for (const name of names) expect((await vault.get(name))?.reveal()).toBe(name);
  });

  test("shows nowhere in what the vault is made of", async () => {
    const key = newKey();
    const vault = localVault({ dataFolder: await temporaryFolder(), key });
    await vault.put("db", new Secret("value"));
    expect(inspect(vault, { depth: 9, showHidden: true })).not.toContain(key.reveal());
  });
});

describe("names in the local vault", () => {
  test("differ in more than their case, because some file systems ignore it", async () => {
    const { vault } = await vaultWith({ Db: "value" });
    const error = await errorOf(vault.put("DB", new Secret("other")));
    expect(error.message).toMatch(/differs from Db in more than the case/);
    expect((await vault.get("Db"))?.reveal()).toBe("value");
  });
});
