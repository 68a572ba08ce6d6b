import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigurationError, RetryableError } from "../../lib/contracts/errors.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { readStartOfFile, type SecretSources, secretResolver } from "../../lib/platforms/secret-references.ts";
import { temporaryFolder } from "./local/temporary-folder.ts";

function resolverWith(sources: Partial<SecretSources>) {
  const nothing: SecretSources = { environment: {}, readFile: readStartOfFile, baseFolder: "/nowhere" };
  return secretResolver({ ...nothing, ...sources });
}

async function errorOf(promise: Promise<unknown>): Promise<ConfigurationError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigurationError)) throw new Error(`Expected a ConfigurationError, got ${error}`);
  return error;
}

describe("env references", () => {
  test("resolve to the variable, verbatim", async () => {
    const resolve = resolverWith({ environment: { APP_KEY: " value\n" } });
    expect((await resolve("env:APP_KEY")).reveal()).toBe(" value\n");
  });

  test.each([
    ["no such variable", "env:ABSENT"],
    ["an empty variable", "env:EMPTY"],
    ["no such variable", "env:toString"],
  ])("with %s say so, naming the reference", async (found, reference) => {
    const error = await errorOf(resolverWith({ environment: { EMPTY: "" } })(reference));
    expect(error.message).toBe(`Expected a secret at ${reference}, got ${found}: set it where Drover is started`);
  });
});

describe("file references", () => {
  async function withFile(content: string | Uint8Array) {
    const baseFolder = await temporaryFolder();
    await mkdir(join(baseFolder, "secrets"));
    await writeFile(join(baseFolder, "secrets", "key"), content);
    return { baseFolder, resolve: resolverWith({ baseFolder }) };
  }

  test.each([
    ["value", "value"],
    ["value\n", "value"],
    ["value\r\n", "value"],
    ["value\n\n", "value\n"],
    [" a\nb ", " a\nb "],
  ])("read %j as %j", async (content, value) => {
    const { resolve } = await withFile(content);
    expect((await resolve("file:secrets/key")).reveal()).toBe(value);
  });

  test("start at the folder of the configuration, and may be absolute", async () => {
    const { baseFolder, resolve } = await withFile("value");
    expect((await resolve("file:./secrets/../secrets/key")).reveal()).toBe("value");
    expect((await resolverWith({})(`file:${baseFolder}/secrets/key`)).reveal()).toBe("value");
  });

  test.each([
    ["an empty file", "\n"],
    ["a file that is not UTF-8 text", Uint8Array.of(0xff, 0xfe, 0x00)],
    ["more than 65536 bytes", "x".repeat(65_537)],
  ])("of %s are refused without quoting it", async (found, content) => {
    const { resolve } = await withFile(content);
    const error = await errorOf(resolve("file:secrets/key"));
    expect(error.message).toMatch(/^Expected a secret at file:secrets\/key, got /);
    expect(error.message).toContain(found);
    expect(error.message).not.toContain("xxx");
  });

  test("of the greatest size are read", async () => {
    const { resolve } = await withFile("x".repeat(65_536));
    expect((await resolve("file:secrets/key")).reveal()).toHaveLength(65_536);
  });

  test("of an endless file are read no further than the bound", async () => {
    expect((await errorOf(resolverWith({})("file:/dev/zero"))).message).toContain("more than 65536 bytes");
  });

  test("of no file, or of a folder, say where it was looked for", async () => {
    const { baseFolder, resolve } = await withFile("value");
    expect((await errorOf(resolve("file:absent"))).message).toBe(
      `Expected a secret at file:absent, got ENOENT for ${baseFolder}/absent: create the file and let the user that runs Drover read it`,
    );
    expect((await errorOf(resolve("file:secrets"))).message).toContain("EISDIR");
    expect((await errorOf(resolve("file:a\0b"))).message).toContain("ERR_INVALID_ARG_VALUE");
  });
});

describe("vault references", () => {
  const vault = { get: async (name: string) => (name === "app-db" ? new Secret("value") : undefined) };

  test("resolve to the secret of that name", async () => {
    expect((await resolverWith({ vault })("vault:app-db")).reveal()).toBe("value");
  });

  test("of a secret that nobody put say how to put it", async () => {
    expect((await errorOf(resolverWith({ vault })("vault:absent"))).message).toBe(
      "Expected a secret at vault:absent, got no such secret: run `drover vault put absent`",
    );
  });

  test("are refused while there is no vault", async () => {
    expect((await errorOf(resolverWith({})("vault:app-db"))).message).toContain("env:NAME or file:path");
  });

  test("keep the class of our own errors and quote nobody else's", async () => {
    const throttled = new RetryableError("Expected an answer, got 429");
    const ours = resolverWith({ vault: { get: () => Promise.reject(throttled) } });
    await expect(ours("vault:app-db")).rejects.toBe(throttled);
    const theirs = resolverWith({ vault: { get: () => Promise.reject(new RangeError("hunter2")) } });
    const error = await errorOf(theirs("vault:app-db"));
    expect(error.message).toContain("RangeError from the vault");
    expect(error.message).not.toContain("hunter2");
  });
});

describe("anything else", () => {
  test.each([
    "hunter2hunter2",
    "",
    "env:",
    "env:A-B",
    "vault:../x",
    "vault:",
    "file:",
    "ENV:A",
    "env:A\n",
    "https://a",
  ])("such as %j is refused without quoting it, and explains the vault", async (text) => {
    const error = await errorOf(resolverWith({ environment: { A: "value" } })(text));
    expect(error.code).toBe("not-a-secret-reference");
    expect(error.message).toContain("drover vault put");
    expect(error.message).not.toContain("hunter2");
  });
});
