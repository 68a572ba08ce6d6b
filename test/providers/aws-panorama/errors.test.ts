import { describe, expect, test } from "vitest";
import {
  ConfigurationError,
  type DroverError,
  PermanentError,
  RetryableError,
  UnauthorizedError,
} from "../../../lib/contracts/errors.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { failureOf, settle } from "../support.ts";
import {
  createWorld,
  intentAt,
  madeOf,
  secretAccessKey,
  sessionToken,
  type World,
  type WorldOptions,
} from "./support.ts";

const provisioning = async (options: WorldOptions = {}, prepare: (world: World) => void = () => {}) => {
  const world = createWorld(options);
  prepare(world);
  const error = await failureOf(world.mint().create(intentAt(world.time), world.context()));
  return { world, error: error as DroverError };
};

type Class = typeof PermanentError | typeof RetryableError | typeof UnauthorizedError;
type Case = readonly [
  status: number,
  type: string | undefined,
  Class: Class,
  expected: { readonly code: string; readonly effect: "none" | "possible"; readonly status?: number },
];

const cases: readonly Case[] = [
  [400, "ValidationException", PermanentError, { code: "refused-by-provider", effect: "none" }],
  [400, "ThrottlingException", RetryableError, { code: "throttled", effect: "none", status: 429 }],
  [400, "TooManyRequestsException", RetryableError, { code: "throttled", effect: "none", status: 429 }],
  [429, "ThrottlingException", RetryableError, { code: "throttled", effect: "none" }],
  [429, undefined, RetryableError, { code: "throttled", effect: "none" }],
  [402, undefined, PermanentError, { code: "quota", effect: "none" }],
  [401, undefined, UnauthorizedError, { code: "unauthorized", effect: "none" }],
  [403, "AccessDeniedException", UnauthorizedError, { code: "access-denied", effect: "none" }],
  [403, "ExpiredTokenException", UnauthorizedError, { code: "expired-token", effect: "none" }],
  [400, "UnrecognizedClientException", UnauthorizedError, { code: "unrecognized-client", effect: "none" }],
  [404, "UnknownOperationException", PermanentError, { code: "not-found", effect: "none" }],
  [409, undefined, PermanentError, { code: "conflict", effect: "none" }],
  [408, undefined, RetryableError, { code: "provider-unavailable", effect: "possible" }],
  [400, "InternalServerException", RetryableError, { code: "provider-unavailable", effect: "possible" }],
  [500, "InternalServerException", RetryableError, { code: "provider-unavailable", effect: "possible" }],
  [500, "AccessDeniedException", RetryableError, { code: "provider-unavailable", effect: "possible" }],
  [502, undefined, RetryableError, { code: "provider-unavailable", effect: "possible" }],
  [503, undefined, RetryableError, { code: "provider-unavailable", effect: "possible" }],
  [202, undefined, RetryableError, { code: "unexpected-status", effect: "possible" }],
];

