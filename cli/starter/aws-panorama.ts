import { demoPanoramaIds } from "../../emulators/aws-panorama/index.ts";
import { emulatedPace, emulatorSecretFile, type Starter } from "./starter.ts";

/** Where `drover init --provider aws-panorama --emulator` and the examples expect it. */
export const panoramaPort = 8730;

/** A connection to an emulator with the demo's account. */
export function emulatedPanorama(url: string, secret: string) {
  const { region, accessKeyId } = demoPanoramaIds;
  return {
    kind: "aws-panorama",
    endpoint: url,
    region,
    credential: { kind: "access-key", accessKeyId, secretAccessKey: secret },
    pace: emulatedPace,
  };
}

const realConnection = {
  kind: "aws-panorama",
  endpoint: "https://panorama.example.net",
  region: "eu-west-1",
  credential: { kind: "access-key", accessKeyId: "AKIA0000000000000000", secretAccessKey: "vault:aws-key" },
};

const device = "cam-1";

export function panoramaStarter(emulatorUrl: string | undefined): Starter {
  const emulated = emulatorUrl !== undefined;
  const port = emulatorUrl === undefined ? "" : URL.parse(emulatorUrl)?.port;
  const elsewhere = port === "" || port === String(panoramaPort) ? "" : ` --port ${port}`;
  return {
    emulate: "aws-panorama",
    connectionName: emulated ? "panorama-emulated" : "panorama-prod",
    connection: emulated ? emulatedPanorama(emulatorUrl, `file:./${emulatorSecretFile}`) : realConnection,
    requests: [
      {
        name: "provision",
        id: "provision-1",
        type: "drover.aws-panorama.provision",
        fields: {
          deadline: "P7D",
          device: {
            Name: device,
            Description: "Camera at dock 1",
            NetworkingConfiguration: { Ethernet0: { ConnectionType: "DHCP" } },
          },
          mint: "on-pickup",
        },
      },
    ],
    secretFiles: { [emulatorSecretFile]: demoPanoramaIds.secretAccessKey },
    vaultSecrets: [{ name: "aws-key", what: "the secret access key" }],
    connectionGuide: [
      [
        "endpoint",
        "the public AWS service was withdrawn on 2026-05-31: name a compatible endpoint, there is none to default to",
      ],
      ["credential", "whose signature requests carry; {kind: environment} reads AWS_ACCESS_KEY_ID and the like"],
    ],
    requestGuide: [
      ["data.device", "the device as the vendor's API takes it; it has to be the only one of its Name"],
      [
        "data.mint",
        "on-pickup: when an installer says to stand ready. immediate: at once, and it dies in five minutes",
      ],
      ["data.installers", "may be added: the clients that may take the archive. Whoever owns this Drover always may"],
    ],
    steps: [
      ["drover submit requests/provision.json", "prints the operation's ID; the device is not made before step two"],
      ["drover handoff fetch ID --ready --out .", "says ready, waits, and fetches the archive, once"],
      [`drover emulate plug-in certificates-omni_${device}.zip${elsewhere}`, "what the appliance does with the stick"],
      ["drover watch ID", "until it has succeeded"],
    ],
  };
}
