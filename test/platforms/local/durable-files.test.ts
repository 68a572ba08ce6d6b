import { type FileHandle, mkdir, open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ConfigurationError, RetryableError } from "../../../lib/contracts/errors.ts";
import {
  createFile,
  createFolder,
  fileError,
  moveFile,
  readStart,
  removeFile,
  replaceFile,
} from "../../../lib/platforms/local/durable-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("createFile keeps the first of many and says who was first", async () => {
  const folder = await temporaryFolder();
  const contents = Array.from({ length: 20 }, (_, index) => `content ${index}`);
  const created = await Promise.all(contents.map((content) => createFile(folder, "key", Buffer.from(content))));
  expect(created.filter((one) => one)).toHaveLength(1);
  const first = contents[created.indexOf(true)];
  expect(await readFile(join(folder, "key"), "utf8")).toBe(first);
  expect(await createFile(folder, "key", Buffer.from("late"))).toBe(false);
  expect(await readFile(join(folder, "key"), "utf8")).toBe(first);
  expect(await readdir(folder)).toEqual(["key"]);
});

test("moveFile and removeFile succeed for one of many", async () => {
  const folder = await temporaryFolder();
  await createFile(folder, "a", Buffer.from("x"));
  const moves = await Promise.all(Array.from({ length: 10 }, (_, index) => moveFile(folder, "a", `b-${index}`)));
  expect(moves.filter((moved) => moved)).toHaveLength(1);
  const removals = await Promise.all(Array.from({ length: 10 }, () => removeFile(folder, `b-${moves.indexOf(true)}`)));
  expect(removals.filter((removed) => removed)).toHaveLength(1);
});

test("createFolder makes every folder on the way for this user alone and leaves existing ones as they are", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "open"), { mode: 0o755 });
  await createFolder(join(folder, "open", "a", "b"));
  await createFolder(join(folder, "open", "a", "b"));
  const modes = ["open", "open/a", "open/a/b"].map(async (path) => (await stat(join(folder, path))).mode & 0o777);
  expect(await Promise.all(modes)).toEqual([0o755, 0o700, 0o700]);
});

test("readStart reads no further than asked and knows a missing file", async () => {
  const folder = await temporaryFolder();
  await createFile(folder, "a", Buffer.from("0123456789"));
  expect((await readStart(join(folder, "a"), 4))?.bytes.toString()).toBe("0123");
  expect((await readStart(join(folder, "a"), 40))?.bytes.toString()).toBe("0123456789");
  expect(await readStart(join(folder, "b"), 4)).toBeUndefined();
});

test.each(["EACCES", "EPERM", "EROFS"])("%s becomes a sentence that names the path and the remedy", (code) => {
  const error = fileError(Object.assign(new Error("raw"), { code }), "/data/vault");
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(String(error)).toContain(
    `Expected /data/vault to be readable and writable, got ${code}: let the user that runs Drover own it`,
  );
});

test.each(["ENOSPC", "EDQUOT", "EFBIG"])("%s is waited for, and says nothing about an effect", (code) => {
  const error = fileError(Object.assign(new Error("raw"), { code }), "/data/vault");
  expect(error).toBeInstanceOf(RetryableError);
  expect(error).toMatchObject({ code: "disk-full" });
  expect(error).not.toMatchObject({ effect: "none" });
  expect(String(error)).toContain(`Expected room for a file in /data/vault, got ${code}: make some`);
});

test("other errors of the system stay as they are", () => {
  const broken = Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
  expect(fileError(broken, "/data")).toBe(broken);
});

test.each([
  ["before it has its name, nothing took place", "writeFile", 0, "none"],
  ["when its folder cannot be synced, it may have", "sync", 1, "possible"],
] as const)("a file that finds no room: %s", async (_, method, goodCalls, effect) => {
  const folder = await temporaryFolder();
  const handle = await open(join(folder, "other"), "w");
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const usual = prototype[method];
  let calls = 0;
  const spy = vi.spyOn(prototype, method).mockImplementation(async function (this: FileHandle, ...of: never[]) {
    calls += 1;
    if (calls > goodCalls) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    return Reflect.apply(usual, this, of);
  });
  const failure = await replaceFile(folder, "a", Buffer.from("x")).catch((error: unknown) => error);
  spy.mockRestore();
  expect(failure).toMatchObject({ name: "RetryableError", code: "disk-full", effect });
});
