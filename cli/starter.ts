import { demoIds } from "../emulators/azure-sphere/index.ts";

/** A connection to an emulator with the demo's fleet. Waits are short, as nothing behind it is slow. */
export function emulatedConnection(url: string, secret: string) {
  const { directoryId, clientId, tenantId } = demoIds;
  return {
    kind: "azure-sphere",
    api: "legacy-v2",
    endpoint: url,
    sphereTenantId: tenantId,
    credential: { kind: "client-secret", directoryId, clientId, secret, authority: url },
    pace: { firstPoll: "PT1S", maxPoll: "PT5S", settling: "PT20S", lookEvery: "PT2S", requestTimeout: "PT5S" },
  };
}

const placeholder = "00000000-0000-0000-0000-000000000000";

function realConnection() {
  return {
    kind: "azure-sphere",
    api: "legacy-v2",
    endpoint: "https://prod.core.sphere.azure.net",
    sphereTenantId: placeholder,
    credential: { kind: "client-secret", directoryId: placeholder, clientId: placeholder, secret: "vault:sphere-sp" },
  };
}

const emulatorSecretFile = "emulator-secret.txt";

const guide = (emulated: boolean) => `# What these files say

drover.json
  platform.dataFolder   ledger, queues, events and vault; one process at a time holds it. Back it up as a whole, while Drover is stopped.
  connections           provider accounts by name. Requests name one of them.
    sphereTenantId      the Azure Sphere tenant, which is not the Entra directory
    credential          how Drover logs in; directoryId is the Entra directory, clientId the application
    secret              a reference: vault:NAME (stored with drover vault put NAME), env:NAME or file:PATH. Never the secret itself.
    pace                only for emulators and tests: shorter times than the provider's own
  retention             how long ended operations, and the keys of their requests, are remembered
  sweep.every           how often overdue operations are looked for

requests/deploy.json    one request, a CloudEvents 1.0 event
  source + id           the idempotency key: the same key is the same operation, however often it is sent. A new deployment needs a new id.
  data.connection       which connection
  data.deadline         how long it may take at most, e.g. PT30M
  data.labels           to find it by: drover operations list --label team=example
  data.deviceGroupId    the device group, and
  data.images           the images that its devices are to run, as the vendor's API names them
${emulated ? "\nemulator-secret.txt opens the emulator of this machine and nothing else.\n" : ""}`;

/** Files of a new folder, by their paths. With the URL of an emulator everything works at once; otherwise ids are to be filled in. */
export function starterFiles(emulatorUrl: string | undefined): Readonly<Record<string, string>> {
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
  const emulated = emulatorUrl !== undefined;
  const connection = emulated ? emulatedConnection(emulatorUrl, `file:./${emulatorSecretFile}`) : realConnection();
  return {
    "drover.json": json({
      version: 1,
      platform: { kind: "local", dataFolder: "./data" },
      connections: { [connectionName(emulated)]: connection },
      retention: { operations: "P90D", idempotency: "P400D" },
      sweep: { every: "PT5S" },
    }),
    "requests/deploy.json": json({
      specversion: "1.0",
      id: "release-1",
      source: "/example",
      type: "drover.azure-sphere.deploy",
      data: {
        connection: connectionName(emulated),
        deadline: "PT30M",
        labels: { team: "example" },
        deviceGroupId: emulated ? demoIds.groups.happy : placeholder,
        images: [emulated ? demoIds.images.app : placeholder],
      },
    }),
    "DROVER.md": guide(emulated),
    ".gitignore": `data/\n${emulated ? `${emulatorSecretFile}\n` : ""}`,
    ...(emulated ? { [emulatorSecretFile]: `${demoIds.clientSecret}\n` } : {}),
  };
}

function connectionName(emulated: boolean): string {
  return emulated ? "sphere-emulated" : "sphere-prod";
}
