export { keyIn } from "./connection-string.ts";
export type { AzureDpsProviderOptions } from "./create-parts.ts";
export { fingerprintOf } from "./keys.ts";
export type { DpsOperator } from "./operator.ts";
export { type Bounds, defaultBounds } from "./parts.ts";
export { type AzureDpsProvider, createAzureDpsProvider } from "./provider.ts";
