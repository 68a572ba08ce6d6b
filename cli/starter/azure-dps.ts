import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import { emulatedPace, emulatorSecretFile, type Starter } from "./starter.ts";

/** Where `drover init --provider azure-dps --emulator` and the examples expect it. */
export const dpsPort = 8720;

/** The Key Vault behind the same address. */
export const emulatedVault = "drover-keys";

const { directoryId, clientId } = demoDpsIds;
const loginAt = (url: string, secret: string) => ({
  kind: "client-secret",
  directoryId,
  clientId,
  secret,
  authority: url,
});

/** A connection to an emulator with the demo's service. */
export function emulatedDps(url: string, secret: string) {
  return {
    kind: "azure-dps",
    subscriptionId: demoDpsIds.subscriptionId,
    endpoint: url,
    credential: loginAt(url, secret),
    dataPlane: { endpoint: url },
    pace: emulatedPace,
  };
}

/** Hosts of vaults stand in the path there, since all of them share one address. */
export function emulatedTargets(url: string, secret: string) {
  const { settling, lookEvery, requestTimeout } = emulatedPace;
  return {
    "drover-keys": {
      kind: "key-vault",
      url: `${url}/${emulatedVault}.vault.azure.net`,
      credential: loginAt(url, secret),
      secrets: ["dps-*"],
      pace: { settling, lookEvery, requestTimeout },
    },
  };
}

const placeholder = "00000000-0000-0000-0000-000000000000";
const realCredential = {
  kind: "client-secret",
  directoryId: placeholder,
  clientId: placeholder,
  secret: "vault:azure-sp",
};
const realConnection = { kind: "azure-dps", subscriptionId: placeholder, credential: realCredential };
const realTargets = {
  "drover-keys": {
    kind: "key-vault",
    url: "https://drover-keys.vault.azure.net",
    credential: realCredential,
    secrets: ["dps-*"],
  },
};

/** Seconds where nothing is real, so that the whole rotation can be watched. */
const shortGrace = {
  grace: "PT30S",
  consumers: { readInterval: "PT10S", tokenLife: "PT10S", clockSkew: "PT5S" },
};
const longGrace = {
  deadline: "P3D",
  grace: "P1D",
  consumers: { readInterval: "PT15M", tokenLife: "PT1H", clockSkew: "PT5M" },
};

export function dpsStarter(emulatorUrl: string | undefined): Starter {
  const emulated = emulatorUrl !== undefined;
  const secret = `file:./${emulatorSecretFile}`;
  const { resourceGroup, service, policy } = demoDpsIds;
  const place = emulated ? { resourceGroup, service } : { resourceGroup: "my-group", service: "my-service" };
  return {
    emulate: "azure-dps",
    connectionName: emulated ? "dps-emulated" : "dps-prod",
    connection: emulated ? emulatedDps(emulatorUrl, secret) : realConnection,
    configuration: { publishTargets: emulated ? emulatedTargets(emulatorUrl, secret) : realTargets },
    requests: [
      {
        name: "rotate",
        id: "rotation-1",
        type: "drover.azure-dps.rotate-policy-key",
        fields: {
          ...place,
          policy: emulated ? policy : "my-policy",
          slotInUse: "primary",
          ...(emulated ? shortGrace : longGrace),
          publish: [{ target: "drover-keys", secret: `dps-${emulated ? policy : "my-policy"}` }],
        },
      },
      {
        name: "put-policy",
        id: "policy-1",
        type: "drover.azure-dps.put-policy",
        fields: { ...place, policy: { keyName: "telemetry", rights: "EnrollmentRead" } },
      },
    ],
    secretFiles: { [emulatorSecretFile]: demoDpsIds.clientSecret },
    vaultSecrets: [{ name: "azure-sp", what: "the client secret" }],
    connectionGuide: [
      ["subscriptionId", "the Azure subscription; its services are reached over Azure Resource Manager"],
      ["credential", "how Drover logs in; on a machine of Azure {kind: managed-identity} needs no secret"],
      ["publishTargets", "beside connections: where consumers read keys, and which secrets requests may publish there"],
    ],
    requestGuide: [
      ["data.policy", "of a rotation the policy whose two keys are replaced; of put-policy what it shall be"],
      ["data.slotInUse", "which key consumers have: read the first time alone, when nothing is published yet"],
      ["data.grace", "how long both keys stay good, at least readInterval + tokenLife + clockSkew of consumers"],
      ["data.publish", "where consumers read the new key"],
    ],
  };
}
