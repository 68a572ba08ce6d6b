import { describe, expect, test } from "vitest";
import { InvalidInputError, PermanentError, RetryableError } from "../../../lib/contracts/errors.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { failureOf } from "../support.ts";
import { createWorld, endpoint, intentAt, operation, requestFor, type World, type WorldOptions } from "./support.ts";

const tags = { "drover:operation": operation, "drover:attempt": "before" };

async function minted(options: WorldOptions = {}, fields = {}) {
  const world = createWorld(options);
  const intent = intentAt(world.time);
  const made = await world.mint(fields).create(intent, world.context());
  return { ...world, intent, ...made };
}

const seed = ({ emulator }: Pick<World, "emulator">, name: string, over: object = {}) =>
  emulator.seedDevice({ name, status: "AWAITING_PROVISIONING", ...over });

describe("a minting", () => {
  test("is one POST with the user's tags and ours, and its archive is the one that the appliance takes", async () => {
    const device = {
      Name: "cam-1",
      Description: "the dock",
      Tags: { site: "north" },
      NetworkingConfiguration: { Ethernet0: { ConnectionType: "DHCP" } },
    };
    const { sent, emulator, time, made, credential, requestId, intent } = await minted({}, { device });
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST ${endpoint}/devices`]);
    const Tags = { site: "north", "drover:operation": operation, "drover:attempt": intent.nonce };
    expect(JSON.parse((await sent[0]?.text()) ?? "")).toEqual({ ...device, Tags });
    const [there] = emulator.state.devices();
    expect(there).toMatchObject({ name: "cam-1", tags: Tags, description: "the dock" });
    expect(made).toEqual({
      id: there?.id,
      words: {
        DeviceId: there?.id,
        Name: "cam-1",
        Arn: there?.arn,
        IotThingName: there?.thingName,
        Status: "AWAITING_PROVISIONING",
      },
    });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(credential?.expiresAt).toBe(time.now() + 300_000);
    const archive = Buffer.from(credential?.content.reveal() ?? "", "base64");
    const fileName = "certificates-omni_cam-1.zip";
    expect(emulator.appliance.plugIn({ archive, fileName })).toMatchObject({ accepted: true });
  });

  test("counts the certificate's life from before the request was sent, however long the answer takes", async () => {
    const world = createWorld({
      through: async (request, next) => {
        const answer = await next(request);
        world.time.advance(7_000);
        return answer;
      },
    });
    const sentAt = world.time.now();
    const { credential } = await world.mint().create(intentAt(world.time), world.context());
    expect([world.time.now(), credential?.expiresAt]).toEqual([sentAt + 7_000, sentAt + 300_000]);
  });

  test("counts it from before, also when the service makes it late", async () => {
    const world = createWorld({
      through: async (request, next) => {
        world.time.advance(4_000);
        return next(request);
      },
    });
    const sentAt = world.time.now();
    const { credential, made } = await world.mint().create(intentAt(world.time), world.context());
    expect(world.emulator.state.archive(made.id)?.issuedAtMs).toBe(sentAt + 4_000);
    expect(credential?.expiresAt).toBe(sentAt + 300_000);
  });

  test("says what it is and what is done with it", () => {
    const mint = createWorld().mint();
    expect(mint).toMatchObject({
      what: "the configuration archive of device cam-1",
      fileName: "certificates-omni_cam-1.zip",
      mediaType: "application/zip",
      settling: { requestTimeoutMs: 20_000, settlingMs: 120_000, lookEveryMs: 10_000 },
    });
    for (const said of ["certificates-omni_cam-1.zip", "USB 3.0 port next to the HDMI output", "five minutes"]) {
      expect(mint.instructions).toContain(said);
    }
    const { provider } = createWorld({ provider: { settling: { settlingMs: 1_000 } } });
    expect(provider.mintOf(requestFor(), operation).settling).toMatchObject({ settlingMs: 1_000, lookEveryMs: 10_000 });
  });

  test("is not sent when it got too late meanwhile", async () => {
    for (const pass of ["advance", "jump"] as const) {
      const world = createWorld({
        provider: {
          secret: async (reference) => {
            world.time[pass](10_001);
            return new Secret(`key-of-${reference}`);
          },
        },
      });
      const error = await failureOf(world.mint().create(intentAt(world.time), world.context()));
      expect(error).toMatchObject({ code: "too-late-to-send", effect: "none" });
      expect(world.sent).toEqual([]);
    }
  });

  test("asks for one device only, of the request's type and shape", () => {
    const { provider } = createWorld();
    const other = { ...requestFor(), type: "drover.heat.deploy" } as const;
    expect(() => provider.mintOf(other, operation)).toThrow(PermanentError);
    expect(() => provider.mintOf(requestFor({ device: { Name: "cam 1" } }), operation)).toThrow(InvalidInputError);
  });
});

describe("an answer", () => {
  const through = (change: (body: Record<string, unknown>) => unknown): WorldOptions => ({
    through: async (request, next) => {
      const answer = await next(request);
      if (request.method !== "POST") return answer;
      const changed = change(JSON.parse(await answer.text()));
      return new Response(JSON.stringify(changed), { status: answer.status, headers: answer.headers });
    },
  });

  test.each([
    ["no archive", undefined],
    ["null for it", null],
    ["an empty one", ""],
    ["bytes that are no ZIP", Buffer.from("x".repeat(100)).toString("base64")],
    ["a ZIP with nothing in it", Buffer.from(`PK\u0005\u0006${"\0".repeat(40)}`, "latin1").toString("base64")],
    ["a header alone", Buffer.from("PK\u0003\u0004", "latin1").toString("base64")],
    ["text that is no base64", "PK\u0003\u0004 not base64"],
    ["a number", 7],
  ])("with %s is a minting without a credential", async (_what, Certificates) => {
    const { made, credential, emulator } = await minted(through((body) => ({ ...body, Certificates })));
    expect(credential).toBeUndefined();
    expect(made.id).toBe(emulator.state.devices()[0]?.id);
  });

  test.each([
    ["a line break", (archive: string) => `${archive.slice(0, 60)}\n${archive.slice(60)}`],
    ["something else behind it", (archive: string) => `${archive}!`],
    ["its end cut off", (archive: string) => archive.slice(0, -1)],
  ])("with an archive that has %s holds none that was meant", async (_what, change) => {
    const { credential } = await minted(
      through((body) => ({ ...body, Certificates: change(String(body["Certificates"])) })),
    );
    expect(credential).toBeUndefined();
  });

  test("without a member of its own", async () => {
    const world = createWorld();
    world.emulator.addFault({ kind: "missing-member", operation: "ProvisionDevice", member: "Certificates" });
    expect(await world.mint().create(intentAt(world.time), world.context())).not.toHaveProperty("credential");
  });

  test("with the id alone is enough, and odd words are left out", async () => {
    const odd = { Arn: "not an arn", IotThingName: 7, Status: "really? <b>" };
    const { made } = await minted(through(({ DeviceId }) => ({ DeviceId, ...odd })));
    expect(made.words).toEqual({ DeviceId: made.id, Name: "cam-1" });
    const unknown = await minted(through((body) => ({ ...body, Status: "HIBERNATING", Extra: {} })));
    expect(unknown.made.words["Status"]).toBe("HIBERNATING");
    expect(unknown.credential).toBeDefined();
  });

  test.each([
    ["no id", ({ DeviceId: _, ...rest }: Record<string, unknown>) => rest],
    ["an id that is a path", (body: Record<string, unknown>) => ({ ...body, DeviceId: "../devices" })],
    ["a list", () => []],
    ["null", () => null],
  ])("with %s may have made a device, and says nothing of its body", async (_what, change) => {
    const world = createWorld(through(change));
    const error = await failureOf(world.mint().create(intentAt(world.time), world.context()));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ effect: "possible", code: "unreadable-answer-unexpected-shape" });
    expect(world.emulator.state.provisioned()).toBe(1);
  });
});

describe("before a minting", () => {
  const prepare = async (world: World) => world.mint().prepare(world.context());

  test("a free name is fine, and names that merely begin with it are others", async () => {
    const world = createWorld();
    seed(world, "cam-10");
    seed(world, "cam-1-b");
    seed(world, "Cam-1");
    expect(await prepare(world)).toEqual({ name: "cam-1" });
    expect(new URL(world.sent[0]?.url ?? "").search).toBe("?MaxResults=25&NameFilter=cam-1");
    expect(world.sent.every(({ method }) => method === "GET")).toBe(true);
  });

  test("a device that others have made is a conflict, wherever in the list it is", async () => {
    const world = createWorld({ settings: { pageSize: 1 } });
    const id = seed(world, "cam-1", { tags: { site: "north" } });
    for (let other = 0; other < 30; other += 1) seed(world, `cam-1${other}`);
    const error = await failureOf(prepare(world));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "conflict", effect: "none" });
    expect(String(error)).toContain(id);
    // Two pages, and a look whether it is still there.
    expect(world.sent.length).toBe(3);
  });

  test("of another operation too, though it is one of Drover's", async () => {
    const world = createWorld();
    seed(world, "cam-1", { tags: { ...tags, "drover:operation": "other" } });
    expect(await failureOf(prepare(world))).toMatchObject({ code: "conflict" });
  });

  test("ours is none: it is for the list of things", async () => {
    const world = createWorld();
    const id = seed(world, "cam-1", { tags });
    expect(await prepare(world)).toEqual({ name: "cam-1" });
    expect(await world.mint().things.list(world.context())).toMatchObject([{ id }]);
  });

  test.each([
    ["ours", tags],
    ["somebody else's", {}],
  ])("one that is being removed blocks the name: %s", async (_whose, itsTags) => {
    const world = createWorld();
    const id = seed(world, "cam-1", { tags: itsTags, status: "DELETING" });
    const error = await failureOf(prepare(world));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: "being-removed", effect: "none", retryAfterMs: 10_000 });
    expect(String(error)).toContain(id);
    expect(await world.mint().things.list(world.context())).toEqual([]);
  });

  test("one of others that a late list still shows is waited for", async () => {
    const world = createWorld({ settings: { listDelayMs: 60_000, deleteMs: 1_000 } });
    const id = seed(world, "cam-1");
    world.time.advance(60_000);
    world.emulator.otherWriter.write({ kind: "delete", name: "cam-1" });
    world.time.advance(10_000);
    const error = await failureOf(prepare(world));
    expect(error).toMatchObject({ code: "being-removed", effect: "none" });
    expect(String(error)).toContain(id);
    world.time.advance(60_000);
    expect(await prepare(world)).toEqual({ name: "cam-1" });
  });
});

describe("after a lost answer", () => {
  const provisionFault = { operation: "ProvisionDevice", times: 1 } as const;

  test("the device of this attempt is found by its tags, once the list shows it", async () => {
    const world = createWorld({ settings: { listDelayMs: 3_000, describeDelayMs: 1_000 } });
    world.emulator.addFault({ ...provisionFault, kind: "drop", takesEffect: true });
    const intent = intentAt(world.time);
    const error = await failureOf(world.mint().create(intent, world.context()));
    expect(error).toMatchObject({ effect: "possible" });
    expect(world.emulator.calls("ProvisionDevice")).toBe(1);
    const find = () => world.mint().find(intent, world.context());
    expect(await find()).toEqual({ kind: "absent-so-far" });
    world.time.advance(3_000);
    const [device] = world.emulator.state.devices();
    expect(await find()).toEqual({
      kind: "found",
      result: {
        id: device?.id,
        words: { DeviceId: device?.id, Name: "cam-1", Arn: device?.arn, Status: "AWAITING_PROVISIONING" },
      },
    });
  });

  test("another attempt's, another operation's, and names that begin alike are not it", async () => {
    const world = createWorld();
    const intent = intentAt(world.time);
    const own = { "drover:operation": operation, "drover:attempt": intent.nonce };
    seed(world, "cam-1", { tags });
    seed(world, "cam-1", { tags: { ...own, "drover:operation": "other" } });
    seed(world, "cam-10", { tags: own });
    seed(world, "cam-1");
    expect(await world.mint().find(intent, world.context())).toEqual({ kind: "absent-so-far" });
    const removed = seed(world, "cam-1", { tags: own, status: "DELETING" });
    expect(await world.mint().find(intent, world.context())).toMatchObject({ kind: "found", result: { id: removed } });
    const id = seed(world, "cam-1", { tags: own });
    expect(await world.mint().find(intent, world.context())).toMatchObject({ kind: "found", result: { id } });
  });

  test("is found behind empty pages", async () => {
    const world = createWorld({ settings: { pageSize: 10 } });
    const intent = intentAt(world.time);
    const id = seed(world, "cam-1", { tags: { "drover:operation": operation, "drover:attempt": intent.nonce } });
    for (let other = 0; other < 120; other += 1) seed(world, `door-${other}`);
    expect(await world.mint().find(intent, world.context())).toMatchObject({ result: { id } });
    expect(world.sent.filter(({ url }) => url.includes("MaxResults")).length).toBe(5);
  });

  test("is found before single reads know it", async () => {
    const world = createWorld({ settings: { describeDelayMs: 60_000 } });
    const intent = intentAt(world.time);
    await world.mint().create(intent, world.context());
    const [device] = world.emulator.state.devices();
    expect(await world.mint().find(intent, world.context())).toMatchObject({
      result: { id: device?.id, words: { Status: "AWAITING_PROVISIONING" } },
    });
  });
});

describe("a list", () => {
  const answering = (make: (page: number) => unknown) => {
    let page = 0;
    return createWorld({
      through: async () => {
        page += 1;
        return new Response(JSON.stringify(make(page)));
      },
    });
  };
  const find = (world: World) => world.mint().find(intentAt(world.time), world.context());

  test("without its devices is no empty one", async () => {
    for (const body of [{}, { Devices: null }, { NextToken: "x" }]) {
      expect(await failureOf(find(answering(() => body)))).toMatchObject({
        code: "unreadable-answer-unexpected-shape",
        effect: "none",
      });
    }
  });

  test("with a device of the name that has no id is none to go by", async () => {
    expect(await failureOf(find(answering(() => ({ Devices: [{ Name: "cam-1" }] }))))).toMatchObject({
      code: "unreadable-answer-unexpected-shape",
    });
  });

  test("that goes round, or on for ever, is given up", async () => {
    expect(await failureOf(find(answering(() => ({ Devices: [], NextToken: "same" }))))).toMatchObject({
      code: "unreadable-answer-loop",
    });
    const endless = answering((page) => ({ Devices: [], NextToken: `t${page}` }));
    const error = await failureOf(find(endless));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "too-many-pages" });
    expect(endless.sent.length).toBe(200);
  });

  test("hands tokens on as they are", async () => {
    const world = answering((page) => ({ Devices: [], ...(page === 1 ? { NextToken: "a+b/c= &d'(é)" } : {}) }));
    await find(world);
    expect(new URL(world.sent[1]?.url ?? "").searchParams.get("NextToken")).toBe("a+b/c= &d'(é)");
    expect(world.sent[1]?.url).toContain("NextToken=a%2Bb%2Fc%3D%20%26d%27%28%C3%A9%29");
  });
});
