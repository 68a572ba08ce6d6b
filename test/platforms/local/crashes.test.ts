/** Stops the process at every single call to the file system, in turn, and looks at what the next process finds. */
import type { FileHandle } from "node:fs/promises";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Secret } from "../../../lib/contracts/secret.ts";
import { openLocalHandoffStore } from "../../../lib/platforms/local/handoff.ts";
import { localVault } from "../../../lib/platforms/local/vault.ts";
import { temporaryFolder } from "./temporary-folder.ts";

class Crash extends Error {}

const fuse = vi.hoisted(() => ({ calls: [] as string[], allowed: Number.POSITIVE_INFINITY }));

vi.mock("node:fs/promises", async (importActual) => {
  const actual = await importActual<typeof import("node:fs/promises")>();

  function step(call: string): void {
    if (fuse.calls.length >= fuse.allowed) throw new Crash(call);
    fuse.calls.push(call);
  }

  const nameOf = (path: unknown) => String(path).replace(/.*\/drover-test-\w+/, "");
  const kindOf = (path: unknown) =>
    nameOf(path)
      .replace(/\.writing-\w+/, ".writing")
      .replace(/\.\d+\.\w+\.claimed/, ".claimed");

  function wrapHandle(handle: FileHandle, path: string): FileHandle {
    for (const method of ["writeFile", "sync", "read"] as const) {
      const original = handle[method].bind(handle) as (...parameters: unknown[]) => Promise<unknown>;
      Object.defineProperty(handle, method, {
        value: async (...parameters: unknown[]) => {
          step(`${method} ${path}`);
          return original(...parameters);
        },
      });
    }
    return handle;
  }

  function wrap<Parameters extends unknown[], Result>(
    name: string,
    call: (...parameters: Parameters) => Promise<Result>,
  ) {
    return async (...parameters: Parameters): Promise<Result> => {
      step(
        [
          name,
          ...parameters
            .slice(0, 2)
            .filter((one) => typeof one === "string")
            .map(kindOf),
        ].join(" "),
      );
      return call(...parameters);
    };
  }

  return {
    ...actual,
    open: async (path: string, flags?: string, mode?: number) => {
      step(`open ${kindOf(path)}`);
      return wrapHandle(await actual.open(path, flags, mode), kindOf(path));
    },
    rename: wrap("rename", actual.rename),
    unlink: wrap("unlink", actual.unlink),
    link: wrap("link", actual.link),
    rm: wrap("rm", actual.rm),
    mkdir: wrap("mkdir", actual.mkdir),
  };
});

beforeEach(() => {
  fuse.allowed = Number.POSITIVE_INFINITY;
  fuse.calls.length = 0;
});

/** Runs the work until its crash; undefined when it crashed. */
async function untilCrash<Result>(allowed: number, work: () => Promise<Result>): Promise<Result | undefined> {
  fuse.calls.length = 0;
  fuse.allowed = allowed;
  try {
    return await work();
  } catch (error) {
    if (error instanceof Crash) return undefined;
    throw error;
  } finally {
    fuse.allowed = Number.POSITIVE_INFINITY;
  }
}

const start = Date.UTC(2026, 10, 21);
const clock = { now: () => start };
const key = new Secret(Buffer.alloc(32, 7).toString("base64"));

describe("a put into the local vault", () => {
  test("writes, syncs the file, renames it and syncs the folder, in this order", async () => {
    const vault = localVault({ dataFolder: await temporaryFolder(), key });
    await vault.put("db", new Secret("old"));
    fuse.calls.length = 0;
    await vault.put("db", new Secret("new"));
    expect(fuse.calls).toEqual([
      "mkdir /vault",
      "open /vault/.writing",
      "writeFile /vault/.writing",
      "sync /vault/.writing",
      "rename /vault/.writing /vault/db.sealed",
      "open /vault",
      "sync /vault",
      "rm /vault/.writing",
    ]);
  });

  test("leaves the old value or the new one, wherever it is stopped", async () => {
    const found = new Set<string | undefined>();
    for (let allowed = 0, crashed = true; crashed; allowed += 1) {
      const dataFolder = await temporaryFolder();
      await localVault({ dataFolder, key }).put("db", new Secret("old"));
      crashed =
        (await untilCrash(allowed, () =>
          localVault({ dataFolder, key })
            .put("db", new Secret("new"))
            .then(() => true),
        )) === undefined;
      const vault = localVault({ dataFolder, key });
      found.add((await vault.get("db"))?.reveal());
      expect(await vault.names()).toEqual(["db"]);
      await vault.put("db", new Secret("newest"));
      expect((await vault.get("db"))?.reveal()).toBe("newest");
    }
    expect(found).toEqual(new Set(["old", "new"]));
  });

  test("leaves a vault that works after the very first put was stopped anywhere", async () => {
    for (let allowed = 0, crashed = true; crashed; allowed += 1) {
      const dataFolder = `${await temporaryFolder()}/data`;
      crashed =
        (await untilCrash(allowed, () =>
          localVault({ dataFolder })
            .put("db", new Secret("one"))
            .then(() => true),
        )) === undefined;
      expect(["one", undefined]).toContain(
        (
          await localVault({ dataFolder })
            .get("db")
            .catch(() => undefined)
        )?.reveal(),
      );
      await localVault({ dataFolder }).put("db", new Secret("two"));
      expect((await localVault({ dataFolder }).get("db"))?.reveal()).toBe("two");
    }
  });
});

