import type { RequestType } from "../lib/contracts/request.ts";
import { heatFieldsFor, heatTargets } from "../lib/contracts/requests/heat.ts";
import type { RequestRoute } from "../lib/operations/accept.ts";

const firstStep = "start-deployment";

/** The step that a request of each type begins with, and the kind of connection it needs. The only such list. */
export const requestRoutes: Readonly<Record<RequestType, RequestRoute>> = {
  "drover.azure-sphere.deploy": { firstStep, connectionKind: "azure-sphere" },
  "drover.heat.deploy": {
    firstStep,
    connectionKind: "heat",
    split: { firstStep, targetsOf: heatTargets, fieldsFor: heatFieldsFor },
  },
};
