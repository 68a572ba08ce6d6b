import { createAzureDpsEmulator, demoDpsIds, demoDpsScenario } from "../../emulators/azure-dps/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";

const { subscriptionId, directoryId, clientId, resourceGroup, service, policy } = demoDpsIds;
const credential = { kind: "client-secret", directoryId, clientId, secret: "env:DPS" };

/** The demo's service, in which changes end at once, and an empty vault beside it. */
export function quickDps() {
  const scenario = demoDpsScenario();
  const emulator = createAzureDpsEmulator({
    now: () => Date.now(),
    delay: delayOnTimer,
    canaryPrefix: "canary",
    scenario: { ...scenario, settings: { ...scenario.settings, createMs: 50, updateMs: 50, deleteMs: 50 } },
  });
  emulator.vaults.seedVault({ name: "fleet-keys" });
  return emulator;
}

export const dpsSecret = { "env:DPS": demoDpsIds.clientSecret };

export function dpsConnection() {
  return {
    kind: "azure-dps",
    subscriptionId,
    credential,
    pace: { firstPoll: "PT0.1S", maxPoll: "PT0.2S" },
  };
}

export const dpsTargets = {
  kv: { kind: "key-vault", url: "https://fleet-keys.vault.azure.net", credential, secrets: ["dps-*"] },
  here: { kind: "local-vault", secrets: ["dps-*"] },
};

export const rotationType = "drover.azure-dps.rotate-policy-key";

/** One whose consumers are as quick as they may be. */
export function rotationData(grace = "PT3S", more: Readonly<Record<string, unknown>> = {}) {
  return {
    connection: "dps",
    resourceGroup,
    service,
    policy,
    slotInUse: "primary",
    grace,
    consumers: { readInterval: "PT1S", tokenLife: "PT1S", clockSkew: "PT1S", acknowledge: ["billing"] },
    publish: [
      { target: "kv", secret: "dps-backend" },
      { target: "here", secret: "dps-backend", format: "connection-string" },
    ],
    ...more,
  };
}

export const rotation = (id: string, ...given: Parameters<typeof rotationData>) => ({
  specversion: "1.0",
  id,
  source: "/ci/hvac",
  type: rotationType,
  data: rotationData(...given),
});
