import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { emulatedPace, emulatorSecretFile, type Starter } from "./starter.ts";

/** Where `drover init --emulator` and the examples expect it. */
export const spherePort = 8700;

/** A connection to an emulator with the demo's fleet. */
export function emulatedSphere(url: string, secret: string) {
  const { directoryId, clientId, tenantId } = demoIds;
  return {
    kind: "azure-sphere",
    api: "legacy-v2",
    endpoint: url,
    sphereTenantId: tenantId,
    credential: { kind: "client-secret", directoryId, clientId, secret, authority: url },
    pace: emulatedPace,
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

export function sphereStarter(emulatorUrl: string | undefined): Starter {
  const emulated = emulatorUrl !== undefined;
  return {
    emulate: "azure-sphere",
    connectionName: emulated ? "sphere-emulated" : "sphere-prod",
    connection: emulated ? emulatedSphere(emulatorUrl, `file:./${emulatorSecretFile}`) : realConnection(),
    requests: [
      {
        name: "deploy",
        id: "release-1",
        type: "drover.azure-sphere.deploy",
        fields: {
          deviceGroupId: emulated ? demoIds.groups.happy : placeholder,
          images: [emulated ? demoIds.images.app : placeholder],
        },
      },
    ],
    secretFiles: { [emulatorSecretFile]: demoIds.clientSecret },
    vaultSecrets: [{ name: "sphere-sp", what: "the client secret" }],
    connectionGuide: [
      ["sphereTenantId", "the Azure Sphere tenant, which is not the Entra directory"],
      [
        "credential",
        "how Drover logs in; directoryId is the Entra directory, clientId the application, secret a reference",
      ],
    ],
    requestGuide: [
      ["data.deviceGroupId", "the device group, and"],
      ["data.images", "the images that its devices are to run, as the vendor's API names them"],
    ],
  };
}
