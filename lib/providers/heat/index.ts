export { createHeatOperator, type DeploymentChange, type HeatOperator } from "./operator.ts";
export { type Bounds, defaultBounds, type PartsOptions } from "./parts.ts";
export { createHeatProvider, type HeatProviderOptions } from "./provider.ts";
export { markerKey } from "./request.ts";
