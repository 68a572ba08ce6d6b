import { demoDpsIds } from "../../../../emulators/azure-dps/index.ts";
import type { OperationRecord } from "../../../../lib/contracts/operation.ts";
import type { FleetClouds } from "../clouds.ts";
import { hubHost, relinkedWith } from "../dps-scenario.ts";

/** Whether a provisioning service is as this request wants it; undefined where nobody can tell. Each asks for something of its own. */
export function isAsAsked({ request }: OperationRecord, { dps }: FleetClouds): boolean | undefined {
  const { type, fields } = request;
  const { state } = dps;
  const service = String(fields["service"]);
  const certificate = state.certificates(service).find(({ name }) => name === fields["certificate"]);
  switch (type) {
    case "drover.azure-dps.put-policy":
      return state.policy(service, (fields["policy"] as { readonly keyName: string }).keyName) !== null;
    case "drover.azure-dps.delete-policy":
      return state.policy(service, String(fields["policy"])) === null;
    case "drover.azure-dps.put-service":
      return state.service(service) !== null;
    case "drover.azure-dps.delete-service":
      return state.service(service) === null;
    case "drover.azure-dps.verify-certificate":
      return certificate?.isVerified === true;
    case "drover.azure-dps.relink-hub": {
      const link = state.service(service)?.config.hubs.find(({ name }) => name === hubHost);
      return link?.keyName === relinkedWith && state.linkWorks(service, demoDpsIds.hub);
    }
    default:
      return undefined;
  }
}
