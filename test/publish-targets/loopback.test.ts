import { describe, expect, onTestFinished, test } from "vitest";
import type { FetchHandler } from "../../emulators/serve.ts";
import { serveOnLoopback } from "../../emulators/serve.ts";
import type { PublishTargetConfiguration } from "../../lib/contracts/publish-targets.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { createPublishTarget } from "../../lib/publish-targets/index.ts";
import { clientId, directoryId, keyVaultConfiguration, openKeyVault, vaultName } from "./key-vault-world.ts";
import {
  openSecretsManager,
  secretAccessKey,
  secretsManagerConfiguration,
  sessionToken,
} from "./secrets-manager-world.ts";
import { callAt, contextAt, failureOf, noteOf, published, type TargetUnderTest, valueCanary } from "./world.ts";

/** Through sockets: what a request looks like there is what a signature is about. */

async function served(fetch: FetchHandler): Promise<string> {
  const server = await serveOnLoopback(fetch);
  onTestFinished(() => server.close());
  return server.url;
}

const secrets: Readonly<Record<string, string>> = {
  "vault:publisher": "canary~client-secret.4711/+=",
  "vault:aws-key": secretAccessKey,
  "vault:aws-session": sessionToken,
};
const targetAt = (configuration: PublishTargetConfiguration, { time }: TargetUnderTest) =>
  createPublishTarget("cloud", configuration, {
    secret: async (reference) => new Secret(secrets[reference] ?? ""),
    clock: time,
  });

async function keyVault() {
  const world = await openKeyVault();
  const url = await served((request) => world.emulator.fetch(request));
  const credential = {
    kind: "client-secret",
    directoryId,
    clientId,
    secret: "vault:publisher",
    authority: url,
  } as const;
  const vaultUrl = `${url}/${vaultName}.vault.azure.net`;
  const target = targetAt({ ...keyVaultConfiguration, url: vaultUrl, credential }, world);
  return { ...world, target, write: "SetSecret" };
}

async function secretsManager() {
  const world = await openSecretsManager();
  const endpoint = await served((request) => world.emulator.fetch(request));
  return { ...world, target: targetAt({ ...secretsManagerConfiguration, endpoint }, world), write: "PutSecretValue" };
}

describe.each(Object.entries({ "key-vault": keyVault, "secrets-manager": secretsManager }))(
  "over loopback, %s",
  (_kind, open) => {
    test("takes a publication as one request and shows it", async () => {
      const { target, time, secret, emulator, write, keeps } = await open();
      await target.publish(secret, published, noteOf(), callAt(time));
      const found = await target.read(secret, contextAt(time));
      expect(found?.value.reveal()).toBe(valueCanary);
      expect(found?.note).toEqual(keeps(noteOf()));
      expect(emulator.callCounts()[write]).toBe(1);
    });

    test("is asked once when its connection breaks after the effect", async () => {
      const { target, time, secret, emulator, write } = await open();
      emulator.addFault({ kind: "drop", takesEffect: true, operation: write, times: 1 });
      const error = await failureOf(target.publish(secret, published, noteOf(), callAt(time)));
      expect(error.effect).toBe("possible");
      expect(emulator.callCounts()[write]).toBe(1);
      expect((await target.read(secret, contextAt(time)))?.value.reveal()).toBe(valueCanary);
    });
  },
);
