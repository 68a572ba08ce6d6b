import { describe, expect, test } from "vitest";
import { ConfigurationError, PermanentError, RetryableError, UnauthorizedError } from "../../lib/contracts/errors.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { secretResolver } from "../../lib/platforms/secret-references.ts";
import { endpointOf } from "../../lib/providers/aws/endpoint.ts";
import { noteIn, versionIdOf } from "../../lib/publish-targets/secrets-manager/version-id.ts";
import {
  accessKeyId,
  openSecretsManager,
  region,
  type SecretsManagerWorld,
  secretAccessKey,
  serviceUrl,
  sessionToken,
} from "./secrets-manager-world.ts";
import {
  assertNoCanary,
  type Between,
  callAt,
  contextAt,
  failureOf,
  noteOf,
  otherCanary,
  published,
  valueCanary,
} from "./world.ts";

const publish = ({ target, secret, time }: SecretsManagerWorld, value = published, note = noteOf()) =>
  target.publish(secret, value, note, callAt(time));
const read = ({ target, secret, time }: SecretsManagerWorld) => target.read(secret, contextAt(time));
const canaries = [secretAccessKey, sessionToken];

const problem = (type: string, { status = 400, message = "Refused.", date = "" } = {}): Between => {
  const headers: Record<string, string> = date === "" ? {} : { date };
  return async () => Response.json({ __type: type, Message: message }, { status, headers });
};

describe("a publication to Secrets Manager", () => {
  test("is one signed POST that makes the version current", async () => {
    const world = await openSecretsManager();
    await publish(world);
    const [sent] = world.wire.sent;
    expect(sent?.method).toBe("POST");
    expect(sent?.url).toBe(serviceUrl);
    expect(sent?.headers.get("x-amz-target")).toBe("secretsmanager.PutSecretValue");
    expect(sent?.headers.get("x-amz-date")).toBe("20261121T090000Z");
    expect(sent?.headers.get("x-amz-security-token")).toBe(sessionToken);
    expect(sent?.headers.get("authorization")).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20261121\/eu-central-1\/secretsmanager\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target, /,
    );
    expect(await sent?.json()).toEqual({
      SecretId: "fleet-key",
      ClientRequestToken: versionIdOf(noteOf()),
      SecretString: valueCanary,
      VersionStages: ["AWSCURRENT"],
    });
    expect(world.emulator.value("fleet-key")).toBe(valueCanary);
  });

  test("leaves the version before as the previous one", async () => {
    const world = await openSecretsManager();
    await publish(world);
    await publish(world, new Secret(otherCanary), noteOf({ slot: "primary" }));
    expect(world.emulator.value("fleet-key", "AWSPREVIOUS")).toBe(valueCanary);
  });

  test("that comes again makes no second version", async () => {
    const world = await openSecretsManager();
    const first = await publish(world);
    world.time.advance(60_000);
    expect((await publish(world)).version).toBe(first.version);
    expect(world.emulator.secret("fleet-key")?.versions).toHaveLength(1);
    expect((await read(world))?.publishedAt).toBe(Date.parse("2026-11-21T09:00:00Z"));
  });

  test("with another value under the same name of a version is refused", async () => {
    const world = await openSecretsManager();
    await publish(world);
    const error = await failureOf(publish(world, new Secret(otherCanary)));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "version-taken", effect: "none" });
    expect(world.emulator.value("fleet-key")).toBe(valueCanary);
  });

  test("tells the service's request id", async () => {
    expect((await publish(await openSecretsManager())).requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("to a secret that is not there is refused, with what to do", async () => {
    const world = await openSecretsManager();
    expect(await world.target.read("fleet-absent", contextAt(world.time))).toBeUndefined();
    const error = await failureOf(world.target.publish("fleet-absent", published, noteOf(), callAt(world.time)));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "secret-missing-at-target", effect: "none" });
    expect(error.message).toMatch(/: create fleet-absent in eu-central-1 first, as its policy and its key are yours/);
  });

  test("to a secret that is marked for deletion is refused, with what to do", async () => {
    const world = await openSecretsManager();
    const message = "You can't perform this operation on the secret because it was marked for deletion.";
    world.wire.between(problem("InvalidRequestException", { message }));
    for (const attempt of [() => publish(world), () => read(world)]) {
      const error = await failureOf(attempt());
      expect(error).toBeInstanceOf(PermanentError);
      expect(error.message).toMatch(/restore-secret/);
    }
  });

  test("needs an operation's id and a grace to name the version by", async () => {
    const world = await openSecretsManager();
    for (const note of [noteOf({ operation: "x" }), noteOf({ graceMs: -1_000 }), noteOf({ graceMs: Number.NaN })]) {
      expect(await failureOf(publish(world, published, note))).toMatchObject({
        code: "invalid-publish-note",
        effect: "none",
      });
    }
    expect(world.wire.sent).toEqual([]);
  });
});

