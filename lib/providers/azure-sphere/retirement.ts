import type { AzureSphereConnection } from "../../contracts/configuration.ts";

/** An API whose end is announced: what `config check` warns of. */
export interface Retirement {
  readonly api: string;
  /** The first day without it, as the vendor announced it. */
  readonly retiresOn: string;
  readonly what: string;
  readonly see: string;
}

/** By the connection's `api`. */
export const retirements: Readonly<Record<AzureSphereConnection["api"], Retirement>> = {
  "legacy-v2": {
    api: "legacy-v2",
    retiresOn: "2027-09-27",
    what: "The Azure Sphere legacy public API (v2) retires; its successor is the Azure Resource Manager provider Microsoft.AzureSphere, into whose catalogs tenants are integrated",
    see: "https://learn.microsoft.com/azure-sphere/reference/public-api-overview",
  },
};
