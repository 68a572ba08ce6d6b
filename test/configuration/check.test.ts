import { describe, expect, test } from "vitest";
import { checkConfiguration } from "../../lib/configuration/check.ts";
import { parseConfiguration } from "../../lib/configuration/load.ts";
import type { Retirement } from "../../lib/configuration/retirements.ts";
import { ConfigurationError } from "../../lib/contracts/errors.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { calendar } from "../../lib/schedules/calendar.ts";
import { sample, sampleWith } from "./sample.ts";

const sphere: Retirement = {
  kind: "azure-sphere",
  api: "legacy-v2",
  name: "Azure Sphere legacy API",
  retiresOn: "2027-09-27",
  remedy: "plan the move to Azure Sphere (Integrated)",
};
const nowMs = Date.UTC(2026, 10, 21, 9, 30);
const vaultKey = Buffer.alloc(32, 7).toString("base64");
const resolveAll = async (reference: string) => new Secret(reference === "env:VAULT_KEY" ? vaultKey : "value");

interface Overrides {
  readonly resolve?: (reference: string) => Promise<Secret>;
  readonly nowMs?: number;
  readonly retirements?: readonly Retirement[];
}

/** Findings as one line each, without the ones that the sample always has. */
async function check(configuration: unknown, overrides: Overrides = {}): Promise<string[]> {
  const context = {
    resolve: resolveAll,
    nowMs,
    retirements: [],
    calendar,
    connectionKindFor: () => undefined,
    ...overrides,
  };
  const findings = await checkConfiguration(
    parseConfiguration(JSON.stringify(configuration), "/etc/drover.json"),
    context,
  );
  return findings
    .filter(({ message }) => !message.startsWith("expected https, got http"))
    .map(({ level, path, message }) => `${level} ${path}: ${message}`);
}

describe("secrets", () => {
  test("that all resolve give no finding", async () => {
    expect(await check(sample)).toEqual([]);
  });

  test("that do not resolve are problems, all at once, with their paths", async () => {
    const resolve = async (reference: string): Promise<Secret> => {
      throw new ConfigurationError(`Expected a secret at ${reference}, got none`);
    };
    expect(await check(sample, { resolve })).toEqual([
      "problem platform.vaultKey: Expected a secret at env:VAULT_KEY, got none",
      "problem connections.sphere-prod.credential.secret: Expected a secret at vault:sphere-sp, got none",
    ]);
  });

  test("whose source breaks in an unforeseen way are named without that error's text", async () => {
    const resolve = () => Promise.reject(new RangeError("hunter2"));
    const findings = await check(sampleWith("platform/vaultKey", undefined), { resolve });
    expect(findings).toEqual([
      "problem connections.sphere-prod.credential.secret: expected vault:sphere-sp to resolve, got RangeError",
    ]);
  });

  test("never show their value", async () => {
    const resolve = async () => new Secret("hunter2");
    const findings = await check(sample, { resolve });
    expect(findings).toEqual([
      "problem platform.vaultKey: expected 32 bytes in base64, got something else: make a key with `openssl rand -base64 32`",
    ]);
  });

  test("that clients and sinks sign with have to be such ones", async () => {
    const auth = { kind: "standard-webhooks", secrets: ["vault:ci-new", "vault:ci-old"] };
    const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: ["submit"] };
    const clients = { ci: { auth, allow }, both: { auth: [auth], allow } };
    const sinks = { crm: { url: "https://crm.example/", secrets: ["vault:crm"] } };
    const good = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const resolve = async (reference: string) => {
      if (reference === "env:VAULT_KEY") return new Secret(vaultKey);
      return new Secret(reference.endsWith("-new") ? good : "hunter2");
    };
    const findings = await check({ ...sample, clients, sinks }, { resolve });
    expect(findings).toEqual([
      expect.stringMatching(
        /^problem clients\.ci\.auth\.secrets\.1: Expected whsec_ .* at vault:ci-old, got text that/,
      ),
      expect.stringMatching(/^problem clients\.both\.auth\.0\.secrets\.1: Expected whsec_ .* at vault:ci-old/),
      expect.stringMatching(/^problem sinks\.crm\.secrets\.0: Expected whsec_ .* at vault:crm, got text that/),
    ]);
    expect(findings.join()).not.toContain("hunter2");
  });

  test("of the vault itself cannot lie in the vault", async () => {
    const [finding] = await check(sampleWith("platform/vaultKey", "vault:own-key"));
    expect(finding).toMatch(/^problem platform.vaultKey: expected env:NAME or file:path/);
  });

  test("are looked for only where the schema has references", async () => {
    const asked: string[] = [];
    const resolve = async (reference: string) => {
      asked.push(reference);
      return resolveAll(reference);
    };
    await check(sampleWith("connections/lab/credential/scope", "env:LOOKS_LIKE_ONE"), { resolve });
    expect(asked.sort()).toEqual(["env:VAULT_KEY", "vault:sphere-sp"]);
  });
});