describe("a refusal of Secrets Manager", () => {
  test.each<[string, Between, typeof UnauthorizedError | typeof RetryableError, string, "none" | "possible"]>([
    ["no right", problem("AccessDeniedException"), UnauthorizedError, "access-denied", "none"],
    ["an unknown key", problem("UnrecognizedClientException"), UnauthorizedError, "unrecognized-client", "none"],
    ["an expired session", problem("ExpiredTokenException"), UnauthorizedError, "expired-token", "none"],
    [
      "another spelling",
      problem("com.amazonaws.secretsmanager#ExpiredToken"),
      UnauthorizedError,
      "expired-token",
      "none",
    ],
    ["a bad signature", problem("InvalidSignatureException"), UnauthorizedError, "invalid-signature", "none"],
    [
      "a missing token",
      problem("MissingAuthenticationTokenException"),
      UnauthorizedError,
      "missing-authentication-token",
      "none",
    ],
    ["a flood", problem("ThrottlingException"), RetryableError, "throttled", "none"],
    ["trouble", problem("InternalServiceError", { status: 500 }), RetryableError, "provider-unavailable", "possible"],
    ["trouble as a 400", problem("InternalServiceErrorException"), RetryableError, "provider-unavailable", "possible"],
    [
      "trouble that speaks of rights",
      problem("AccessDeniedException", { status: 500 }),
      RetryableError,
      "provider-unavailable",
      "possible",
    ],
  ])("by %s is classified", async (_what, between, kind, code, effect) => {
    const world = await openSecretsManager();
    world.wire.between(between);
    const error = await failureOf(publish(world));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code, effect });
    expect(await failureOf(read(world))).toMatchObject({ code, effect: "none" });
  });

  test.each([
    ["AccessDeniedException", /allow secretsmanager:GetSecretValue and secretsmanager:PutSecretValue on fleet-key/],
    ["UnrecognizedClientException", /check the access key of publish target cloud/],
    ["ExpiredTokenException", /the session token of publish target cloud has expired/],
    ["InvalidSignatureException", /check the secret access key and the region of publish target cloud/],
    ["DecryptionFailure", /check that the KMS key of the secret is enabled/],
  ])("%s says what to do", async (type, advice) => {
    const world = await openSecretsManager();
    world.wire.between(problem(type));
    expect((await failureOf(publish(world))).message).toMatch(advice);
  });

  test("of the emulator's: a key without the right to write", async () => {
    const world = await openSecretsManager({ actions: ["GetSecretValue"] });
    expect(await read(world)).toBeUndefined();
    const error = await failureOf(publish(world));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.effect).toBe("none");
  });

  test("of the emulator's: another secret of the same key, and a key that nobody knows", async () => {
    const other = await openSecretsManager({ parts: { secret: async () => new Secret("not-the-key") } });
    expect(await failureOf(publish(other))).toMatchObject({ code: "invalid-signature" });
    const credential = {
      kind: "access-key",
      accessKeyId: "AKIANOBODYKNOWSTHIS1",
      secretAccessKey: "vault:aws-key",
    } as const;
    const unknown = await openSecretsManager({ configuration: { credential } });
    expect(await failureOf(publish(unknown))).toMatchObject({ code: "unrecognized-client" });
  });

  test.each([
    [17 * 60_000, "the clock of this host is 17 min ahead of the service's, so set it right"],
    [-3_600_000, "the clock of this host is 60 min behind the service's, so set it right"],
  ])("for a clock that is off by %d ms says so, and corrects nothing", async (offMs, advice) => {
    const world = await openSecretsManager();
    const date = new Date(world.time.now() - offMs).toUTCString();
    world.wire.between(problem("InvalidSignatureException", { message: "Signature expired.", date }));
    const error = await failureOf(publish(world));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.message).toContain(advice);
    await failureOf(publish(world));
    const dates = world.wire.sent.map(({ headers }) => headers.get("x-amz-date"));
    expect(dates).toEqual(["20261121T090000Z", "20261121T090000Z"]);
  });

  test("blames no clock that is right", async () => {
    const world = await openSecretsManager();
    const date = new Date(world.time.now() + 30_000).toUTCString();
    world.wire.between(problem("InvalidSignatureException", { date }));
    expect((await failureOf(publish(world))).message).toContain("check the secret access key");
  });
});

describe("a read of Secrets Manager", () => {
  test("asks for the current version", async () => {
    const world = await openSecretsManager();
    await publish(world);
    await read(world);
    const sent = world.wire.sent.at(-1);
    expect(sent?.headers.get("x-amz-target")).toBe("secretsmanager.GetSecretValue");
    expect(await sent?.json()).toEqual({ SecretId: "fleet-key", VersionStage: "AWSCURRENT" });
  });

  test("refuses binary content", async () => {
    const world = await openSecretsManager();
    await world.ask("PutSecretValue", { SecretId: "fleet-key", SecretBinary: "AAEC" });
    expect(await failureOf(read(world))).toMatchObject({ code: "secret-not-text", effect: "none" });
  });

  test("takes only the service's own word for absence", async () => {
    const world = await openSecretsManager();
    world.wire.between(async () => new Response("<html>", { status: 404 }));
    expect(await failureOf(read(world))).toBeInstanceOf(PermanentError);
    world.wire.between(problem("ResourceNotFoundException", { status: 503 }));
    expect(await failureOf(read(world))).toBeInstanceOf(RetryableError);
  });

  test("quotes no value when the answer has another shape", async () => {
    const world = await openSecretsManager();
    world.wire.between(async () => Response.json({ VersionId: 7, SecretString: valueCanary }));
    assertNoCanary(await failureOf(read(world)), canaries);
  });
});

