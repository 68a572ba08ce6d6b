import { dpsItemsAnswer } from "../../../lib/contracts/answers/dps.ts";
import { queryNames } from "../query.ts";
import { type Area, json } from "./description.ts";
import { query, words } from "./parameters.ts";

export const dpsDescriptions = {
  "GET /connections/:name/dps/:read": {
    operationId: "readDeviceProvisioning",
    summary: "Read from Device Provisioning Services",
    description:
      "All pages together. Of policies rights and fingerprints are shown, never a key; of hubs no connection string. `services` and `operations` need nothing else, `name-availability` the service, all others resource group and service, and what they are to show.",
    tag: "Device Provisioning",
    parameters: query(queryNames.dps, {
      resourceGroup: words("Its resource group."),
      service: words("The service."),
      policy: words("The policy, for `key`."),
      certificate: words("The certificate, for `certificate`."),
      operationId: words("The operation, for `operation-result`."),
    }),
    answers: { 200: { description: "What was found.", content: json(dpsItemsAnswer) } },
    problems: {
      404: "No connection of that name, or nothing of that name there.",
      422: "`other-kind`: the connection is none to Device Provisioning Services. Or a name is missing, or cannot be one.",
      502: "The provider refused.",
      503: "The provider cannot be reached, or is busy.",
    },
  },
} as const satisfies Area;
