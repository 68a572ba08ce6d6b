import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { inspect } from "node:util";
import { CreateProvisioningClaimCommand, DescribeProvisioningTemplateCommand, IoTClient } from "@aws-sdk/client-iot";
import { describe, expect, test } from "vitest";
import { InvalidInputError, PermanentError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { inProcess } from "../../emulators/aws-panorama/request-handler.ts";
import { failureOf, shown } from "../support.ts";
import {
  createWorld,
  endpoint,
  intentAt,
  leaksIn,
  region,
  requestFor,
  type World,
  type WorldOptions,
} from "./support.ts";

const create = (world: World, templateName?: string) =>
  world.mint(templateName).create(intentAt(world.time), world.context());

/** The answer to the minting, changed. */
const changing = (change: (body: Record<string, unknown>) => unknown, headers = {}): WorldOptions => ({
  through: async (request, next) => {
    const answer = await next(request);
    if (request.method !== "POST") return answer;
    return new Response(JSON.stringify(change(JSON.parse(await answer.text()))), { headers });
  },
});

/** The private keys that the service has given out. */
function keeping() {
  const keys: string[] = [];
  const through: WorldOptions["through"] = async (request, next) => {
    const answer = await next(request);
    const text = await answer.clone().text();
    const { keyPair } = JSON.parse(text);
    if (keyPair) keys.push(keyPair.PrivateKey);
    return answer;
  };
  return { keys, through };
}

describe("a claim", () => {
  test("is one POST without a body, and certificate and key as one PEM text", async () => {
    const world = createWorld();
    const { made, credential, requestId } = await create(world);
    expect(world.sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${endpoint}/provisioning-templates/gateways/provisioning-claim`,
    ]);
    expect(await world.sent[0]?.text()).toBe("");
    const pem = Buffer.from(credential?.content.reveal() ?? "", "base64").toString();
    const [, certificatePem = "", privateKeyPem = ""] =
      /^(-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\n)(-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+-----\n)$/.exec(
        pem,
      ) ?? [];
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
    const certificateId = createHash("sha256").update(certificate.raw).digest("hex");
    expect(made).toEqual({ id: certificateId, words: { certificateId, templateName: "gateways" } });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(credential?.expiresAt).toBe(world.time.now() + 300_000);
    expect(world.emulator.present({ certificatePem, privateKeyPem, templateName: "gateways" })).toBe("accepted");
  });

  test("says what it is and what is done with it, and leaves nothing behind", () => {
    const mint = createWorld().mint();
    expect(mint).toMatchObject({
      what: "a provisioning claim for template gateways",
      fileName: "provisioning-claim_gateways.pem",
      mediaType: "application/x-pem-file",
      settling: { requestTimeoutMs: 20_000 },
    });
    expect(mint.instructions).toContain("five minutes");
    expect(mint).not.toHaveProperty("things");
  });

  test("is not sent too late", async () => {
    const world = createWorld();
    const late = intentAt(world.time, { sendBefore: world.time.now() - 1 });
    expect(await failureOf(world.mint().create(late, world.context()))).toMatchObject({
      code: "too-late-to-send",
      effect: "none",
    });
    expect(world.sent).toEqual([]);
  });

  test("whose answer was lost is fenced: nobody has it", async () => {
    const world = createWorld();
    world.emulator.addFault({ kind: "drop", takesEffect: true, operation: "CreateProvisioningClaim" });
    const error = await failureOf(create(world));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ effect: "possible" });
    expect(world.sent.length).toBe(1);
    expect(await world.mint().find(intentAt(world.time), world.context())).toEqual({
      kind: "fenced",
      evidence: "What a lost answer held, nobody has, and it dies by itself within five minutes",
    });
    expect(world.sent.length).toBe(1);
  });

  test.each([
    ["no certificate", ({ certificatePem: _, ...rest }: Record<string, unknown>) => rest],
    ["no keys", ({ keyPair: _, ...rest }: Record<string, unknown>) => rest],
    ["a public key alone", (body: Record<string, unknown>) => ({ ...body, keyPair: { PublicKey: "x" } })],
    ["no key in it", (body: Record<string, unknown>) => ({ ...body, keyPair: { PrivateKey: "" } })],
    [
      "a certificate for a key",
      (body: Record<string, unknown>) => ({ ...body, keyPair: { PrivateKey: body["certificatePem"] } }),
    ],
    ["a number for a certificate", (body: Record<string, unknown>) => ({ ...body, certificatePem: 7 })],
  ])("with %s is a minting without a credential", async (_what, change) => {
    const minted = await create(createWorld(changing(change)));
    expect(minted).not.toHaveProperty("credential");
    expect(minted.made.words["templateName"]).toBe("gateways");
  });

  test("without an id is known by its attempt", async () => {
    for (const certificateId of [undefined, 7, "not an id"]) {
      const { made } = await create(createWorld(changing((body) => ({ ...body, certificateId }))));
      expect(made).toEqual({ id: "attempt-1", words: { templateName: "gateways" } });
    }
  });
});

describe("the end of a claim", () => {
  const endOf = async (expiration: unknown, date?: number, passes = 0) => {
    const world = createWorld({
      through: async (request, next) => {
        const answer = await next(request);
        const body = JSON.parse(await answer.text());
        world.time.advance(passes);
        const headers = date === undefined ? {} : { date: new Date(date).toUTCString() };
        return new Response(JSON.stringify({ ...body, expiration }), { headers });
      },
    });
    const sentAt = world.time.now();
    const { credential } = await create(world);
    return (credential?.expiresAt ?? 0) - sentAt;
  };
  const start = Date.parse("2026-11-21T09:00:00Z");
  const seconds = (ms: number) => (start + ms) / 1000;

  test("is five minutes from before the request at the latest", async () => {
    expect(await endOf(undefined)).toBe(300_000);
    expect(await endOf("soon")).toBe(300_000);
    expect(await endOf(seconds(300_000), undefined, 8_000)).toBe(300_000);
    expect(await endOf(seconds(3_600_000))).toBe(300_000);
  });

  test("is the service's own where that is sooner", async () => {
    expect(await endOf(seconds(120_000.5))).toBe(120_000.5);
    expect(await endOf(seconds(-1_000))).toBe(-1_000);
  });

  test("is corrected by the service's clock, rather too early", async () => {
    const hour = 3_600_000;
    expect(await endOf(seconds(hour + 120_000), start + hour)).toBe(119_000);
    expect(await endOf(seconds(-hour + 120_000), start - hour)).toBe(119_000);
    expect(await endOf(seconds(hour + 300_000), start + hour)).toBe(299_000);
  });
});

describe("before a claim", () => {
  const prepare = (world: World, templateName?: string) => world.mint(templateName).prepare(world.context());

  test("its template is read: it has to be there and enabled", async () => {
    const world = createWorld();
    expect(await prepare(world)).toEqual({ templateName: "gateways" });
    expect(world.sent.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${endpoint}/provisioning-templates/gateways`,
    ]);
    const missing = await failureOf(prepare(world, "docks-none"));
    expect(missing).toBeInstanceOf(PermanentError);
    expect(missing).toMatchObject({ code: "template-not-found", effect: "none", status: 404 });
    const off = await failureOf(prepare(world, "docks-off"));
    expect(off).toBeInstanceOf(PermanentError);
    expect(off).toMatchObject({ code: "template-disabled", effect: "none" });
  });

  test("it is permitted, or nothing is asked at all", async () => {
    const world = createWorld();
    for (const call of [
      () => prepare(world, "secret-ones"),
      () => create(world, "secret-ones"),
      async () => world.provider.plan(requestFor({ templateName: "secret-ones" })),
    ]) {
      const error = await failureOf(call());
      expect(error).toBeInstanceOf(PermanentError);
      expect(error).toMatchObject({ code: "template-not-permitted", effect: "none" });
      expect(String(error)).toContain("connections.iot.templates");
    }
    expect(world.sent).toEqual([]);
    await create(world, "docks-off");
    expect(world.sent.length).toBe(1);
  });
});

