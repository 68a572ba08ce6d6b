import { randomBytes } from "node:crypto";
import { CreateSecretCommand, DeleteSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, onTestFinished, test } from "vitest";
import { createSecretsManagerEmulator } from "../../../emulators/secrets-manager/index.ts";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { ConfigurationError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { clientOptions } from "../../../lib/platforms/aws/clients.ts";
import { awsVault } from "../../../lib/platforms/aws/vault.ts";
import { describeVault } from "../../contracts/vault.ts";
import { byTarget, refusal, startFaultProxy, throttle } from "./fault-proxy.ts";
import { accessKey, impatience, settingsFor, shownBy, thrownBy } from "./settings.ts";

const prefix = "drover/test/vault/";

async function opened(options: { readonly actions?: readonly string[] } = {}) {
  // Near enough to the clock of the signatures, and still as long as nobody waits.
  let nowMs = Date.now();
  const emulator = createSecretsManagerEmulator({ now: () => nowMs });
  const { actions } = options;
  emulator.seedAccessKey({ ...accessKey, ...(actions === undefined ? {} : { actions }) });
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  const proxy = await startFaultProxy(server.url);
  onTestFinished(async () => {
    await proxy.close();
    await server.close();
  });
  const settings = settingsFor(proxy.url);
  const persistence = impatience();
  /** Waiting is what lets the service go on. */
  const pause = async (ms: number) => {
    persistence.pauses.push(ms);
    nowMs += ms;
  };
  const open = () => awsVault({ settings, prefix, persistence: { ...persistence, pause } });
  const byHand = new SecretsManagerClient(clientOptions(settings));
  return { vault: open(), reopen: async () => open(), emulator, proxy, byHand, pauses: persistence.pauses };
}

describeVault("aws (Secrets Manager)", opened);

describe("vault on aws, as others see it", () => {
  test("keeps its secrets under its prefix and lists no others, page after page", async () => {
    const { vault, emulator, proxy, byHand } = await opened();
    await byHand.send(new CreateSecretCommand({ Name: "drover/test/vaults-of-others", SecretString: "x" }));
    for (let number = 0; number < 103; number += 1)
      emulator.seedSecret({ name: `${prefix}secret-${number}`, value: "x" });
    await vault.put("app-db", new Secret("value"));
    expect(await vault.names()).toHaveLength(104);
    expect(emulator.secret(`${prefix}app-db`)?.versions).toHaveLength(1);
    const listings = proxy.log.filter(({ operation }) => operation === "ListSecrets");
    expect(listings.map(({ body }) => JSON.parse(body).Filters)).toEqual(
      Array(2).fill([{ Key: "name", Values: [prefix] }]),
    );
  });

  test("reads what somebody stored by hand as text, JSON included", async () => {
    const { vault, byHand } = await opened();
    for (const value of ["plain", '{"user":"a"}', '{"droverVault":2}', '{"droverVault":']) {
      const name = `by-hand-${value.length}`;
      await byHand.send(new CreateSecretCommand({ Name: `${prefix}${name}`, SecretString: value }));
      expect((await vault.get(name))?.reveal()).toBe(value);
      expect(await vault.describe(name)).not.toHaveProperty("note");
    }
  });

  test("refuses bytes that are none of its own", async () => {
    const { vault, byHand } = await opened();
    const SecretBinary = Buffer.from("canary");
    await byHand.send(new CreateSecretCommand({ Name: `${prefix}bytes`, SecretBinary }));
    const error = await thrownBy(() => vault.get("bytes"));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(shownBy(error)).not.toContain("canary");
  });

  test("keeps 64 KiB of base64 beside a full note, more than Secrets Manager holds as text", async () => {
    const { vault } = await opened();
    const [value, note] = [randomBytes(48 * 1024).toString("base64"), "n".repeat(4096)];
    await vault.put("large", new Secret(value), note);
    const entry = await vault.describe("large");
    expect(entry?.value.reveal()).toBe(value);
    expect(entry?.note).toBe(note);
  });

  test("shows and counts as gone what somebody else is deleting, and tells who creates it what to do", async () => {
    const { vault, byHand } = await opened();
    await vault.put("app-db", new Secret("value"));
    await byHand.send(new DeleteSecretCommand({ SecretId: `${prefix}app-db`, RecoveryWindowInDays: 7 }));
    expect(await vault.get("app-db")).toBeUndefined();
    expect(await vault.names()).toEqual([]);
    const error = await thrownBy(() => vault.create("app-db", new Secret("canary")));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toHaveProperty("code", "secret-being-deleted");
    expect(shownBy(error)).not.toContain("canary");
    expect(await vault.remove("app-db")).toBe(false);
    expect((await vault.create("app-db", new Secret("again"))).reveal()).toBe("again");
  });

  test("uses a name again while the service is still deleting it", async () => {
    const { vault, emulator, pauses } = await opened();
    emulator.configure({ deletionLingersMs: 700 });
    await vault.put("app-db", new Secret("old"));
    expect(await vault.remove("app-db")).toBe(true);
    expect(await vault.get("app-db")).toBeUndefined();
    await vault.put("app-db", new Secret("new"));
    expect((await vault.get("app-db"))?.reveal()).toBe("new");
    expect(pauses).toEqual([75, 150, 300, 600]);
    await vault.remove("app-db");
    expect((await vault.create("app-db", new Secret("newer"))).reveal()).toBe("newer");
  });
});

describe("vault on aws, when calls fail", () => {
  test("stores one version when the answer to a put or a create was lost", async () => {
    const { vault, emulator, proxy } = await opened();
    proxy.on(byTarget("CreateSecret"), { kind: "drop-after" });
    expect((await vault.create("made", new Secret("one"))).reveal()).toBe("one");
    proxy.on(byTarget("PutSecretValue"), { kind: "drop-after" });
    const version = await vault.put("made", new Secret("two"), "note");
    expect(await vault.describe("made")).toMatchObject({ version, note: "note" });
    expect(emulator.effects().map(({ kind }) => kind)).toEqual(["secret-created", "version-put", "version-put"]);
  });

  test("says that there was one when the answer to a removal was lost", async () => {
    const { vault, proxy } = await opened();
    await vault.put("app-db", new Secret("value"));
    proxy.on(byTarget("DeleteSecret"), { kind: "drop-after" });
    expect(await vault.remove("app-db")).toBe(true);
    expect(await vault.remove("app-db")).toBe(false);
  });

  test.each([
    ["throttled", throttle("ThrottlingException")],
    ["failing inside", refusal(500, "InternalServiceError")],
    ["cut off", { kind: "drop-before" }],
  ] as const)("goes on after calls that were %s, and gives up after three", async (_, fault) => {
    const { vault, proxy } = await opened();
    await vault.put("app-db", new Secret("canary"));
    const rule = proxy.on(() => true, fault, { times: 2 });
    expect((await vault.get("app-db"))?.reveal()).toBe("canary");
    expect(rule.hits).toBe(2);
    proxy.on(() => true, fault, { times: 3 });
    const error = await thrownBy(() => vault.get("app-db"));
    expect(error).toBeInstanceOf(RetryableError);
  });

  test("waits long when the service has had too many versions", async () => {
    const { vault, proxy } = await opened();
    await vault.put("app-db", new Secret("value"));
    proxy.on(byTarget("PutSecretValue"), refusal(400, "LimitExceededException"), { times: 9 });
    expect(await thrownBy(() => vault.put("app-db", new Secret("next")))).toMatchObject({ retryAfterMs: 600_000 });
    expect(proxy.log.filter(({ operation }) => operation === "PutSecretValue")).toHaveLength(2);
  });

  test("shows neither value nor note nor the service's text in any error", async () => {
    const { vault, proxy } = await opened();
    for (const code of [
      "InvalidParameterException",
      "AccessDeniedException",
      "EncryptionFailure",
      "InternalServiceError",
    ]) {
      proxy.on(() => true, refusal(400, code, "canary in the answer"), { times: 3 });
      const error = await thrownBy(() => vault.put("app-db", new Secret("canary of a value"), "canary of a note"));
      expect(shownBy(error)).not.toContain("canary");
      proxy.on(() => true, refusal(400, code), { times: 0 });
    }
    const rights = await opened({ actions: ["GetSecretValue"] });
    const error = await thrownBy(() => rights.vault.put("app-db", new Secret("canary")));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.message).toContain("secretsmanager:PutSecretValue");
  });
});