describe("a creation in the local vault", () => {
  test("links the file only when it is whole and safe", async () => {
    const vault = localVault({ dataFolder: await temporaryFolder(), key });
    await vault.put("other", new Secret("other"));
    fuse.calls.length = 0;
    await vault.create("db", new Secret("new"));
    expect(fuse.calls).toEqual([
      "mkdir /vault",
      "open /vault/db.sealed",
      "open /vault/.writing",
      "writeFile /vault/.writing",
      "sync /vault/.writing",
      "link /vault/.writing /vault/db.sealed",
      "open /vault",
      "sync /vault",
      "rm /vault/.writing",
    ]);
  });

  test("makes the name safe that somebody else has left there before it gives the value away", async () => {
    const vault = localVault({ dataFolder: await temporaryFolder(), key });
    await vault.put("db", new Secret("theirs"));
    for (const attempt of [() => vault.create("db", new Secret("ours")), () => vault.describe("db")]) {
      fuse.calls.length = 0;
      await attempt();
      expect(fuse.calls.slice(-2)).toEqual(["open /vault", "sync /vault"]);
    }
  });

  test("gives the first value for good, wherever it is stopped", async () => {
    const found = new Set<string>();
    for (let allowed = 0, crashed = true; crashed; allowed += 1) {
      const dataFolder = await temporaryFolder();
      const create = (text: string) => localVault({ dataFolder, key }).create("db", new Secret(text));
      const first = await untilCrash(allowed, () => create("first"));
      crashed = first === undefined;
      const second = (await create("second")).reveal();
      if (first) expect(second).toBe(first.reveal());
      expect((await create("third")).reveal()).toBe(second);
      found.add(second);
    }
    expect(found).toEqual(new Set(["first", "second"]));
  });

  test("leaves value and note together or neither, wherever a put is stopped", async () => {
    const found = new Set<string>();
    for (let allowed = 0, crashed = true; crashed; allowed += 1) {
      const dataFolder = await temporaryFolder();
      await localVault({ dataFolder, key }).put("db", new Secret("old"), "of the old");
      const put = () => localVault({ dataFolder, key }).put("db", new Secret("new"), "of the new");
      crashed = (await untilCrash(allowed, put)) === undefined;
      const entry = await localVault({ dataFolder, key }).describe("db");
      found.add(`${entry?.value.reveal()} ${entry?.note}`);
    }
    expect(found).toEqual(new Set(["old of the old", "new of the new"]));
  });
});

describe("a take from the local handoff store", () => {
  async function storeWithEntry() {
    const dataFolder = await temporaryFolder();
    const open = () => openLocalHandoffStore({ dataFolder, key, clock });
    const store = await open();
    await store.put("entry", Buffer.from("content"), { fileName: "a.zip", expiresAt: start + 1000 });
    return { store, open };
  }

  test("claims, syncs the folder, reads and removes, in this order", async () => {
    const { store } = await storeWithEntry();
    fuse.calls.length = 0;
    await store.take("entry");
    expect(fuse.calls).toEqual([
      "open /handoff/entry.sealed",
      "read /handoff/entry.sealed",
      "rename /handoff/entry.sealed /handoff/entry.claimed",
      "open /handoff",
      "sync /handoff",
      "open /handoff/entry.claimed",
      "read /handoff/entry.claimed",
      "unlink /handoff/entry.claimed",
      "open /handoff",
      "sync /handoff",
    ]);
  });

  test("serves at most once in all, wherever it is stopped", async () => {
    const served: number[] = [];
    for (let allowed = 0, crashed = true; crashed; allowed += 1) {
      const { store, open } = await storeWithEntry();
      const first = await untilCrash(allowed, () => store.take("entry"));
      crashed = first === undefined;
      const claimed = fuse.calls.some((call) => call.startsWith("rename"));
      const second = await (await open()).take("entry");
      // Once the claim is there, its content may have left the process: nobody gets it again.
      expect(second === undefined).toBe(claimed);
      served.push([first, second].filter((taken) => taken !== undefined).length);
    }
    expect(Math.max(...served)).toBe(1);
    expect(served.length).toBeGreaterThan(8);
  });
});
