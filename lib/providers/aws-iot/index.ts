export { type AwsIotProviderOptions, createAwsIotProvider } from "./provider.ts";