describe("a refused claim", () => {
  test.each([
    [400, "InvalidRequestException", PermanentError, { code: "refused-by-provider", effect: "none" }],
    [400, "ThrottlingException", RetryableError, { code: "throttled", effect: "none", status: 429 }],
    [429, "ThrottlingException", RetryableError, { code: "throttled", effect: "none", status: 429 }],
    [401, "UnauthorizedException", UnauthorizedError, { effect: "none" }],
    [403, "AccessDeniedException", UnauthorizedError, { code: "access-denied", effect: "none" }],
    [404, "ResourceNotFoundException", PermanentError, { code: "template-not-found", effect: "none" }],
    [500, "InternalFailureException", RetryableError, { effect: "possible" }],
    [503, "ServiceUnavailableException", RetryableError, { effect: "possible" }],
  ] as const)("with %i %s is one request and an error of its class", async (status, code, Class, expected) => {
    const world = createWorld();
    world.emulator.addFault({ operation: "CreateProvisioningClaim", kind: "status", status, code });
    const error = await failureOf(create(world));
    expect(error).toBeInstanceOf(Class);
    expect(error).toMatchObject({ provider: "aws-iot", operation: "create-provisioning-claim", ...expected });
    expect(world.sent.length).toBe(1);
  });

  test("by the service's own throttling and for a wrong key", async () => {
    const world = createWorld({ settings: { callsPerSecond: 1, throttleRetryAfterSeconds: 4 } });
    await create(world);
    expect(await failureOf(create(world))).toMatchObject({ code: "throttled", status: 429, retryAfterMs: 4_000 });
    const error = await failureOf(create(createWorld({ key: "another-key" })));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({ status: 403, code: "invalid-signature" });
    expect(shown(error)).not.toContain("another-key");
    const denied = await failureOf(create(createWorld({ actions: ["DescribeProvisioningTemplate"] })));
    expect(String(denied)).toContain("allow iot:CreateProvisioningClaim to the identity of connection iot");
  });

  test.each([
    { kind: "drop", takesEffect: true },
    { kind: "cut-json" },
    { kind: "cut-connection" },
    { kind: "other-body", text: "<html>" },
    { kind: "status", status: 500, takesEffect: true },
  ] as const)("may have been issued after %j", async (fault) => {
    const world = createWorld();
    world.emulator.addFault({ operation: "CreateProvisioningClaim", ...fault });
    expect(await failureOf(create(world))).toMatchObject({ effect: "possible" });
    expect(world.emulator.callCounts()["CreateProvisioningClaim"]).toBe(1);
  });
});

