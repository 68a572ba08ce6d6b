import type { EntraCredential } from "../../contracts/configuration.ts";
import { ConfigurationError, RetryableError } from "../../contracts/errors.ts";
import { isLoopback } from "../../contracts/loopback.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../call.ts";
import { createSend } from "../http.ts";
import { type Grant, grantOf, provider } from "./grant.ts";
import type { IdentityEndpoint, LoginOptions } from "./login.ts";

type ManagedIdentityCredential = Extract<EntraCredential, { kind: "managed-identity" }>;

/** Answered by the machine itself and never routed, which is why plain http is allowed for this one address. */
const metadataOrigin = "http://169.254.169.254";

/**
 * A token of the identity that the platform gave this host: from the endpoint that App Service and Functions name, or else from the
 * metadata service of a virtual machine.
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token api-version 2018-02-01
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity api-version 2019-08-01
 */
export function createManagedIdentityLogin(
  credential: ManagedIdentityCredential,
  scope: string,
  options: LoginOptions,
): () => Promise<Grant> {
  const call = tokenCall(credential, scope.replace(/\/\.default$/, ""), options.identityEndpoint);
  const { origin } = new URL(call.url);
  const send = createSend({ ...options, origins: new Set([origin]), secretsTo: origin });
  return async () => {
    // Compared with the end that the answer names.
    const askedAt = options.clock.wallMs();
    const answer = await send(call);
    if (isWakingUp(answer)) throw wakingUp(answer);
    return grantOf(answer, call, askedAt);
  };
}

function tokenCall(
  { clientId, authority }: ManagedIdentityCredential,
  resource: string,
  endpoint?: IdentityEndpoint,
): Call {
  const about = `a token of ${clientId === undefined ? "the system-assigned identity" : `identity ${clientId}`}`;
  const identity = clientId === undefined ? {} : { client_id: clientId };
  const common = { method: "GET", about, provider, operation: "get-token" } as const;
  if (endpoint) {
    const url = localUrl(endpoint.url);
    const query = new URLSearchParams({ "api-version": "2019-08-01", resource, ...identity });
    return {
      ...common,
      url: `${url.origin}${url.pathname}?${query}`,
      secretHeader: { name: "x-identity-header", value: endpoint.header },
    };
  }
  const query = new URLSearchParams({ "api-version": "2018-02-01", resource, ...identity });
  const base = (authority ?? metadataOrigin).replace(/\/+$/, "");
  return { ...common, url: `${base}/metadata/identity/oauth2/token?${query}`, headers: { metadata: "true" } };
}

/** The header's value opens the identity to whoever has it: it goes to this machine or over TLS, nowhere else. */
function localUrl(text: string): URL {
  const url = URL.parse(text);
  const local = url !== null && (isLoopback(url.hostname) || /^169\.254(?:\.\d{1,3}){2}$/.test(url.hostname));
  if (url !== null && (url.protocol === "https:" || (url.protocol === "http:" && local))) return url;
  throw new ConfigurationError("Expected an identity endpoint on this machine, got a foreign or unreadable URL", {
    code: "origin-refused",
  });
}

/** The metadata service answers so while an identity is being attached or the host is updated, for up to about a minute. */
function isWakingUp({ status }: Answer): boolean {
  return status === 404 || status === 410;
}

function wakingUp(answer: Answer): RetryableError {
  return new RetryableError(
    `Expected a token from ${answer.host}, got ${answer.status}: the identity may not be attached yet`,
    {
      code: "provider-unavailable",
      provider,
      status: answer.status,
      effect: "none",
      retryAfterMs: answer.retryAfterMs,
    },
  );
}
