import type { EntraCredential } from "../../contracts/configuration.ts";
import { DroverError, RetryableError } from "../../contracts/errors.ts";
import { Secret } from "../../contracts/secret.ts";
import type { Call } from "../call.ts";
import { createSend } from "../http.ts";
import { type Grant, grantOf, provider } from "./grant.ts";
import type { LoginOptions } from "./login.ts";

type ClientSecretCredential = Extract<EntraCredential, { kind: "client-secret" }>;

const defaultAuthority = "https://login.microsoftonline.com";

/**
 * The client credentials grant.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function createClientSecretLogin(
  credential: ClientSecretCredential,
  scope: string,
  options: LoginOptions,
): () => Promise<Grant> {
  const authority = (credential.authority ?? defaultAuthority).replace(/\/+$/, "");
  const { origin } = new URL(authority);
  const send = createSend({ ...options, origins: new Set([origin]), secretsTo: origin });
  return async () => {
    const askedAt = options.clock.now();
    // Read for every login, so that a secret that was replaced in the vault is in use from the next one on.
    const secret = await readSecret(credential.secret, options);
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: credential.clientId,
      client_secret: secret.reveal(),
      scope,
    });
    const call: Call = {
      method: "POST",
      url: `${authority}/${encodeURIComponent(credential.directoryId)}/oauth2/v2.0/token`,
      about: `a token for client ${credential.clientId} of directory ${credential.directoryId}`,
      provider,
      operation: "get-token",
      body: {
        contentType: "application/x-www-form-urlencoded",
        text: new Secret(form.toString()),
        secrets: [secret],
      },
    };
    return grantOf(await send(call), call, askedAt);
  };
}

async function readSecret(reference: string, { secret }: LoginOptions): Promise<Secret> {
  try {
    return await secret(reference);
  } catch (error) {
    // Whatever goes wrong here, nothing has been sent to the provider: an error that does not say so is replaced.
    if (error instanceof DroverError && error.effect === "none") throw error;
    // The message of a vault's own error may quote what it was asked or what it found; only ours is safe.
    const why = error instanceof DroverError ? `: ${error.message}` : "";
    throw new RetryableError(`Expected the client secret at ${reference}, got an error while reading it${why}`, {
      code: "secret-unreadable",
      provider,
      effect: "none",
    });
  }
}
