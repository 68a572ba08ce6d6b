import type { AwsCredential } from "../../contracts/connections/aws.ts";
import { ConfigurationError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";
import { isToken } from "../http.ts";
import { readSecret, type SecretReader } from "../read-secret.ts";

export interface AccessKey {
  readonly id: string;
  readonly secret: Secret;
  readonly sessionToken?: Secret;
}

/**
 * Read for each call: keys are rotated, and those of a role are replaced while the process goes on.
 * @param provider whose calls are signed, for errors
 */
export async function accessKeyOf(
  credential: AwsCredential,
  secret: SecretReader,
  provider: string,
): Promise<AccessKey> {
  const read = (what: string, reference: string) => readSecret(secret, reference, { what, provider });
  if (credential.kind === "environment") {
    const id = await read("the id of the access key", "env:AWS_ACCESS_KEY_ID");
    const key = await read("the secret access key", "env:AWS_SECRET_ACCESS_KEY");
    // A user's keys have none, a role's do not work without.
    const token = await read("the session token", "env:AWS_SESSION_TOKEN").catch(unlessMissing);
    const whole = { id: id.reveal(), secret: key, ...(token === undefined ? {} : { sessionToken: token }) };
    return checked(whole, provider);
  }
  const { accessKeyId: id, secretAccessKey, sessionToken } = credential;
  const key = await read("the secret access key", secretAccessKey);
  if (sessionToken === undefined) return checked({ id, secret: key }, provider);
  return checked({ id, secret: key, sessionToken: await read("the session token", sessionToken) }, provider);
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof ConfigurationError && error.code === "secret-missing") return undefined;
  throw error;
}

/** What can be no part of a header is refused by the platform with a message that quotes it whole. */
function checked({ id, secret, sessionToken }: AccessKey, provider: string): AccessKey {
  const parts = { "access key's id": new Secret(id), "secret access key": secret, "session token": sessionToken };
  for (const [what, part] of Object.entries(parts)) {
    if (part === undefined || isToken(part.reveal())) continue;
    throw new ConfigurationError(
      `Expected the ${what} as visible ASCII without spaces, got other text: store it again, without quotation marks or line ends`,
      { code: "invalid-access-key", provider },
    );
  }
  return { id, secret, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