describe("retention", () => {
  const idempotency = (text: string, operations = "P1D") =>
    check({ ...sample, retention: { operations, idempotency: text } });

  test.each([["P28D"], ["P1D"], ["PT672H"]])("of %s for keys is shorter than messages can live", async (text) => {
    expect((await idempotency(text, "PT1H"))[0]).toBe(
      `problem retention.idempotency: expected more than 28 d, got ${text}: a message can come again that late and would be taken for a new request`,
    );
  });

  test("of just over 28 days for keys is accepted", async () => {
    expect(await idempotency("P28DT1S")).toEqual([]);
  });

  test("of keys must be longer than that of operations", async () => {
    expect(await idempotency("P90D", "P90D")).toEqual([
      "problem retention.idempotency: expected longer than retention.operations (P90D), got P90D",
    ]);
    expect(await idempotency("P90D", "P89D")).toEqual([]);
  });

  test("with both faults reports both", async () => {
    expect(await idempotency("P2D", "P3D")).toHaveLength(2);
  });
});

test.each(["PT0S", "PT0.05S", "PT2H"])("a sweep every %s is a problem", async (every) => {
  expect(await check({ ...sample, sweep: { every } })).toEqual([
    `problem sweep.every: expected 100 ms to 60 min, got ${every}`,
  ]);
});

describe("connections", () => {
  test("that are none at all give a warning", async () => {
    const [finding] = await check({ ...sample, connections: {} });
    expect(finding).toBe("warning connections: expected at least one, got none: every request is refused");
  });

  test("with an origin listed twice, or equal to the endpoint, give a warning for each", async () => {
    const origins = ["https://a.example", "https://A.example:443/", "https://b.example", "http://127.0.0.1:9001/x"];
    expect(await check(sampleWith("connections/lab/origins", origins))).toEqual([
      "warning connections.lab.origins.1: got the origin https://a.example a second time: remove it",
      "warning connections.lab.origins.3: got the origin http://127.0.0.1:9001 a second time: remove it",
    ]);
  });

  test("over plain http give a warning for each such URL", async () => {
    const configuration = parseConfiguration(
      JSON.stringify(sampleWith("connections/lab/credential/authority", "http://localhost:9002")),
      "/etc/drover.json",
    );
    const findings = await checkConfiguration(configuration, {
      resolve: resolveAll,
      nowMs,
      retirements: [],
      calendar,
      connectionKindFor: () => undefined,
    });
    expect(findings.map(({ level, path }) => `${level} ${path}`)).toEqual([
      "warning connections.lab.endpoint",
      "warning connections.lab.credential.authority",
    ]);
    expect(findings[0]?.message).toContain("credentials travel unencrypted");
  });
});

