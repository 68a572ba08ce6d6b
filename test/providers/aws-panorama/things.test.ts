import { describe, expect, test } from "vitest";
import type { DeviceStatus } from "../../../emulators/aws-panorama/index.ts";
import { PermanentError, RetryableError } from "../../../lib/contracts/errors.ts";
import { failureOf } from "../support.ts";
import { createWorld, intentAt, madeOf, operation, requestFor, type World, type WorldOptions } from "./support.ts";

const tags = { "drover:operation": operation, "drover:attempt": "before" };
const seed = ({ emulator }: World, over: object = {}) => emulator.seedDevice({ name: "cam-1", tags, ...over });
const read = (world: World, id: string) => world.mint().things.read(madeOf(id), world.context());
const untilMs = Date.parse("2026-11-21T09:30:00Z");

/** The answer to a read of one device, changed. */
const changing = (change: (body: Record<string, unknown>) => unknown): WorldOptions => ({
  through: async (request, next) => {
    const answer = await next(request);
    if (request.method !== "GET" || request.url.includes("?") || answer.status !== 200) return answer;
    return new Response(JSON.stringify(change(JSON.parse(await answer.text()))), { headers: answer.headers });
  },
});

describe("what an operation has made", () => {
  test("is listed over all pages: every attempt's, of its exact name, not being removed", async () => {
    const world = createWorld({ settings: { pageSize: 1 } });
    const ids = [
      seed(world),
      seed(world, { status: "AWAITING_PROVISIONING", tags: { ...tags, "drover:attempt": "2" } }),
      seed(world, { status: "FAILED" }),
    ];
    seed(world, { status: "DELETING" });
    seed(world, { name: "cam-10" });
    seed(world, { tags: { ...tags, "drover:operation": "other" } });
    seed(world, { tags: {} });
    const things = await world.mint().things.list(world.context());
    expect(new Set(things.map(({ id }) => id))).toEqual(new Set(ids));
    expect(things.find(({ id }) => id === ids[1])?.words).toEqual({
      DeviceId: ids[1],
      Name: "cam-1",
      Status: "AWAITING_PROVISIONING",
    });
  });

  const kinds: Readonly<Record<DeviceStatus, object>> = {
    AWAITING_PROVISIONING: { kind: "unused", status: "AWAITING_PROVISIONING" },
    PENDING: { kind: "in-use", status: "PENDING" },
    SUCCEEDED: { kind: "ended", ended: { status: "SUCCEEDED", outcome: "succeeded" } },
    FAILED: { kind: "ended", ended: { status: "FAILED", outcome: "failed", code: "provisioning-failed" } },
    ERROR: { kind: "ended", ended: { status: "ERROR", outcome: "failed", code: "provisioning-error" } },
    DELETING: { kind: "being-removed", status: "DELETING" },
  };
  test.each(Object.entries(kinds))("is told by its status: %s", async (status, expected) => {
    const world = createWorld();
    expect(await read(world, seed(world, { status }))).toMatchObject(expected);
    expect(world.sent.map(({ method }) => method)).toEqual(["GET"]);
  });

  test("is told with the vendor's words when it has ended", async () => {
    const world = createWorld();
    const { made, credential } = await world.mint().create(intentAt(world.time), world.context());
    const archive = Buffer.from(credential?.content.reveal() ?? "", "base64");
    world.emulator.appliance.plugIn({ archive, serialNumber: "GAL1234567AB" });
    world.time.advance(60_000);
    expect(await read(world, made.id)).toEqual({
      kind: "ended",
      ended: {
        status: "SUCCEEDED",
        outcome: "succeeded",
        ids: { deviceId: made.id },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        result: {
          DeviceId: made.id,
          Arn: made.words["Arn"],
          Status: "SUCCEEDED",
          Name: "cam-1",
          SerialNumber: "GAL1234567AB",
          Brand: "AWS_PANORAMA",
          Type: "PANORAMA_APPLIANCE",
          DeviceConnectionStatus: expect.any(String),
          DeviceAggregatedStatus: "OFFLINE",
          CurrentSoftware: expect.any(String),
          CreatedTime: "2026-11-21T09:00:00.000Z",
        },
      },
    });
  });

  test.each([
    ["a word of a later model", { ProvisioningStatus: "HIBERNATING" }, '"HIBERNATING"'],
    ["the name of something every object has", { ProvisioningStatus: "constructor" }, '"constructor"'],
    ["small letters", { ProvisioningStatus: "succeeded" }, '"succeeded"'],
    ["no word", { ProvisioningStatus: 7 }, "7"],
    ["nothing", { ProvisioningStatus: undefined }, "nothing"],
  ])("is unclear with %s for a status", async (_what, change, status) => {
    const world = createWorld(changing((body) => ({ ...body, ...change })));
    expect(await read(world, seed(world))).toEqual({ kind: "unclear", status });
  });

  test("is read with hardly anything in the answer, or with odd members", async () => {
    const bare = createWorld(changing(({ Tags, ProvisioningStatus }) => ({ Tags, ProvisioningStatus })));
    const id = seed(bare);
    expect(await read(bare, id)).toMatchObject({
      kind: "ended",
      ended: { result: { DeviceId: id, Status: "SUCCEEDED" } },
    });
    const odd = { SerialNumber: 7, CreatedTime: "2026", LeaseExpirationTime: 1e300, Name: null, Arn: "x", Brand: {} };
    const world = createWorld(changing((body) => ({ ...body, ...odd })));
    expect(await read(world, seed(world))).toMatchObject({ kind: "ended", ended: { outcome: "succeeded" } });
  });

  test("is gone when the service says so, and not when a gateway knows no such page", async () => {
    const world = createWorld();
    expect(await read(world, "device-none")).toEqual({ kind: "gone" });
    for (const body of ["html", "empty", "envelope"] as const) {
      world.emulator.clearFaults();
      world.emulator.addFault({ kind: "status", status: 404, body });
      expect(await failureOf(read(world, "device-none"))).toMatchObject({ status: 404, code: "not-found" });
    }
  });

  test("is others' without the tag of this operation", async () => {
    const world = createWorld();
    for (const other of [{}, { site: "north" }, { "drover:operation": "other" }]) {
      const id = seed(world, { tags: other, status: "AWAITING_PROVISIONING" });
      expect(await read(world, id)).toEqual({
        kind: "of-others",
        evidence: `Device ${id} does not have the tag of this operation`,
      });
    }
  });

  test("is known by a read of its tags where the answer leaves them out", async () => {
    const world = createWorld(changing(({ Tags, ...body }) => (body["DeviceId"] === undefined ? { Tags } : body)));
    expect(await read(world, seed(world, { status: "PENDING" }))).toEqual({ kind: "in-use", status: "PENDING" });
    expect(new URL(world.sent[1]?.url ?? "").pathname).toMatch(/^\/tags\/arn%3Aaws%3Apanorama%3A.*%2Fdevice-/);
    expect(await read(world, seed(world, { tags: {} }))).toMatchObject({ kind: "of-others" });
  });

  test("is not mistaken for another device that a mixed-up cache answers with", async () => {
    const world = createWorld(changing((body) => ({ ...body, DeviceId: "device-other" })));
    expect(await failureOf(read(world, seed(world)))).toMatchObject({ code: "unreadable-answer-mismatch" });
  });
});

