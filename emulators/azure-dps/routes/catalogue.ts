import { json } from "../../exchange/answer.ts";
import { fieldsOf, jsonBody } from "../../exchange/call.ts";
import type { Route } from "../call.ts";
import { armError } from "../errors.ts";
import { page } from "../paging.ts";
import { SERVICE, serviceOf } from "../service-of.ts";
import { serviceNamed } from "../world.ts";

const NAME = /^(?![0-9]+$)(?!-)[a-zA-Z0-9-]{2,49}[a-zA-Z0-9]$/;

const OPERATIONS: readonly (readonly [name: string, resource: string, operation: string])[] = [
  ["Microsoft.Devices/register/action", "IotHubs", "Register Resource Provider"],
  ["Microsoft.Devices/operations/Read", "IotHubs", "Get All ResourceProvider Operations"],
  ["Microsoft.Devices/iotHubs/Read", "IotHubs", "Get IotHub(s)"],
  ["Microsoft.Devices/iotHubs/listkeys/Action", "IotHubs", "Get all IotHub Keys"],
  ["Microsoft.Devices/iotHubs/iotHubKeys/listkeys/Action", "IotHubs", "Get IotHub Key for the given name"],
  ["Microsoft.Devices/provisioningServices/Read", "provisioningServices", "Get IotDps resource(s)"],
  ["Microsoft.Devices/provisioningServices/Write", "provisioningServices", "Create or update IotDps resource"],
  ["Microsoft.Devices/provisioningServices/Delete", "provisioningServices", "Delete IotDps resource"],
  ["Microsoft.Devices/provisioningServices/listkeys/Action", "provisioningServices", "Get all IotDps keys"],
  ["Microsoft.Devices/provisioningServices/keys/listkeys/Action", "provisioningServices", "Get IotDps key by name"],
];

export const listOperations: Route = {
  operation: "Operations_List",
  method: "GET",
  path: "/providers/Microsoft.Devices/operations",
  budget: "reads",
  handle: (call) =>
    page(
      call,
      OPERATIONS.map(([name, resource, operation]) => ({
        name,
        display: { provider: "Microsoft Devices", resource, operation, description: operation },
      })),
    ),
};

export const checkName: Route = {
  operation: "IotDpsResource_CheckProvisioningServiceNameAvailability",
  method: "POST",
  path: "/subscriptions/{subscriptionId}/providers/Microsoft.Devices/checkProvisioningServiceNameAvailability",
  budget: "writes",
  reports: "writes",
  handle(call) {
    const name = fieldsOf(jsonBody(call))?.["name"];
    if (typeof name !== "string") return armError(400, "InvalidRequestContent", "The property 'name' is required.");
    if (!NAME.test(name)) {
      return json(200, { nameAvailable: false, reason: "Invalid", message: `'${name}' is not a valid name` });
    }
    if (serviceNamed(call.world, name) !== undefined) {
      const message = `IotDps name '${name}' is not available`;
      return json(200, { nameAvailable: false, reason: "AlreadyExists", message });
    }
    // The reason says Invalid although the name is available, as in the real service.
    return json(200, { nameAvailable: true, reason: "Invalid", message: "name is valid" });
  },
};

export const listSkus: Route = {
  operation: "IotDpsResource_listValidSkus",
  method: "GET",
  path: `${SERVICE}/skus`,
  budget: "reads",
  handle(call) {
    const service = serviceOf(call);
    return "status" in service ? service : page(call, [{ name: "S1" }]);
  },
};