describe("a refused minting", () => {
  test.each(cases)("with %i %s is one request and an error of its class", async (status, code, Class, expected) => {
    const { world, error } = await provisioning({}, ({ emulator }) => {
      emulator.addFault({ operation: "ProvisionDevice", kind: "status", status, ...(code ? { code } : {}) });
    });
    expect(error).toBeInstanceOf(Class);
    expect(error).toMatchObject({ status, ...expected, provider: "aws-panorama", operation: "provision-device" });
    expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(world.sent.length).toBe(1);
    expect(world.emulator.state.provisioned()).toBe(0);
  });

  test.each(["html", "text", "empty", "envelope"] as const)("as %s of a gateway quotes nothing long", async (body) => {
    for (const [status, effect] of [
      [500, "possible"],
      [404, "none"],
      [403, "none"],
    ] as const) {
      const { error } = await provisioning({}, ({ emulator }) => {
        emulator.addFault({ operation: "ProvisionDevice", kind: "status", status, body });
      });
      expect(error).toMatchObject({ status, effect });
      expect(error.message.length).toBeLessThan(400);
    }
  });

  test.each(["400-throttling", "429-throttling", "429-too-many-requests"] as const)(
    "as the service throttles (%s) waits as long as it says",
    async (throttleAnswer) => {
      const world = createWorld({
        settings: {
          throttling: { callsPerSecond: 5, mutationsPerSecond: 1 },
          throttleAnswer,
          throttleRetryAfterSeconds: 7,
        },
      });
      await world.mint().create(intentAt(world.time), world.context());
      const error = await failureOf(world.mint().create(intentAt(world.time), world.context()));
      expect(error).toBeInstanceOf(RetryableError);
      expect(error).toMatchObject({ status: 429, code: "throttled", effect: "none", retryAfterMs: 7_000 });
      expect([world.sent.length, world.emulator.state.provisioned()]).toEqual([2, 1]);
    },
  );

  test("says the vendor's own words, the quota and what to do", async () => {
    const quota = await provisioning({ settings: { deviceQuota: 0 } });
    expect(quota.error.message).toBe(
      'Expected a new device cam-1 from panorama.eu-west-1.compatible.example, got 402 ServiceQuotaExceededException "The account has reached its quota of 0 devices.": quota L-DEVICES of the account and region is used up, so delete devices that nobody uses any more',
    );
    const conflict = await provisioning({ settings: { sameName: "conflict" } }, ({ emulator }) =>
      emulator.seedDevice({ name: "cam-1" }),
    );
    expect(conflict.error.message).toContain('409 ConflictException "The target resource is in use');
    expect(conflict.error.message).toContain("choose another one");
    const denied = await provisioning({ actions: ["ListDevices"] });
    expect(denied.error.message).toContain(
      "allow panorama:ProvisionDevice and panorama:TagResource to the identity of connection docks",
    );
  });

  test("bounds what the vendor says", async () => {
    const Message = "Word ".repeat(5_000);
    const { error } = await provisioning({
      through: async () =>
        new Response(JSON.stringify({ __type: "com.amazonaws.panorama#ValidationException", Message }), {
          status: 400,
        }),
    });
    expect(error.message.length).toBeLessThan(500);
    expect(error.message).toContain("ValidationException");
  });
});

describe("a signature", () => {
  test("with another key is refused, and nothing of the key is said", async () => {
    const { error } = await provisioning({ values: { "vault:aws-key": "another-key" } });
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({ status: 403, code: "invalid-signature", effect: "none" });
    expect(error.message).toContain("check the secret access key and the region of connection docks");
    expect(error.message).not.toContain("another-key");
  });

  test("carries the session token, and misses it", async () => {
    const { error } = await provisioning({ values: { "vault:aws-session": "old" } });
    expect(error).toMatchObject({ status: 403, code: "unrecognized-client" });
    expect(error.message).toContain("its session token if it has one");
  });

  test("is made with secrets that are not said back, however short", async () => {
    const { error, world } = await provisioning({
      values: { "vault:aws-key": "key~4711", "vault:aws-session": "token~4711" },
      through: async ({ headers }) => {
        const Message = `got ${headers.get("x-amz-security-token")} and key~4711`;
        return new Response(JSON.stringify({ __type: "ValidationException", Message }), { status: 400 });
      },
    });
    expect(world.sent[0]?.headers.get("x-amz-security-token")).toBe("token~4711");
    expect(error.message).toContain("got [removed] and [removed]");
  });

  test("for another region is refused", async () => {
    const { error } = await provisioning({ connection: { region: "us-east-1" } });
    expect(error).toMatchObject({ status: 403, code: "invalid-signature" });
  });

  test("has the time of the sending, also when reading the key takes long", async () => {
    const world = createWorld({
      provider: {
        secret: async (reference) => {
          world.time.advance(2_000);
          return new Secret(reference === "vault:aws-key" ? secretAccessKey : sessionToken);
        },
      },
    });
    await world.mint().create(intentAt(world.time), world.context());
    expect(world.sent[0]?.headers.get("x-amz-date")).toBe("20261121T090004Z");
    expect(world.sent[0]?.headers.get("authorization")).toContain(
      "SignedHeaders=host;x-amz-date;x-amz-security-token,",
    );
  });

  test("by a clock that is wrong is explained where the service says its time", async () => {
    const world = createWorld({
      through: async (request, next) => {
        const answer = await next(request);
        answer.headers.set("date", new Date(world.time.now() + 600_000).toUTCString());
        return answer;
      },
      emulator: { now: () => Date.parse("2026-11-21T09:10:00Z") },
    });
    const error = await failureOf(world.mint().create(intentAt(world.time), world.context()));
    expect(String(error)).toContain("the clock of this host is 10 min behind the service's");
  });

  test("needs a key that can stand in a header", async () => {
    const { error, world } = await provisioning({ values: { "vault:aws-key": "with a space" } });
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: "invalid-access-key", effect: "none", provider: "aws-panorama" });
    expect(world.sent).toEqual([]);
  });
});

