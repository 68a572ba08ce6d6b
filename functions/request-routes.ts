import type { RequestType } from "../lib/contracts/request.ts";
import type { RequestRoute } from "../lib/operations/accept.ts";

/** The step that a request of each type begins with, and the kind of connection it needs. The only such list. */
export const requestRoutes: Readonly<Record<RequestType, RequestRoute>> = {
  "drover.azure-sphere.deploy": { firstStep: "start-deployment", connectionKind: "azure-sphere" },
};