describe("the private key", () => {
  test("is in the content alone", async () => {
    const { keys, through } = keeping();
    const world = createWorld({ through });
    const minted = await create(world);
    expect(keys.length).toBe(1);
    expect(leaksIn(Buffer.from(minted.credential?.content.reveal() ?? "", "base64").toString(), keys)).not.toEqual([]);
    expect(leaksIn(inspect(minted, { depth: 9 }), keys)).toEqual([]);
    expect(() => JSON.stringify(minted)).toThrow("cannot be serialized");
    const { credential: _, ...rest } = minted;
    expect(leaksIn(JSON.stringify(rest), keys)).toEqual([]);
  });

  test.each([200, 400, 404, 500])("does not come out of an echo with %i", async (status) => {
    const keys: string[] = [];
    const shapes: ((key: string) => string)[] = [
      (key) => JSON.stringify({ __type: "InvalidRequestException", message: key }),
      (key) => JSON.stringify({ __type: key.replace(/\W/g, ""), message: Buffer.from(key).toString("base64") }),
      (key) =>
        JSON.stringify({ message: Buffer.from(key.replace(/-----[A-Z ]+-----|\s/g, ""), "base64").toString("hex") }),
      (key) => JSON.stringify({ certificateId: key, expiration: key, templateName: key, enabled: key }),
      (key) => `{"keyPair":{"PrivateKey":${JSON.stringify(key)}`,
      (key) => JSON.stringify([key]),
    ];
    for (const shape of shapes) {
      const world = createWorld({
        through: async (_request, next) => {
          const real = JSON.parse(await (await next(_request)).text());
          if (real.keyPair) keys.push(real.keyPair.PrivateKey);
          return new Response(shape(keys.at(-1) ?? ""), { status });
        },
      });
      const seen = await create(world).catch((error: unknown) => error);
      const prepared = await world
        .mint()
        .prepare(world.context())
        .catch((error: unknown) => error);
      const all = [seen, prepared].map((one) => shown(one) + inspect(one, { depth: 9 })).join("\n");
      expect(leaksIn(all, keys)).toEqual([]);
    }
    expect(keys.length).toBe(shapes.length);
  });
});

