import { type Answer, json } from "../exchange/answer.ts";
import { issuedScopes, issueToken } from "./tokens.ts";
import { type EntraCall, same } from "./world.ts";

/**
 * `POST /{directoryId}/oauth2/v2.0/token` with grant_type client_credentials.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function clientCredentialsToken(call: EntraCall): Answer {
  const form = new URLSearchParams(new TextDecoder().decode(call.body));
  const directoryId = call.params.get("directoryId") ?? "";
  const missing = ["grant_type", "client_id", "client_secret", "scope"].find((name) => !form.get(name));
  if (!call.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded")) {
    return refusal(
      call,
      400,
      "invalid_request",
      900144,
      "The request body must contain the following parameter: 'grant_type'.",
    );
  }
  if (missing === "client_secret") {
    const text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    return refusal(call, 401, "invalid_client", 7000218, text);
  }
  if (missing !== undefined) {
    return refusal(
      call,
      400,
      "invalid_request",
      900144,
      `The request body must contain the following parameter: '${missing}'.`,
    );
  }
  return grant(call, directoryId, form);
}

function grant(call: EntraCall, directoryId: string, form: URLSearchParams): Answer {
  const { world } = call;
  const [grantType, clientId, scope] = [form.get("grant_type"), form.get("client_id") ?? "", form.get("scope") ?? ""];
  if (grantType !== "client_credentials") {
    return refusal(
      call,
      400,
      "unsupported_grant_type",
      70003,
      `The app requested an unsupported grant type '${grantType}'.`,
    );
  }
  const inDirectory = world.principals.filter((principal) => same(principal.directoryId, directoryId));
  if (inDirectory.length === 0) {
    return refusal(call, 400, "invalid_request", 90002, `Tenant '${directoryId}' not found.`);
  }
  const client = inDirectory.find(({ kind, clientId: id }) => kind === "client" && same(id, clientId));
  if (client === undefined) {
    const text = `Application with identifier '${clientId}' was not found in the directory '${directoryId}'.`;
    return refusal(call, 400, "unauthorized_client", 700016, text);
  }
  if (form.get("client_secret") !== client.secret) {
    return refusal(call, 401, "invalid_client", 7000215, `Invalid client secret provided for app '${clientId}'.`);
  }
  if (!issuedScopes(world).includes(scope)) {
    const text = `The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`;
    return refusal(call, 400, "invalid_scope", 70011, text);
  }
  const { token } = issueToken(world, client, scope, call.atMs);
  const lifetime = world.settings.tokenLifetimeSeconds;
  return json(200, { token_type: "Bearer", expires_in: lifetime, ext_expires_in: lifetime, access_token: token });
}

/** Entra's own shape, with the ids that its support asks for. */
function refusal(call: EntraCall, status: number, error: string, code: number, text: string): Answer {
  const traceId = call.world.newId();
  const correlationId = call.world.newId();
  const timestamp = `${new Date(call.atMs).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const description = `AADSTS${code}: ${text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
  return json(status, {
    error,
    error_description: description,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  });
}
