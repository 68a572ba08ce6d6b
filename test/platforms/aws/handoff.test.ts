import { describe, expect, onTestFinished, test } from "vitest";
import { createS3Emulator } from "../../../emulators/s3/index.ts";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { ConfigurationError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import type { HandoffStore } from "../../../lib/contracts/ports.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { awsHandoffStore, maxContentBytes } from "../../../lib/platforms/aws/handoff.ts";
import { type Objects, s3Objects } from "../../../lib/platforms/aws/objects.ts";
import { sealingKeys } from "../../../lib/platforms/vault-key.ts";
import { describeHandoffStore } from "../../contracts/handoff.ts";
import { accessKey, impatience, secretAccessKey, settingsFor, shownBy, thrownBy } from "./settings.ts";

const bucket = "drover-handoffs";
const hourMs = 3_600_000;
const content = Buffer.from("canary of a content \u0000\u00ff");
const id = "entry-1";

interface WorldOptions {
  readonly actions?: readonly string[];
  /** Called when the emulator has carried out an operation, before its answer leaves. */
  readonly carriedOut?: (operation: string) => void | Promise<void>;
}

async function openWorld({ actions, carriedOut }: WorldOptions = {}) {
  let nowMs = Date.UTC(2026, 10, 21);
  const clock = { now: () => nowMs };
  const emulator = createS3Emulator({
    ...clock,
    onCall: ({ when, operation }) => (when === "carried-out" ? carriedOut?.(operation) : undefined),
  });
  emulator.seedAccessKey({ ...accessKey, ...(actions === undefined ? {} : { actions }) });
  emulator.seedBucket(bucket);
  const key = new Secret(Buffer.alloc(32, 7).toString("base64"));
  const keys = () => sealingKeys({ get: async () => key, create: async () => key });
  const objects = s3Objects({
    settings: settingsFor("http://s3.test"),
    bucket,
    now: clock.now,
    fetch: (request) => emulator.fetch(request),
  });
  const open = (over: Objects = objects): HandoffStore =>
    awsHandoffStore({ objects: over, keys: keys(), clock, persistence: impatience() });
  const store = open();
  const put = (bytes: Uint8Array = content, fileName = "device.zip") =>
    store.put(id, bytes, { fileName, expiresAt: nowMs + hourMs });
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { store, open, reopen: async () => open(), put, emulator, objects, now: clock.now, advance };
}

describeHandoffStore("aws (S3)", openWorld);

const bytesIn = ({ emulator }: Awaited<ReturnType<typeof openWorld>>) =>
  emulator
    .objects(bucket)
    .map(({ body, metadata }) => `${body.toString("latin1")}${JSON.stringify(metadata)}`)
    .join();

describe("handoff store on aws, in the bucket", () => {
  test("keeps neither content nor file name readable there", async () => {
    const world = await openWorld();
    await world.put(content, "canary-of-a-name.zip");
    expect(world.emulator.objects(bucket)).toHaveLength(1);
    expect(bytesIn(world)).not.toContain("canary");
  });

  test("holds the longest id beside the longest file name", async () => {
    const world = await openWorld();
    const [longId, fileName] = ["x".repeat(128), "\u{1F40E}".repeat(300)];
    const entry = await world.store.put(longId, content, { fileName, expiresAt: Number.MAX_SAFE_INTEGER });
    expect(await world.store.describe(longId)).toEqual(entry);
  });

  test("holds what an answer of a function can hold, and refuses more before anybody is offered it", async () => {
    const world = await openWorld();
    // Lambda's 6 MB, less what base64 adds and the headers take.
    const longest = maxContentBytes;
    expect((longest * 4) / 3).toBeLessThan(6_000_000);
    await expect(world.put(new Uint8Array(longest + 1))).rejects.toThrow(`content of at most ${longest} bytes`);
    expect(world.emulator.objects(bucket)).toEqual([]);
    expect(await world.put(new Uint8Array(longest))).toMatchObject({ bytes: longest });
  });

  test("opens nothing that was renamed, mixed or damaged there, and keeps it", async () => {
    const world = await openWorld();
    await world.put();
    const [object] = world.emulator.objects(bucket);
    if (!object) throw new Error("Expected an object, got none");
    const body = Buffer.from(object.body);
    await world.objects.put("handoffs/renamed", body, object.metadata, "absent");
    const flipped = Buffer.from(object.body);
    flipped[30] = (flipped[30] ?? 0) ^ 1;
    await world.objects.put("handoffs/entry-1", flipped, object.metadata, { etag: object.etag });
    for (const each of ["renamed", id]) {
      const error = await thrownBy(() => world.store.take(each));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error).toHaveProperty("code", "sealed-file-damaged");
      expect(shownBy(error)).not.toContain("canary");
    }
    expect(world.emulator.objects(bucket)).toHaveLength(2);
  });

  test("does not take what it cannot open with its key", async () => {
    const world = await openWorld();
    await world.put();
    const other = new Secret(Buffer.alloc(32, 8).toString("base64"));
    const stranger = awsHandoffStore({
      objects: world.objects,
      keys: sealingKeys({ get: async () => other, create: async () => other }),
      clock: { now: world.now },
    });
    expect(await thrownBy(() => stranger.take(id))).toHaveProperty("code", "wrong-vault-key");
    expect(await world.store.take(id)).toBeDefined();
  });

  test("takes with two calls, describes with one, and leaves a mark that goes after an hour", async () => {
    const world = await openWorld();
    await world.put();
    await world.store.describe(id);
    await world.store.take(id);
    expect(world.emulator.callCounts()).toEqual({ HeadObject: 2, PutObject: 2, GetObject: 1 });
    expect(bytesIn(world)).toMatch(/^taken [0-9a-f]{32}\n/);
    world.advance(hourMs - 1);
    expect(await world.store.expire(world.now())).toBe(0);
    expect(world.emulator.objects(bucket)).toHaveLength(1);
    world.advance(1);
    expect(await world.store.expire(world.now())).toBe(0);
    expect(world.emulator.objects(bucket)).toEqual([]);
  });

  test("expires page after page, and leaves what is none of its own", async () => {
    const world = await openWorld();
    for (let number = 0; number < 7; number += 1) {
      await world.store.put(`entry-${number}`, content, { fileName: "a.zip", expiresAt: world.now() + 1 });
    }
    await world.objects.put("handoffs/strange", Buffer.from("x"), {}, "absent");
    await world.objects.put("elsewhere/entry", Buffer.from("x"), {}, "absent");
    const pages: Objects = {
      ...world.objects,
      keys: async (prefix, cursor) => {
        const { keys } = await world.objects.keys(prefix);
        const rest = keys.filter((key) => key > (cursor ?? ""));
        const page = rest.slice(0, 3);
        const last = page.at(-1);
        return { keys: page, ...(rest.length > 3 && last !== undefined ? { cursor: last } : {}) };
      },
    };
    world.advance(1);
    expect(await world.open(pages).expire(world.now())).toBe(7);
    expect(world.emulator.objects(bucket).map(({ key }) => key)).toEqual(["elsewhere/entry", "handoffs/strange"]);
  });
});

