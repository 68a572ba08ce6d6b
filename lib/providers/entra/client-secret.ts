import type { EntraCredential } from "../../contracts/configuration.ts";
import { Secret } from "../../contracts/secret.ts";
import type { Call } from "../call.ts";
import { createSend } from "../http.ts";
import { readSecret } from "../read-secret.ts";
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
    // Compared with the end that the answer names.
    const askedAt = options.clock.wallMs();
    // Read for every login, so that a secret that was replaced in the vault is in use from the next one on.
    const secret = await readSecret(options.secret, credential.secret, { what: "the client secret", provider });
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
