import type { RequestType } from "../lib/contracts/request.ts";
import { heatFieldsFor, heatTargets } from "../lib/contracts/requests/heat.ts";
import type { RequestRoute } from "../lib/operations/accept.ts";

const firstStep = "start-deployment";
const dpsChange: RequestRoute = { firstStep: "apply-dps-change", connectionKind: "azure-dps" };

/** The step that a request of each type begins with, and the kind of connection it needs. The only such list. */
export const requestRoutes: Readonly<Record<RequestType, RequestRoute>> = {
  "drover.azure-sphere.deploy": { firstStep, connectionKind: "azure-sphere" },
  "drover.heat.deploy": {
    firstStep,
    connectionKind: "heat",
    split: { firstStep, targetsOf: heatTargets, fieldsFor: heatFieldsFor },
  },
  "drover.azure-dps.rotate-policy-key": { firstStep: "rotate-dps-keys", connectionKind: "azure-dps" },
  "drover.azure-dps.put-service": dpsChange,
  "drover.azure-dps.tag-service": dpsChange,
  "drover.azure-dps.delete-service": dpsChange,
  "drover.azure-dps.put-policy": dpsChange,
  "drover.azure-dps.delete-policy": dpsChange,
  "drover.azure-dps.relink-hub": dpsChange,
  "drover.azure-dps.put-certificate": dpsChange,
  "drover.azure-dps.verify-certificate": dpsChange,
  "drover.azure-dps.delete-certificate": dpsChange,
  "drover.azure-dps.read": dpsChange,
  "drover.aws-panorama.provision": { firstStep: "provision-panorama-device", connectionKind: "aws-panorama" },
  "drover.aws-iot.create-provisioning-claim": { firstStep: "create-provisioning-claim", connectionKind: "aws-iot" },
};
