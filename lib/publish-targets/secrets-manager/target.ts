import { PermanentError } from "../../contracts/errors.ts";
import type { PublishTarget } from "../../contracts/publish-target.ts";
import type { SecretsManagerTarget } from "../../contracts/publish-targets.ts";
import { Secret } from "../../contracts/secret.ts";
import { accessKeyOf } from "../../providers/aws/access-key.ts";
import { endpointOf } from "../../providers/aws/endpoint.ts";
import { createSend } from "../../providers/http.ts";
import { checkSecrets, checkStep } from "../check.ts";
import type { TargetOptions } from "../parts.ts";
import { assertName } from "../permitted.ts";
import { cloudSettling } from "../settling.ts";
import { SecretsManagerClient } from "./client.ts";
import { provider } from "./refusals.ts";
import { noteIn, versionIdOf } from "./version-id.ts";

/** Current versions of secrets of AWS Secrets Manager, in one region. */
export function createSecretsManagerTarget({
  name,
  configuration,
  parts,
}: TargetOptions<SecretsManagerTarget>): PublishTarget {
  const { region, credential, secrets } = configuration;
  const { clock } = parts;
  const { origin, href: url } = endpointOf("secretsmanager", configuration);
  const settling = cloudSettling(configuration.pace);
  const timeoutMs = settling.requestTimeoutMs;
  const accessKey = () => accessKeyOf(credential, parts.secret, provider);
  const send = createSend({ ...parts, origins: new Set([origin]), secretsTo: origin, timeoutMs });
  const client = new SecretsManagerClient({ send, clock, accessKey, url, region, name });
  const nameIn = (secret: string) => {
    // With colons, because a secret of another account is named by its ARN.
    const expected = "a secret's name of 1 to 512 letters, digits and / _ + = . @ - :";
    assertName(/^[A-Za-z0-9/_+=.@:-]{1,512}$/, secret, expected, provider);
    return secret;
  };
  const read: PublishTarget["read"] = async (secret, { signal }) => {
    const found = await client.read(nameIn(secret), signal);
    if (found === undefined) return undefined;
    const { VersionId: version, SecretString: text, CreatedDate: created } = found;
    if (typeof text !== "string") throw notText(secret, version);
    const note = noteIn(version);
    return {
      value: new Secret(text),
      version,
      ...(typeof created === "number" ? { publishedAt: Math.round(created * 1000) } : {}),
      ...(note === undefined ? {} : { note }),
    };
  };
  return {
    kind: provider,
    settling,
    read,
    async publish(secret, value, note, { sendBefore, signal }) {
      const write = { secret: nameIn(secret), value, versionId: versionIdOf(note), sendBefore, timeoutMs };
      return client.write(write, signal);
    },
    async check(context) {
      const missing = `No value there yet, or no such secret in ${region}: create it before the first publication, as its policy and its key are yours to choose`;
      const key = await checkStep("access-key", async () => `Got access key ${(await accessKey()).id}`);
      return key.ok ? [key, ...(await checkSecrets({ patterns: secrets, read, missing }, context))] : [key];
    },
  };
}

function notText(secret: string, version: string): PermanentError {
  return new PermanentError(
    `Expected secret ${secret} as text, got binary content in version ${version}: put a text there, or use another secret`,
    { code: "secret-not-text", provider, operation: "read-secret" },
  );
}
