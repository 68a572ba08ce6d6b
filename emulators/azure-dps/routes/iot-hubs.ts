import { type Answer, json } from "../../exchange/answer.ts";
import { param, type Route, type RoutedCall } from "../call.ts";
import { armError } from "../errors.ts";
import { HUB } from "../service-of.ts";
import { type IotHub, key } from "../world.ts";

export const findHub: Route = {
  operation: "IotHubResource_Get",
  method: "GET",
  path: HUB,
  budget: "reads",
  anyVersion: true,
  handle(call) {
    const hub = hubOf(call);
    if ("status" in hub) return hub;
    const { subscriptionId, resourceGroup, name, location } = hub;
    return json(200, {
      id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Devices/IotHubs/${name}`,
      name,
      type: "Microsoft.Devices/IotHubs",
      location,
      properties: { hostName: `${name}.azure-devices.net`, state: "Active", provisioningState: "Succeeded" },
      sku: { name: "S1", tier: "Standard", capacity: 1 },
    });
  },
};

export const listHubKeys: Route = {
  operation: "IotHubResource_ListKeys",
  method: "POST",
  path: `${HUB}/listkeys`,
  budget: "writes",
  reports: "writes",
  anyVersion: true,
  handle(call) {
    const hub = hubOf(call);
    return "status" in hub ? hub : json(200, { value: hub.policies });
  },
};

export const listHubKeysForName: Route = {
  operation: "IotHubResource_GetKeysForKeyName",
  method: "POST",
  path: `${HUB}/IotHubKeys/{keyName}/listkeys`,
  budget: "writes",
  reports: "writes",
  anyVersion: true,
  handle(call) {
    const hub = hubOf(call);
    if ("status" in hub) return hub;
    const keyName = param(call, "keyName");
    const policy = hub.policies.find((other) => other.keyName.toLowerCase() === keyName.toLowerCase());
    if (policy !== undefined) return json(200, policy);
    const message = `The shared access policy '${keyName}' was not found.`;
    return json(404, { code: 404_003, httpStatusCode: "NotFound", message });
  },
};

function hubOf(call: RoutedCall): IotHub | Answer {
  const [subscriptionId, group, name] = ["subscriptionId", "resourceGroupName", "hubName"].map((each) =>
    param(call, each),
  );
  const hub = call.world.hubs.get(key(name ?? ""));
  const isHere =
    hub !== undefined && key(hub.subscriptionId, hub.resourceGroup) === key(subscriptionId ?? "", group ?? "");
  if (isHere) return hub;
  const text = `The Resource 'Microsoft.Devices/IotHubs/${name}' under resource group '${group}' was not found.`;
  return armError(404, "ResourceNotFound", text);
}
