import { type Answer, json } from "../exchange/answer.ts";
import { issuedScopes, issueToken } from "./tokens.ts";
import { type EntraCall, type Principal, same } from "./world.ts";

/**
 * The token endpoint of a virtual machine's metadata service.
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token api-version 2018-02-01
 */
export function imdsToken(call: EntraCall): Answer {
  if (call.headers.get("metadata")?.toLowerCase() !== "true") {
    return refusal(400, "invalid_request", "Required metadata header not specified");
  }
  // A forwarded request is not from the machine itself: the real service refuses it too.
  if (call.headers.has("x-forwarded-for"))
    return refusal(400, "bad_request_102", "Required metadata header not specified");
  if (call.url.searchParams.get("api-version") !== "2018-02-01") {
    return refusal(400, "invalid_request", "Required query variable 'api-version' is missing or not supported");
  }
  return tokenFor(call, identityFor(call), (token, expiresAtMs, resource, clientId) => ({
    access_token: token,
    client_id: clientId,
    expires_in: String(call.world.settings.tokenLifetimeSeconds),
    expires_on: String(Math.floor(expiresAtMs / 1_000)),
    ext_expires_in: String(call.world.settings.tokenLifetimeSeconds),
    not_before: String(Math.floor(call.atMs / 1_000)),
    resource,
    token_type: "Bearer",
  }));
}

/**
 * The local endpoint that App Service and Functions name in `IDENTITY_ENDPOINT`.
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity api-version 2019-08-01
 */
export function appServiceToken(call: EntraCall): Answer {
  const secret = call.headers.get("x-identity-header");
  const identity = identityFor(call);
  if (
    !call.world.principals.some((principal) => principal.kind === "managed-identity" && principal.secret === secret)
  ) {
    return json(401, { statusCode: 401, message: "The X-IDENTITY-HEADER header is missing or wrong." });
  }
  if (call.url.searchParams.get("api-version") !== "2019-08-01") {
    return json(400, { statusCode: 400, message: "The api-version is missing or not supported." });
  }
  return tokenFor(call, identity, (token, expiresAtMs, resource, clientId) => ({
    access_token: token,
    client_id: clientId,
    expires_on: String(Math.floor(expiresAtMs / 1_000)),
    resource,
    token_type: "Bearer",
  }));
}

/** The identity that `client_id` or `object_id` names, or else the first. */
function identityFor({ world, url }: EntraCall): Principal | undefined {
  const wanted = url.searchParams.get("client_id") ?? url.searchParams.get("object_id");
  return world.principals.find(
    ({ kind, clientId, objectId }) =>
      kind === "managed-identity" && (wanted === null || same(clientId, wanted) || same(objectId, wanted)),
  );
}

type Render = (token: string, expiresAtMs: number, resource: string, clientId: string) => object;

function tokenFor(call: EntraCall, identity: Principal | undefined, render: Render): Answer {
  const resource = call.url.searchParams.get("resource") ?? "";
  if (resource === "") return refusal(400, "invalid_request", "Required query variable 'resource' is missing");
  if (identity === undefined) return refusal(400, "invalid_request", "Identity not found");
  // A resource is a scope without its "/.default"; with a slash at the end it is the same resource.
  const scope = `${resource.replace(/\/$/, "")}/.default`;
  if (!issuedScopes(call.world).includes(scope)) {
    const text = `AADSTS500011: The resource principal named ${resource} was not found in the tenant named ${identity.directoryId}.`;
    return refusal(400, "invalid_resource", text);
  }
  const { token, expiresAtMs } = issueToken(call.world, identity, scope, call.atMs);
  return json(200, render(token, expiresAtMs, resource, identity.clientId));
}

function refusal(status: number, error: string, description: string): Answer {
  return json(status, { error, error_description: description });
}
