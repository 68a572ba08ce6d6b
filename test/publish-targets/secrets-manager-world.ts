import { createSecretsManagerEmulator, type SecretsManagerEmulator } from "../../emulators/secrets-manager/index.ts";
import type { SecretsManagerTarget } from "../../lib/contracts/publish-targets.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { signed } from "../../lib/providers/aws/sign.ts";
import { createPublishTarget, type PublishTargetParts } from "../../lib/publish-targets/index.ts";
import { ManualTime } from "../providers/support.ts";
import { type TargetUnderTest, wireTo } from "./world.ts";

export const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
export const secretAccessKey = "canary/wJalrXUtnFEMI/K7MDENG+bPxRfiCY";
export const sessionToken = "canary//FwoGZXIvYXdzEJr+session==";
export const region = "eu-central-1";
export const serviceUrl = `https://secretsmanager.${region}.amazonaws.com/`;

export const secretsManagerConfiguration: SecretsManagerTarget = {
  kind: "secrets-manager",
  region,
  credential: {
    kind: "access-key",
    accessKeyId,
    secretAccessKey: "vault:aws-key",
    sessionToken: "vault:aws-session",
  },
  secrets: ["fleet-*", "exact"],
};

export interface SecretsManagerWorld extends TargetUnderTest {
  readonly emulator: SecretsManagerEmulator;
  readonly wire: NonNullable<TargetUnderTest["wire"]>;
  /** Asks the service as somebody with the same key would. */
  readonly ask: (action: string, input: object) => Promise<Response>;
}

export interface SecretsManagerWorldOptions {
  readonly configuration?: Partial<SecretsManagerTarget>;
  readonly actions?: readonly string[];
  readonly parts?: Partial<PublishTargetParts>;
}

export async function openSecretsManager(options: SecretsManagerWorldOptions = {}): Promise<SecretsManagerWorld> {
  const time = new ManualTime();
  const emulator = createSecretsManagerEmulator({ now: time.now });
  const { actions } = options;
  emulator.seedAccessKey({ accessKeyId, secretAccessKey, ...(actions === undefined ? {} : { actions }) });
  emulator.seedAccessKey({ accessKeyId: "AKIAIOSFODNN7SOMEONE", secretAccessKey: "else" });
  const ask = async (action: string, input: object) => {
    const body = JSON.stringify(input);
    const unsigned = { url: serviceUrl, headers: { "x-amz-target": `secretsmanager.${action}` }, body };
    const key = { id: "AKIAIOSFODNN7SOMEONE", secret: new Secret("else") };
    const { headers, authorization } = await signed(unsigned, key, { service: "secretsmanager", region }, time.now());
    const content = { "content-type": "application/x-amz-json-1.1", authorization: authorization.reveal() };
    const answer = await emulator.fetch(
      new Request(serviceUrl, { method: "POST", body, headers: { ...headers, ...content } }),
    );
    if (answer.status !== 200) throw new Error(`Expected 200, got ${await answer.text()}`);
    return answer;
  };
  await ask("CreateSecret", { Name: "fleet-key" });
  await ask("CreateSecret", { Name: "exact" });
  const wire = wireTo(new URL(serviceUrl).origin, (request) => emulator.fetch(request));
  const values: Readonly<Record<string, string>> = {
    "vault:aws-key": secretAccessKey,
    "vault:aws-session": sessionToken,
  };
  const target = createPublishTarget(
    "cloud",
    { ...secretsManagerConfiguration, ...options.configuration },
    {
      secret: async (reference) => new Secret(values[reference] ?? `unknown reference ${reference}`),
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
    ask,
    secret: "fleet-key",
    keeps: ({ operation, slot, graceMs }) => ({ operation, slot, graceMs }),
    canaries: [secretAccessKey, sessionToken],
    putByOthers: async (secret, value) => void (await ask("PutSecretValue", { SecretId: secret, SecretString: value })),
  };
}
