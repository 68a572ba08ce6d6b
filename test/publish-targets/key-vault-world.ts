import { createKeyVaultEmulator, type KeyVaultEmulator, type VaultSeed } from "../../emulators/key-vault/index.ts";
import type { KeyVaultTarget } from "../../lib/contracts/publish-targets.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { createPublishTarget, type PublishTargetParts } from "../../lib/publish-targets/index.ts";
import { ManualTime } from "../providers/support.ts";
import { type TargetUnderTest, wireTo } from "./world.ts";

export const directoryId = "d14ec701-0000-4000-8000-000000000001";
export const clientId = "c11e2700-0000-4000-8000-000000000001";
export const objectId = "c11e2700-0000-4000-8000-000000000002";
const clientSecret = "canary~client-secret.4711/+=";
export const vaultName = "fleet-keys";
export const vaultUrl = `https://${vaultName}.vault.azure.net`;

export const keyVaultConfiguration: KeyVaultTarget = {
  kind: "key-vault",
  url: vaultUrl,
  credential: { kind: "client-secret", directoryId, clientId, secret: "vault:publisher" },
  secrets: ["fleet-*", "exact"],
  apiVersion: "7.4",
};

export interface KeyVaultWorld extends TargetUnderTest {
  readonly emulator: KeyVaultEmulator;
  readonly wire: NonNullable<TargetUnderTest["wire"]>;
  /** Tokens that Entra has issued so far. */
  readonly tokens: string[];
}

export interface KeyVaultWorldOptions {
  readonly configuration?: Partial<KeyVaultTarget>;
  readonly access?: VaultSeed["access"];
  readonly parts?: Partial<PublishTargetParts>;
}

export async function openKeyVault(options: KeyVaultWorldOptions = {}): Promise<KeyVaultWorld> {
  const time = new ManualTime();
  const emulator = createKeyVaultEmulator({ now: time.now });
  emulator.entra.client({ directoryId, clientId, secret: clientSecret, objectId });
  emulator.seedVault({ name: vaultName, ...(options.access === undefined ? {} : { access: options.access }) });
  const tokens: string[] = [];
  const wire = wireTo(vaultUrl, async (request) => {
    const answer = await emulator.fetch(request);
    const { access_token: token } = Object(
      await answer
        .clone()
        .json()
        .catch(() => ({})),
    );
    if (typeof token === "string") tokens.push(token);
    return answer;
  });
  const target = createPublishTarget(
    "cloud",
    { ...keyVaultConfiguration, ...options.configuration },
    {
      secret: async () => new Secret(clientSecret),
      fetch: wire.fetch,
      clock: time,
      startTimer: time.startTimer,
      ...options.parts,
    },
  );
  return {
    target,
    time,
    emulator,
    wire,
    tokens,
    secret: "fleet-key",
    keeps: (note) => note,
    canaries: [clientSecret],
    putByOthers: async (secret, value) => {
      const token = tokens.at(-1) ?? "";
      const answer = await emulator.fetch(
        new Request(`${vaultUrl}/secrets/${secret}?api-version=7.4`, {
          method: "PUT",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({ value }),
        }),
      );
      if (answer.status !== 200) throw new Error(`Expected 200, got ${answer.status}`);
    },
  };
}
