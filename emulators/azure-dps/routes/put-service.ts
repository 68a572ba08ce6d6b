import { type Answer, json } from "../../exchange/answer.ts";
import { fieldsOf, jsonBody } from "../../exchange/call.ts";
import { BodyProblem } from "../body-problem.ts";
import { param, type Route, type RoutedCall } from "../call.ts";
import { describeAccepted } from "../description.ts";
import { armError, providerError } from "../errors.ts";
import { refusalOfEtag } from "../etags.ts";
import { normalLocation } from "../locations.ts";
import { mergePut } from "../merge.ts";
import { startOperation } from "../operations.ts";
import { findServiceOf, refusalOfWrite, SERVICE } from "../service-of.ts";
import { statusUrl } from "../status-url.ts";
import { key, newEtag, type ProvisioningService, type ServiceConfig, serviceNamed, type World } from "../world.ts";

const NAME = /^(?![0-9]+$)(?!-)[a-zA-Z0-9-]{2,49}[a-zA-Z0-9]$/;

type Body = Readonly<Record<string, unknown>>;

/** Create and update. 201 for both, and nothing is in force before the operation ends. */
export const putService: Route = {
  operation: "IotDpsResource_CreateOrUpdate",
  method: "PUT",
  path: SERVICE,
  budget: "writes",
  reports: "resource-requests",
  handle(call) {
    const body = fieldsOf(jsonBody(call));
    if (body === null) return armError(400, "InvalidRequestContent", "The request content was invalid JSON.");
    const { location } = body;
    if (typeof location !== "string" || location === "") {
      return armError(400, "LocationRequired", "The location property is required for this definition.");
    }
    try {
      return put(call, body, normalLocation(location));
    } catch (error) {
      if (!(error instanceof BodyProblem)) throw error;
      return providerError(call.world, 400, error.code, error.message, call.atMs);
    }
  },
};

function put(call: RoutedCall, body: Body, location: string): Answer {
  const { world, atMs, apiVersion } = call;
  const current = findServiceOf(call);
  const refusal = current === null ? refusalOfName(call) : refusalOfUpdate(call, current, body, location);
  if (refusal !== null) return refusal;
  const config = mergePut(world, current, body, location, apiVersion);
  const isNew = current === null || current.state === "ActivationFailed";
  const service = current ?? addService(world, call, location, config);
  if (isNew) service.state = "Activating";
  const operation = startOperation(world, service, isNew ? "create" : "update", config, atMs);
  const echoesPolicies = Array.isArray(fieldsOf(body["properties"])?.["authorizationPolicies"]);
  const etag = typeof body["etag"] === "string" ? body["etag"] : null;
  const seconds = world.settings.acceptRetryAfterSeconds;
  return json(201, describeAccepted(world, service, apiVersion, { config, etag, echoesPolicies }), {
    "azure-asyncoperation": statusUrl(world, service, operation, call),
    ...(seconds === null ? {} : { "retry-after": String(seconds) }),
  });
}

function refusalOfName(call: RoutedCall): Answer | null {
  const name = param(call, "provisioningServiceName");
  if (!NAME.test(name)) return providerError(call.world, 400, 400_002, `The name '${name}' is not valid.`, call.atMs);
  if (serviceNamed(call.world, name) === undefined) return null;
  return providerError(call.world, 409, 409_003, `The name '${name}' is not available.`, call.atMs);
}

function refusalOfUpdate(call: RoutedCall, current: ProvisioningService, body: Body, location: string): Answer | null {
  if (current.location !== location) {
    const text = `The resource '${current.name}' already exists in location '${current.location}'. A resource with the same name cannot be created in location '${location}'.`;
    return armError(409, "InvalidResourceLocation", text);
  }
  return refusalOfWrite(call, current) ?? refusalOfEtag(call, current, body["etag"]);
}

function addService(world: World, call: RoutedCall, location: string, config: ServiceConfig): ProvisioningService {
  const [subscriptionId, resourceGroup] = [param(call, "subscriptionId"), param(call, "resourceGroupName")];
  const service: ProvisioningService = {
    subscriptionId,
    resourceGroup: world.subscriptions.get(key(subscriptionId))?.groups.get(key(resourceGroup)) ?? resourceGroup,
    name: param(call, "provisioningServiceName"),
    location,
    idScope: `0ne${world.secrets.hex(8)}`,
    // Nothing of the wish is in force before the operation ends, keys least of all.
    config: { ...config, policies: [], hubs: [] },
    etag: newEtag(world),
    state: "Activating",
    provisioningState: "Accepted",
    pending: null,
    certificates: new Map(),
    enrollments: new Map(),
    groups: new Map(),
    registrations: new Map(),
  };
  world.services.set(key(subscriptionId, resourceGroup, service.name), service);
  return service;
}