describe("handoff store on aws, at most once", () => {
  test("serves one of two who have both read before either claims", async () => {
    const world = await openWorld();
    await world.put();
    const { promise: bothRead, resolve } = Promise.withResolvers<void>();
    let reads = 0;
    const meeting: Objects = {
      ...world.objects,
      get: async (key) => {
        const found = await world.objects.get(key);
        reads += 1;
        if (reads === 2) resolve();
        await bothRead;
        return found;
      },
    };
    const taken = await Promise.all([world.open(meeting).take(id), world.open(meeting).take(id)]);
    expect(reads).toBe(2);
    expect(taken.filter((one) => one !== undefined)).toHaveLength(1);
  });

  test("has no content any more when a taker dies after its claim", async () => {
    const world = await openWorld();
    await world.put();
    const { promise: claimed, resolve } = Promise.withResolvers<void>();
    const dying: Objects = {
      ...world.objects,
      put: async (...write) => {
        await world.objects.put(...write);
        resolve();
        return new Promise(() => undefined);
      },
    };
    void world.open(dying).take(id);
    await claimed;
    expect(await world.store.take(id)).toBeUndefined();
    expect(await world.store.describe(id)).toBeUndefined();
    expect(await world.store.remove(id)).toBe(false);
    expect(world.emulator.objects(bucket).map(({ body }) => body.length)).toEqual([39]);
  });

  test("still has it when a taker dies before its claim", async () => {
    const world = await openWorld();
    await world.put();
    const dying: Objects = { ...world.objects, put: () => new Promise(() => undefined) };
    void world.open(dying).take(id);
    expect((await world.store.take(id))?.content).toEqual(content);
  });

  test.each([1, 2, 3])("serves the taker whose claim was carried out though %i answers were lost", async (times) => {
    const world = await openWorld();
    await world.put();
    world.emulator.addFault({ kind: "drop", takesEffect: true, operation: "PutObject", times });
    expect((await world.store.take(id))?.content).toEqual(content);
    expect(await world.store.take(id)).toBeUndefined();
  });

  test("serves nobody twice when the claim cannot be made out", async () => {
    const world = await openWorld();
    await world.put();
    world.emulator.addFault({ kind: "drop", takesEffect: true, operation: "PutObject", times: 1 });
    world.emulator.addFault({ kind: "status", status: 500, operation: "HeadObject" });
    expect(await thrownBy(() => world.store.take(id))).toBeInstanceOf(RetryableError);
    world.emulator.clearFaults();
    expect(await world.store.take(id)).toBeUndefined();
  });

  test("gives the loser nothing when it lost an answer too", async () => {
    const world = await openWorld();
    await world.put();
    world.emulator.addFault({ kind: "drop", operation: "PutObject", times: 1 });
    const late: Objects = {
      ...world.objects,
      put: async (...write) => {
        try {
          return await world.objects.put(...write);
        } catch (error) {
          // The other takes it while this one does not know what became of its claim.
          expect(await world.open().take(id)).toBeDefined();
          throw error;
        }
      },
    };
    expect(await world.open(late).take(id)).toBeUndefined();
  });

  test("does not bring back what was taken when the answer to its put was lost", async () => {
    let taken = 0;
    const world = await openWorld();
    const between: Objects = {
      ...world.objects,
      put: async (...write) => {
        try {
          return await world.objects.put(...write);
        } catch (error) {
          if ((await world.open().take(id)) !== undefined) taken += 1;
          throw error;
        }
      },
    };
    world.emulator.addFault({ kind: "drop", takesEffect: true, operation: "PutObject", times: 1 });
    const entry = await world.open(between).put(id, content, { fileName: "a.zip", expiresAt: world.now() + hourMs });
    expect(entry.bytes).toBe(content.length);
    expect(taken).toBe(1);
    expect(await world.store.take(id)).toBeUndefined();
  });

  test("does not bring back what was taken when a put arrives late", async () => {
    const world = await openWorld();
    world.emulator.addFault({ kind: "late-landing", landsAfterMs: 60_000, operation: "PutObject", times: 3 });
    expect(await thrownBy(() => world.put())).toBeInstanceOf(RetryableError);
    await world.put();
    expect(await world.store.take(id)).toBeDefined();
    world.advance(60_000);
    expect(await world.store.take(id)).toBeUndefined();
  });

  test("puts once when an answer was lost, and says so when it was not put", async () => {
    const world = await openWorld();
    world.emulator.addFault({ kind: "drop", takesEffect: true, operation: "PutObject", times: 1 });
    await world.put();
    expect(world.emulator.effects()).toHaveLength(1);
    world.emulator.addFault({ kind: "drop", operation: "PutObject", times: 3 });
    expect(await thrownBy(() => world.put(Buffer.from("newer")))).toBeInstanceOf(RetryableError);
    expect((await world.store.take(id))?.content).toEqual(content);
  });

  test("puts over a conflict with another put, and over the mark of what was taken", async () => {
    const world = await openWorld();
    world.emulator.addFault({ kind: "status", status: 409, operation: "PutObject", times: 1 });
    await world.put();
    expect(await world.store.take(id)).toBeDefined();
    await world.put(Buffer.from("again"));
    expect((await world.store.take(id))?.content.toString()).toBe("again");
  });

  test("keeps what another put while it was about to expire what stood there before", async () => {
    const world = await openWorld();
    await world.put();
    world.advance(hourMs);
    let isFirst = true;
    const late: Objects = {
      ...world.objects,
      remove: async (key, etag) => {
        if (isFirst) await world.put(Buffer.from("newer"));
        isFirst = false;
        return world.objects.remove(key, etag);
      },
    };
    expect(await world.open(late).expire(world.now())).toBe(0);
    expect((await world.store.take(id))?.content.toString()).toBe("newer");
  });
});

