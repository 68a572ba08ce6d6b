export { type Bounds, defaultBounds } from "./parts.ts";
export { type AwsPanoramaProviderOptions, createAwsPanoramaProvider } from "./provider.ts";