describe("a version's id", () => {
  const operation = operationIdOf("/test", "rotate-1");

  test.each([
    ["primary", 0],
    ["secondary", 5_400_000],
    ["primary", 400 * 86_400_000],
  ] as const)("carries slot %s and a grace of %d ms there and back", (slot, graceMs) => {
    const id = versionIdOf(noteOf({ slot, graceMs }));
    expect(id).toMatch(/^[a-z0-9-]{32,64}$/);
    expect(noteIn(id)).toEqual({ operation, slot, graceMs });
  });

  test("rounds the grace up, never down", () => {
    expect(noteIn(versionIdOf(noteOf({ graceMs: 1_001 })))?.graceMs).toBe(2_000);
  });

  test.each(["", "5b0e7a10-0000-4000-8000-000000000002", `${operation}-x-0`, `${operation}-p-`, `x${operation}-p-0`])(
    "%j is somebody else's",
    (id) => {
      expect(noteIn(id)).toBeUndefined();
    },
  );
});

describe("the access key", () => {
  const fromEnvironment = (environment: Record<string, string>) =>
    openSecretsManager({
      configuration: { credential: { kind: "environment" } },
      parts: { secret: secretResolver({ environment, readFile: async () => new Uint8Array(), baseFolder: "/" }) },
    });

  test("comes from the variables of the process, with the session token of a role", async () => {
    const world = await fromEnvironment({
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
    await publish(world);
    expect(world.wire.sent[0]?.headers.get("x-amz-security-token")).toBe(sessionToken);
  });

  test("needs no session token", async () => {
    const world = await fromEnvironment({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
    await publish(world);
    expect(world.wire.sent[0]?.headers.get("x-amz-security-token")).toBeNull();
    expect(world.emulator.value("fleet-key")).toBe(valueCanary);
  });

  test("that is missing is what the check says, and nothing is sent", async () => {
    const world = await fromEnvironment({ AWS_ACCESS_KEY_ID: accessKeyId });
    const error = await failureOf(publish(world));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toContain("env:AWS_SECRET_ACCESS_KEY");
    expect(await world.target.check(contextAt(world.time))).toEqual([
      { what: "access-key", ok: false, detail: error.message },
    ]);
    expect(world.wire.sent).toEqual([]);
  });

  test("is read for each call, because keys are rotated", async () => {
    let key = "not-yet-the-key";
    const credential = { kind: "access-key", accessKeyId, secretAccessKey: "vault:aws-key" } as const;
    const world = await openSecretsManager({
      configuration: { credential },
      parts: { secret: async () => new Secret(key) },
    });
    await failureOf(publish(world));
    key = secretAccessKey;
    await publish(world);
  });

  test.each(["two\nlines", "with space", '"quoted" \u00e4'])("%j is refused without being quoted", async (value) => {
    const world = await openSecretsManager({ parts: { secret: async () => new Secret(value) } });
    const error = await failureOf(publish(world));
    expect(error).toMatchObject({ code: "invalid-access-key", effect: "none" });
    assertNoCanary(error, [value]);
    expect(world.wire.sent).toEqual([]);
  });

  test("and each pattern's right to read are checked", async () => {
    const world = await openSecretsManager();
    const before = await world.target.check(contextAt(world.time));
    expect(before).toEqual([
      { what: "access-key", ok: true, detail: `Got access key ${accessKeyId}` },
      { what: "secret fleet-*", ok: true, detail: "Reading is allowed" },
      { what: "secret exact", ok: true, warning: true, detail: expect.stringMatching(/^No value there yet/) },
    ]);
    await world.putByOthers("exact", otherCanary);
    const after = await world.target.check(contextAt(world.time));
    expect(after[2]).toEqual({ what: "secret exact", ok: true, detail: expect.stringMatching(/^Found version /) });
    assertNoCanary(after, canaries);
  });
});

test.each([
  [{ region }, "https://secretsmanager.eu-central-1.amazonaws.com/"],
  [{ region: "us-gov-west-1" }, "https://secretsmanager.us-gov-west-1.amazonaws.com/"],
  [{ region: "cn-north-1" }, "https://secretsmanager.cn-north-1.amazonaws.com.cn/"],
  [{ region: "eusc-de-east-1" }, "https://secretsmanager.eusc-de-east-1.amazonaws.eu/"],
  [{ region, endpoint: "https://vpce.example" }, "https://vpce.example/"],
  [{ region, endpoint: "http://127.0.0.1:9" }, "http://127.0.0.1:9/"],
])("the endpoint of %j is %s", (configuration, url) => {
  expect(endpointOf("secretsmanager", configuration).href).toBe(url);
});
