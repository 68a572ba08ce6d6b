import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../../lib/configuration/load.ts";
import { configurationSchema } from "../../lib/contracts/configuration.ts";
import { publishTargetSchema, publishTargetsSchema } from "../../lib/contracts/publish-targets.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { secretReferencesIn } from "../../lib/contracts/secret-references.ts";
import { createPublishTarget, permits } from "../../lib/publish-targets/index.ts";
import { sample, sampleWith } from "../configuration/sample.ts";
import { ManualTime } from "../providers/support.ts";
import { keyVaultConfiguration } from "./key-vault-world.ts";
import { secretsManagerConfiguration } from "./secrets-manager-world.ts";

const localVault = { kind: "local-vault", secrets: ["*"] };
const loopback = "http://127.0.0.1:8080";

describe("publishTargets", () => {
  test("are none when absent", () => {
    expect(configurationSchema.parse(sample).publishTargets).toEqual({});
  });

  test("stand in the configuration", () => {
    const targets = { cloud: keyVaultConfiguration, "aws.eu": secretsManagerConfiguration, here: localVault };
    const read = configurationSchema.parse(sampleWith("publishTargets", targets));
    expect(read.publishTargets).toEqual(targets);
    expect(() =>
      parseConfiguration(JSON.stringify(sampleWith("publishTargets", targets)), "drover.json"),
    ).not.toThrow();
  });

  test("have an API version of their own accord", () => {
    const { apiVersion: _, ...rest } = keyVaultConfiguration;
    expect(publishTargetSchema.parse(rest)).toMatchObject({ apiVersion: "7.4" });
  });

  test("have their secret references checked with all others", () => {
    const configuration = configurationSchema.parse(
      sampleWith("publishTargets", { cloud: keyVaultConfiguration, aws: secretsManagerConfiguration }),
    );
    const found = secretReferencesIn(configuration).filter(({ path }) => path.startsWith("publishTargets."));
    expect(found).toEqual([
      { path: "publishTargets.cloud.credential.secret", reference: "vault:publisher" },
      { path: "publishTargets.aws.credential.secretAccessKey", reference: "vault:aws-key" },
      { path: "publishTargets.aws.credential.sessionToken", reference: "vault:aws-session" },
    ]);
  });

  test.each<[string, unknown]>([
    ["a vault on loopback", { ...keyVaultConfiguration, url: loopback }],
    ["a vault behind a path on loopback", { ...keyVaultConfiguration, url: `${loopback}/a.vault.azure.net` }],
    ["short settling on loopback", { ...keyVaultConfiguration, url: loopback, pace: { settling: "PT1S" } }],
    ["a date as API version", { ...keyVaultConfiguration, apiVersion: "2025-07-01" }],
    [
      "long settling",
      { ...secretsManagerConfiguration, pace: { settling: "PT2M", lookEvery: "PT1S", requestTimeout: "PT5S" } },
    ],
    [
      "short settling at an endpoint on loopback",
      { ...secretsManagerConfiguration, endpoint: loopback, pace: { settling: "PT1S" } },
    ],
    ["the environment", { ...secretsManagerConfiguration, credential: { kind: "environment" } }],
    ["a region of a government", { ...secretsManagerConfiguration, region: "us-gov-west-1" }],
  ])("may have %s", (_what, target) => {
    expect(publishTargetSchema.safeParse(target).error).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ["no secrets", { ...keyVaultConfiguration, secrets: undefined }],
    ["an empty list of secrets", { ...localVault, secrets: [] }],
    ["an empty pattern", { ...localVault, secrets: [""] }],
    ["an unknown kind", { ...localVault, kind: "drawer" }],
    ["an unknown key", { ...localVault, url: "https://a.vault.azure.net" }],
    ["plain http", { ...keyVaultConfiguration, url: "http://a.vault.azure.net" }],
    ["a path", { ...keyVaultConfiguration, url: "https://a.vault.azure.net/secrets/x" }],
    ["a user in the URL", { ...keyVaultConfiguration, url: "https://me@a.vault.azure.net" }],
    [
      "a literal secret",
      {
        ...secretsManagerConfiguration,
        credential: { kind: "access-key", accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "hunter2" },
      },
    ],
    [
      "a short id of a key",
      {
        ...secretsManagerConfiguration,
        credential: { kind: "access-key", accessKeyId: "AKIA", secretAccessKey: "env:A" },
      },
    ],
    ["short settling in a cloud", { ...keyVaultConfiguration, pace: { settling: "PT1S" } }],
    ["short settling at Amazon's own endpoint", { ...secretsManagerConfiguration, pace: { settling: "PT1S" } }],
    ["a pace of polls", { ...keyVaultConfiguration, pace: { firstPoll: "PT1S" } }],
    ["a region that is none", { ...secretsManagerConfiguration, region: "eu-central-1.evil.example/" }],
    ["an API version that would change the URL", { ...keyVaultConfiguration, apiVersion: "7.4&x=1" }],
  ])("may not have %s", (_what, target) => {
    expect(publishTargetSchema.safeParse(target).success).toBe(false);
  });

  test("have names like connections", () => {
    expect(publishTargetsSchema.safeParse({ "a/b": localVault }).success).toBe(false);
  });
});

describe("the secrets of a target", () => {
  test.each([
    [["fleet-*"], "fleet-key", true],
    [["fleet-*"], "fleet-", true],
    [["fleet-*"], "Fleet-key", false],
    [["fleet-*"], "my-fleet-key", false],
    [["a", "b"], "b", true],
    [["a", "b"], "ab", false],
    [[], "a", false],
  ])("%j permit %s: %s", (secrets, secret, permitted) => {
    expect(permits({ secrets }, secret)).toBe(permitted);
  });
});

describe("the time that a publication takes to show", () => {
  const parts = { secret: async () => new Secret("unused"), clock: new ManualTime() };
  const clouds = { requestTimeoutMs: 15_000, settlingMs: 120_000, lookEveryMs: 15_000 };

  test("is that of clouds, or as the configuration says", () => {
    expect(createPublishTarget("a", keyVaultConfiguration, parts).settling).toEqual(clouds);
    expect(createPublishTarget("a", secretsManagerConfiguration, parts).settling).toEqual(clouds);
    const pace = { settling: "PT5M", lookEvery: "PT2S", requestTimeout: "PT20S" };
    const expected = { requestTimeoutMs: 20_000, settlingMs: 300_000, lookEveryMs: 2_000 };
    expect(createPublishTarget("a", { ...keyVaultConfiguration, pace }, parts).settling).toEqual(expected);
    expect(createPublishTarget("a", { ...secretsManagerConfiguration, pace }, parts).settling).toEqual(expected);
  });

  test("is next to none for the vault of this machine", () => {
    const { settlingMs } = createPublishTarget("a", { kind: "local-vault", secrets: ["*"] }, parts).settling;
    expect(settlingMs).toBeLessThanOrEqual(1_000);
  });
});
