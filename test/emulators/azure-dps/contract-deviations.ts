import type { ContractBreach } from "./contract.ts";

/** Where the real service, seen in recordings or in pages, does otherwise than its description. Nothing else may. */
export interface Deviation {
  readonly why: string;
  readonly covers: (breach: ContractBreach) => boolean;
}

const says = (breach: ContractBreach, text: string): boolean => breach.problem.includes(text);

export const deviations: readonly Deviation[] = [
  {
    why: "recorded: an accepted PUT says idScope null until its operation ends",
    covers: (breach) => breach.where === "response" && says(breach, "/properties/idScope must be string"),
  },
  {
    why: "recorded since 2023: signed status URLs are at a path of the location, which no operation of the contract has",
    covers: (breach) => says(breach, "provisioningserviceoperationresults"),
  },
  {
    why: "recorded: Location of a DELETE is the status URL without asyncinfo, which the contract requires",
    covers: (breach) =>
      breach.operationId === "IotDpsResource_GetOperationResult" &&
      (says(breach, "misses the query parameter asyncinfo") ||
        says(breach, "the status 204") ||
        says(breach, "must be object")),
  },
  {
    why: "the operation declares no error at all, and has some",
    covers: (breach) =>
      breach.operationId === "IotDpsResource_Update" && breach.where === "response" && says(breach, "the status"),
  },
  {
    why: "a next page is asked for with GET, of a list that is asked for with POST",
    covers: (breach) => breach.operationId === null && /GET \S+\/listkeys\?.*skiptoken/i.test(breach.problem),
  },
];
