import { demoIotIds } from "../../emulators/aws-iot/index.ts";
import { emulatedPace, emulatorSecretFile, type Starter } from "./starter.ts";

/** Where `drover init --provider aws-iot --emulator` and the examples expect it. */
export const iotPort = 8731;

/** A connection to an emulator with the demo's account. */
export function emulatedIot(url: string, secret: string) {
  const { region, accessKeyId, template } = demoIotIds;
  return {
    kind: "aws-iot",
    region,
    endpoint: url,
    credential: { kind: "access-key", accessKeyId, secretAccessKey: secret },
    templates: [template],
    pace: emulatedPace,
  };
}

const realConnection = {
  kind: "aws-iot",
  region: "eu-west-1",
  credential: { kind: "access-key", accessKeyId: "AKIA0000000000000000", secretAccessKey: "vault:aws-key" },
  templates: ["my-template"],
};

export function iotStarter(emulatorUrl: string | undefined): Starter {
  const emulated = emulatorUrl !== undefined;
  return {
    emulate: "aws-iot",
    connectionName: emulated ? "iot-emulated" : "iot-prod",
    connection: emulated ? emulatedIot(emulatorUrl, `file:./${emulatorSecretFile}`) : realConnection,
    requests: [
      {
        name: "claim",
        id: "claim-1",
        type: "drover.aws-iot.create-provisioning-claim",
        fields: { deadline: "P7D", templateName: emulated ? demoIotIds.template : "my-template", mint: "on-pickup" },
      },
    ],
    secretFiles: { [emulatorSecretFile]: demoIotIds.secretAccessKey },
    vaultSecrets: [{ name: "aws-key", what: "the secret access key" }],
    connectionGuide: [
      ["templates", "the provisioning templates that requests may name: a claim lets in every device of its template"],
      ["credential", "whose signature requests carry; {kind: environment} reads AWS_ACCESS_KEY_ID and the like"],
    ],
    requestGuide: [
      ["data.templateName", "the provisioning template that devices register themselves with"],
      [
        "data.mint",
        "on-pickup: when an installer says to stand ready. immediate: at once, and it dies in five minutes",
      ],
      ["data.installers", "may be added: the clients that may take the claim. Whoever owns this Drover always may"],
    ],
    steps: [
      ["drover submit requests/claim.json", "prints the operation's ID"],
      ["drover handoff fetch ID --ready --out .", "says ready, waits, and fetches the claim, once"],
      ["drover watch ID", "until it has succeeded"],
    ],
  };
}