describe("a removal", () => {
  const remove = (world: World, id: string, over: object = {}) =>
    world.mint().things.remove(madeOf(id), intentAt(world.time, over), world.context());

  test("is one DELETE, and what is gone already is fine", async () => {
    const world = createWorld();
    const id = seed(world);
    expect(await remove(world, id)).toEqual({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(world.emulator.state.device(id)?.status).toBe("DELETING");
    world.time.advance(20_000);
    await remove(world, id);
    expect(world.sent.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual(
      Array(2).fill(`DELETE /devices/${id}`),
    );
  });

  test("of what is in use, or being removed, is refused", async () => {
    const world = createWorld();
    const id = seed(world, { inUse: true });
    const error = await failureOf(remove(world, id));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "in-use", effect: "none", status: 409, operation: "delete-device" });
    expect(await failureOf(remove(world, seed(world, { status: "DELETING" })))).toMatchObject({ code: "in-use" });
  });

  test("is not sent too late, and leaves its effect possible when the answer is lost", async () => {
    const world = createWorld();
    const id = seed(world);
    expect(await failureOf(remove(world, id, { sendBefore: world.time.now() - 1 }))).toMatchObject({
      code: "too-late-to-send",
      effect: "none",
    });
    expect(world.sent).toEqual([]);
    for (const fault of [
      { kind: "drop", takesEffect: true },
      { kind: "status", status: 500 },
      { kind: "cut-json" },
      { kind: "other-body", text: "<html>" },
    ] as const) {
      world.emulator.clearFaults();
      world.emulator.addFault({ ...fault, times: 1 });
      const error = await failureOf(remove(world, seed(world)));
      expect(error).toBeInstanceOf(RetryableError);
      expect(error).toMatchObject({ effect: "possible" });
    }
    expect(world.sent.length).toBe(4);
  });

  test("by a gateway's 404 is none", async () => {
    const world = createWorld();
    const id = seed(world);
    world.emulator.addFault({ kind: "status", status: 404, body: "html" });
    expect(await failureOf(remove(world, id))).toMatchObject({ code: "not-found" });
  });
});

describe("a poll of what was handed over", () => {
  const poll = (world: World, id: string, until = untilMs) => {
    const handle = world.mint().things.pollHandle(madeOf(id), until);
    return world.provider.poll(requestFor(), JSON.parse(JSON.stringify(handle)), undefined, world.context());
  };

  test.each([
    ["AWAITING_PROVISIONING", { kind: "in-progress", status: "AWAITING_PROVISIONING" }],
    ["PENDING", { kind: "in-progress", status: "PENDING" }],
    ["SUCCEEDED", { kind: "ended", outcome: "succeeded", result: { Status: "SUCCEEDED" } }],
    ["FAILED", { kind: "ended", outcome: "failed", code: "provisioning-failed" }],
    ["ERROR", { kind: "ended", outcome: "failed", code: "provisioning-error" }],
    ["DELETING", { kind: "gone" }],
  ])("goes by the status: %s", async (status, expected) => {
    const world = createWorld();
    const id = seed(world, { status });
    const seen = await poll(world, id);
    expect(seen).toMatchObject(expected);
    expect(seen.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(world.sent.length).toBe(1);
  });

  test("ends as not used once its time is over, and not a moment before", async () => {
    const world = createWorld();
    const id = seed(world, { status: "AWAITING_PROVISIONING" });
    world.time.advance(untilMs - world.time.now() - 1);
    expect(await poll(world, id)).toMatchObject({ kind: "in-progress" });
    world.time.advance(1);
    expect(await poll(world, id)).toMatchObject({
      kind: "ended",
      status: "AWAITING_PROVISIONING",
      outcome: "failed",
      code: "not-used",
      reason: expect.stringContaining("cam-1"),
    });
    const pending = seed(world, { status: "PENDING" });
    expect(await poll(world, pending)).toMatchObject({ kind: "in-progress" });
  });

  test("is gone, or unclear, as reads are", async () => {
    const world = createWorld(changing((body) => ({ ...body, ProvisioningStatus: "HIBERNATING" })));
    expect(await poll(world, "device-none")).toEqual({
      kind: "gone",
      reason: "There is no device device-none any more",
    });
    expect(await poll(world, seed(world))).toMatchObject({ kind: "unclear", status: '"HIBERNATING"' });
  });

  test("follows the whole way of an appliance", async () => {
    const world = createWorld();
    const { made, credential } = await world.mint().create(intentAt(world.time), world.context());
    expect(await poll(world, made.id)).toMatchObject({ status: "AWAITING_PROVISIONING" });
    world.emulator.appliance.plugIn({ archive: Buffer.from(credential?.content.reveal() ?? "", "base64") });
    expect(await poll(world, made.id)).toMatchObject({ kind: "in-progress", status: "PENDING" });
    world.time.advance(60_000);
    expect(await poll(world, made.id)).toMatchObject({ kind: "ended", outcome: "succeeded" });
  });
});