describe("what breaks on the way", () => {
  const onProvision = { operation: "ProvisionDevice", times: 1 } as const;

  test.each([
    ["a reply that is lost", { kind: "drop", takesEffect: true }, 1],
    ["a request that is lost", { kind: "drop" }, 0],
    ["JSON that breaks off", { kind: "cut-json" }, 1],
    ["a connection that breaks in the body", { kind: "cut-connection" }, 1],
    ["another body", { kind: "other-body", text: "<html>proxy</html>" }, 1],
    ["another body, as JSON", { kind: "other-body", text: '"ok"', contentType: "application/json" }, 1],
    ["a landing later", { kind: "late-landing", landsAfterMs: 5_000 }, 0],
    ["a landing later behind a 503", { kind: "late-landing", landsAfterMs: 5_000, status: 503 }, 0],
    ["a 500 after the effect", { kind: "status", status: 500, takesEffect: true }, 1],
  ] as const)("%s leaves the effect possible after exactly one request", async (_what, fault, made) => {
    const { world, error } = await provisioning(
      {},
      ({ emulator }) => void emulator.addFault({ ...onProvision, ...fault }),
    );
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.effect).toBe("possible");
    expect([world.sent.length, world.emulator.calls("ProvisionDevice")]).toEqual([1, 1]);
    expect(world.emulator.state.provisioned()).toBe(made);
  });

  test("silence ends with the time of the request", async () => {
    const world = createWorld();
    world.emulator.addFault({ ...onProvision, kind: "silence", takesEffect: true });
    const failure = failureOf(world.mint().create(intentAt(world.time), world.context()));
    while (world.sent.length === 0) await settle();
    world.time.advance(20_000);
    expect(await failure).toMatchObject({ code: "timed-out", effect: "possible" });
    expect(world.sent.length).toBe(1);
  });

  test("somebody who makes a device of the name meanwhile is not mistaken for us", async () => {
    const world = createWorld();
    world.emulator.addFault({
      ...onProvision,
      kind: "other-writer",
      moment: "before",
      write: { kind: "provision", name: "cam-1" },
    });
    const intent = intentAt(world.time);
    const { made } = await world.mint().create(intent, world.context());
    expect(await world.mint().find(intent, world.context())).toMatchObject({ kind: "found", result: { id: made.id } });
    expect(world.emulator.state.devices("cam-1").length).toBe(2);
  });

  test("reads have no effect, whatever comes", async () => {
    for (const fault of [{ kind: "drop" }, { kind: "status", status: 500 }, { kind: "cut-json" }] as const) {
      const world = createWorld();
      const { id } = (await world.mint().create(intentAt(world.time), world.context())).made;
      world.emulator.addFault({ method: "GET", ...fault });
      const mint = world.mint();
      for (const read of [
        () => mint.prepare(world.context()),
        () => mint.find(intentAt(world.time), world.context()),
        () => mint.things.list(world.context()),
        () => mint.things.read(madeOf(id), world.context()),
      ]) {
        const error = await failureOf(read());
        expect(error).toBeInstanceOf(RetryableError);
        expect(error).toMatchObject({ effect: "none" });
      }
    }
  });
});