describe("handoff store on aws, never after its expiry", () => {
  test("serves nothing whose time comes while it is taken", async () => {
    let world: Awaited<ReturnType<typeof openWorld>> | undefined;
    const armed = { advanceMs: 0 };
    world = await openWorld({
      carriedOut: (operation) => {
        if (operation === "PutObject") world?.advance(armed.advanceMs);
      },
    });
    await world.put();
    armed.advanceMs = hourMs;
    expect(await world.store.take(id)).toBeUndefined();
    armed.advanceMs = 0;
    await world.put();
    armed.advanceMs = hourMs - 1;
    expect(await world.store.take(id)).toBeDefined();
  });

  test("removes what it finds over", async () => {
    const world = await openWorld();
    await world.put();
    world.advance(hourMs);
    expect(await world.store.take(id)).toBeUndefined();
    expect(world.emulator.objects(bucket)).toEqual([]);
  });
});

describe("handoff store on aws, when calls fail", () => {
  test.each([
    ["throttled", { kind: "status", status: 503 }],
    ["failing inside", { kind: "status", status: 500 }],
    ["cut off", { kind: "drop" }],
    ["cut off in the middle of the answer", { kind: "cut-connection" }],
  ] as const)("goes on after calls that were %s", async (_, fault) => {
    const world = await openWorld();
    await world.put();
    for (const operation of ["GetObject", "HeadObject", "PutObject"]) {
      world.emulator.addFault({ ...fault, operation, times: 2 });
    }
    expect((await world.store.take(id))?.content).toEqual(content);
  });

  test("says which bucket is missing and which permission, without content, key or signature", async () => {
    const world = await openWorld();
    const settings = settingsFor("http://s3.test");
    const fetch = (request: Request) => world.emulator.fetch(request);
    const elsewhere = world.open(s3Objects({ settings, bucket: "not-there", now: world.now, fetch }));
    const about = { fileName: "canary.zip", expiresAt: world.now() + hourMs };
    const missing = await thrownBy(() => elsewhere.put(id, content, about));
    expect(missing).toBeInstanceOf(ConfigurationError);
    expect(missing.message).toContain("the bucket not-there to answer, got 404 NoSuchBucket: create the bucket");
    const poor = await openWorld({ actions: ["HeadObject"] });
    const refused = await thrownBy(() => poor.put());
    expect(refused).toBeInstanceOf(UnauthorizedError);
    expect(refused.message).toContain("s3:PutObject");
    for (const error of [missing, refused]) {
      for (const canary of ["canary", secretAccessKey, "AWS4-HMAC"]) expect(shownBy(error)).not.toContain(canary);
    }
  });

  test("works over a connection, with a large content, and gives up calls that are never answered", async () => {
    const { emulator } = await openWorld();
    const large = Buffer.alloc(3 * 2 ** 20, "canary");
    const puts: (string | null)[] = [];
    const server = await serveOnLoopback((request) => {
      if (request.method === "PUT") puts.push(request.headers.get("content-length"));
      return emulator.fetch(request);
    });
    onTestFinished(() => server.close());
    const clock = { now: () => Date.UTC(2026, 10, 21) };
    const key = new Secret(Buffer.alloc(32, 7).toString("base64"));
    const keys = sealingKeys({ get: async () => key, create: async () => key });
    const storeWith = (requestTimeoutMs: number) =>
      awsHandoffStore({
        objects: s3Objects({ settings: settingsFor(server.url, { requestTimeoutMs }), bucket, now: clock.now }),
        keys,
        clock,
        persistence: impatience(),
      });
    const store = storeWith(5_000);
    await store.put(id, large, { fileName: "large.zip", expiresAt: clock.now() + hourMs });
    // S3 takes no body whose length is not said beforehand.
    expect(puts).toEqual([String(large.length + 28)]);
    emulator.addFault({ kind: "silence", operation: "HeadObject", times: 3 });
    expect(await thrownBy(() => storeWith(30).describe(id))).toBeInstanceOf(RetryableError);
    expect(large.equals((await store.take(id))?.content ?? Buffer.of())).toBe(true);
  });
});