describe("the provider of AWS IoT", () => {
  test("needs no turn, polls nothing and starts no deployments", async () => {
    const { provider, context, time, sent } = createWorld();
    const [request, intent] = [requestFor(), intentAt(time)];
    expect([provider.kind, provider.turnOf(request)]).toEqual(["aws-iot", undefined]);
    for (const call of [
      () => provider.prepareDeployment(request, context()),
      () => provider.findDeployment(request, intent, context()),
      () => provider.createDeployment(request, intent, context()),
      () => provider.poll(request, {}, intent, context()),
    ]) {
      await expect(call()).rejects.toThrow(PermanentError);
    }
    expect(() => provider.mintOf({ ...request, type: "drover.heat.deploy" }, "o")).toThrow(PermanentError);
    expect(() => provider.mintOf(requestFor({ templateName: "a b" }), "o")).toThrow(InvalidInputError);
    expect(sent).toEqual([]);
  });

  test("plans the very calls, at the region's endpoint or another", async () => {
    const world = createWorld();
    const plan = world.provider.plan(requestFor());
    await world.mint().prepare(world.context());
    await create(world);
    expect(plan.map(({ method, url }) => [method, url])).toEqual(world.sent.map(({ method, url }) => [method, url]));
    expect(plan.map(({ changes }) => changes)).toEqual([false, true]);
    const china = createWorld({ connection: { region: "cn-north-1" } });
    expect(china.provider.plan(requestFor())[0]?.url).toMatch(/^https:\/\/iot\.cn-north-1\.amazonaws\.com\.cn\//);
    const local = createWorld({ connection: { endpoint: "http://127.0.0.1:4600/" } });
    expect(local.provider.plan(requestFor())[0]?.url).toBe("http://127.0.0.1:4600/provisioning-templates/gateways");
  });

  test("checks the key and the templates that it names", async () => {
    const exact = createWorld({ connection: { templates: ["gateways", "docks-off", "docks-*"] } });
    const seen = async ({ provider, context }: World) =>
      (await provider.check(context())).map(({ what, ok, warning }) => [what, ok, warning ?? false]);
    expect(await seen(exact)).toEqual([
      ["access-key", true, false],
      ["template gateways", true, false],
      ["template docks-off", true, true],
      ["rights", true, false],
    ]);
    const pattern = createWorld({ connection: { templates: ["docks-*"] } });
    expect(await seen(pattern)).toEqual([
      ["access-key", true, false],
      ["templates", true, false],
      ["rights", true, false],
    ]);
    expect(pattern.sent[0]?.url).toBe(`${endpoint}/provisioning-templates?maxResults=1`);
    expect(await seen(createWorld({ key: "with a space" }))).toEqual([["access-key", false, false]]);
    expect(await seen(createWorld({ actions: [], connection: { templates: ["gateways"] } }))).toEqual([
      ["access-key", true, false],
      ["template gateways", false, false],
    ]);
    expect([exact, pattern].flatMap(({ sent }) => sent).every(({ method }) => method === "GET")).toBe(true);
  });
});

describe("on the wire, each request is that of the official client", () => {
  const wireOf = async (request: Request | undefined) => ({
    method: request?.method,
    url: request?.url,
    body: await request?.text(),
    scope: /Credential=[^/]+\/\d+\/([^,]+),/.exec(request?.headers.get("authorization") ?? "")?.[1],
  });
  const theirs = async (ask: (client: IoTClient) => Promise<unknown>) => {
    const sent: Request[] = [];
    const requestHandler = inProcess(async (request) => {
      sent.push(request.clone());
      return new Response("{}");
    });
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    await ask(new IoTClient({ region, credentials, requestHandler, maxAttempts: 1 }));
    return wireOf(sent[0]);
  };

  test("CreateProvisioningClaim and DescribeProvisioningTemplate", async () => {
    const world = createWorld();
    await create(world);
    await world.mint().prepare(world.context());
    const templateName = "gateways";
    expect(await wireOf(world.sent[0])).toEqual(
      await theirs((client) => client.send(new CreateProvisioningClaimCommand({ templateName }))),
    );
    expect(await wireOf(world.sent[1])).toEqual(
      await theirs((client) => client.send(new DescribeProvisioningTemplateCommand({ templateName }))),
    );
  });
});
