import type { IotScenario } from "./scenario.ts";

/** Ids and credentials of `demoIotScenario`, stable so that example requests can name them. None opens anything real. */
export const demoIotIds = {
  accountId: "123456789012",
  region: "eu-west-1",
  accessKeyId: "AKIADEMOIOT000000001",
  secretAccessKey: "demo-iot-secret-access-key",
  template: "gateways",
} as const;

/** One account in eu-west-1 with one template. */
export function demoIotScenario(): IotScenario {
  const { accountId, region, accessKeyId, secretAccessKey, template } = demoIotIds;
  return {
    settings: { accountId, region },
    accessKeys: [{ accessKeyId, secretAccessKey }],
    templates: [{ name: template, description: "Gateways of all sites" }],
  };
}
