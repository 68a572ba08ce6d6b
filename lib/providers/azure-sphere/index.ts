export { type Bounds, defaultBounds } from "./parts.ts";
export { type AzureSphereProviderOptions, createAzureSphereProvider } from "./provider.ts";
export { type Retirement, retirements } from "./retirement.ts";
