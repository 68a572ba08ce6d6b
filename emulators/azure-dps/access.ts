import { MANAGEMENT_SCOPE } from "../entra/directory.ts";
import type { Principal } from "../entra/world.ts";
import type { Answer } from "../exchange/answer.ts";
import { bearerOf, type Call } from "../exchange/call.ts";
import { isKnownVersion } from "./api-versions.ts";
import type { Route } from "./call.ts";
import { armError } from "./errors.ts";
import { key, type World } from "./world.ts";

/** Who calls? The refusal when nobody known does. */
export function signIn(world: World, call: Call): Answer | Principal {
  const challenge = 'Bearer authorization_uri="https://login.windows.net/", error="invalid_token"';
  const headers = { "www-authenticate": challenge };
  const token = bearerOf(call);
  if (token === null) {
    const text = "Authentication failed. The 'Authorization' header is missing.";
    return armError(401, "AuthenticationFailed", text, headers);
  }
  const holder = world.entra.holder(token, MANAGEMENT_SCOPE, call.atMs);
  return holder ?? armError(401, "InvalidAuthenticationToken", "The access token is invalid or expired.", headers);
}

/** The api-version of the query, or the refusal. */
export function versionOf(route: Route, call: Call): Answer | string {
  const version = [...call.url.searchParams].find(([name]) => name.toLowerCase() === "api-version")?.[1];
  if (!version) {
    const text = "The api-version query parameter (?api-version=) is required for all requests.";
    return armError(400, "MissingApiVersionParameter", text);
  }
  if (route.anyVersion || isKnownVersion(version)) return version;
  const text = `No registered resource provider found for the API version '${version}'.`;
  return armError(400, "NoRegisteredProviderFound", text);
}

/** Whether subscription and resource group of the path exist; the refusal when one does not. */
export function missingScope(world: World, params: ReadonlyMap<string, string>): Answer | null {
  const subscriptionId = params.get("subscriptionId");
  if (subscriptionId === undefined) return null;
  const subscription = world.subscriptions.get(key(subscriptionId));
  if (subscription === undefined) {
    return armError(404, "SubscriptionNotFound", `The subscription '${subscriptionId}' could not be found.`);
  }
  const group = params.get("resourceGroupName");
  if (group === undefined || subscription.groups.has(key(group))) return null;
  return armError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
}

/** The refusal of a caller who was denied what the route does. */
export function refusalOfAction(
  world: World,
  route: Route,
  { clientId, objectId }: Principal,
  { pathname }: URL,
): Answer | null {
  const action = actionOf(route);
  if (!world.denials.get(key(objectId))?.has(action.toLowerCase())) return null;
  const text = `The client '${clientId}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${pathname}' or the scope is invalid.`;
  return armError(403, "AuthorizationFailed", text);
}

const VERBS = { GET: "read", PUT: "write", PATCH: "write", DELETE: "delete", POST: "action" } as const;

/** The name that role definitions have for it: the literals of the path behind the last provider, and a verb. */
function actionOf({ path, method }: Route): string {
  const literals = (path.split("/providers/").at(-1) ?? "").split("/").filter((part) => !part.startsWith("{"));
  return [...literals, VERBS[method]].join("/");
}