describe("retirement of an API", () => {
  const only = (time: number, retirements = [sphere]) =>
    check({ ...sample, connections: { lab: sample.connections.lab } }, { nowMs: time, retirements });

  test.each([
    [Date.UTC(2026, 10, 21, 9, 30), "the Azure Sphere legacy API retires on 2027-09-27, 310 days from now"],
    [Date.UTC(2027, 8, 26, 23, 59), "the Azure Sphere legacy API retires on 2027-09-27, 1 day from now"],
    [Date.UTC(2027, 8, 27), "the Azure Sphere legacy API retires today, 2027-09-27"],
    [Date.UTC(2027, 8, 27, 23, 59), "the Azure Sphere legacy API retires today, 2027-09-27"],
    [
      Date.UTC(2027, 8, 28),
      "error: the Azure Sphere legacy API was retired on 2027-09-27, 1 day ago, and its calls are expected to fail",
    ],
    [
      Date.UTC(2028, 8, 27),
      "error: the Azure Sphere legacy API was retired on 2027-09-27, 366 days ago, and its calls are expected to fail",
    ],
  ])("at %d is warned of as it stands then", async (time, sentence) => {
    expect(await only(time)).toEqual([`warning connections.lab.api: ${sentence}: ${sphere.remedy}`]);
  });

  test("concerns no connection of another kind or API", async () => {
    expect(await only(nowMs, [{ ...sphere, api: "other" }])).toEqual([]);
  });

  test("is warned of once for each connection", async () => {
    expect(await check(sample, { retirements: [sphere] })).toHaveLength(2);
  });
});

describe("clients", () => {
  const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
  const bearer = (...tokens: string[]) => ({
    auth: { kind: "bearer", tokens },
    allow: { sources: ["*"], types: ["*"], connections: ["*"], actions: ["read"] },
  });

  test("with one token between them are a problem, since it could only ever be the first one's", async () => {
    const clients = { ada: bearer(hash("a"), hash("b")), bob: bearer(hash("c"), hash("b")), eve: bearer(hash("d")) };
    expect(await check({ ...sample, clients })).toEqual([
      "problem clients.bob.auth.tokens.1: expected a token of its own, got one that client ada has: make another with drover clients token",
    ]);
  });

  test.each([
    ["0.0.0.0:8080", true],
    ["[::]:8080", true],
    ["192.168.1.4:8080", true],
    ["drover.example:8080", true],
    ["127.0.0.1:8080", false],
    ["127.1.2.3:8080", false],
    ["[::1]:8080", false],
    ["localhost:8080", false],
  ])("that are served on %s: a warning that it is plain HTTP? %s", async (listen, warned) => {
    const findings = await check({ ...sample, http: { listen } });
    const said = expect.stringMatching(/^warning http\.listen: expected an address .* proxy that ends TLS/);
    expect(findings).toEqual(warned ? [said] : []);
  });
});

describe("a configuration for AWS", () => {
  const connection = sample.connections["sphere-prod"];
  const forAws = (more: object = {}) => ({
    version: 1,
    platform: { kind: "aws" },
    connections: { "sphere-prod": connection },
    ...more,
  });

  test("is in order, and its secrets are not looked up from here", async () => {
    const resolve = async () => Promise.reject(new Error("Expected nothing to be looked up"));
    expect(await check(forAws(), { resolve })).toEqual([
      "warning platform.kind: got aws: of 1 references to secrets none was looked up, which only the functions can",
    ]);
    expect(await check(forAws({ connections: {} }))).toEqual([
      "warning connections: expected at least one, got none: every request is refused",
    ]);
  });

  test("has no sinks, and no secrets in files", async () => {
    const sink = { url: "https://audit.example/hook", secrets: ["file:key"] };
    const findings = await check(forAws({ sinks: { audit: sink } }));
    expect(findings.filter((finding) => finding.startsWith("problem"))).toEqual([
      "problem sinks.audit: expected no sinks on AWS, where rules of EventBridge and API destinations deliver events, got one: remove it, and add a rule to the bus",
      "problem sinks.audit.secrets.0: expected env:NAME or vault:NAME, got file:key: a function has no files of its own, so store the secret in Secrets Manager, under the prefix of the vault",
    ]);
  });

  test("knows nothing of a machine", () => {
    expect(() =>
      parseConfiguration(JSON.stringify(forAws({ platform: { kind: "aws", concurrency: 8 } })), "/etc/drover.json"),
    ).toThrow(/platform/);
  });
});
