import { operationIdOf } from "../../contracts/identifiers.ts";
import type { Json } from "../../contracts/json.ts";
import type { PlannedCall } from "../../contracts/provider.ts";
import type { OperationRequest } from "../../contracts/request.ts";
import type { PanoramaDevice } from "../../contracts/requests/aws-panorama.ts";
import { devicesPath, listQuery } from "./client.ts";
import { marked } from "./marks.ts";
import type { Parts } from "./parts.ts";
import { deviceOf } from "./request.ts";

/** The calls up to the archive. Polls come on top, and a deletion for each device that nobody has used. */
export function planOf({ service }: Parts, request: OperationRequest): readonly PlannedCall[] {
  const device = deviceOf(request);
  const operation = operationIdOf(request.source, request.id);
  const url = service.urlOf(devicesPath);
  return [
    { method: "GET", url: `${url}${listQuery(device.Name)}`, changes: false },
    { method: "POST", url, body: asJson(marked(device, operation, "(one for each attempt)")), changes: true },
  ];
}

const asJson = (device: PanoramaDevice): Json => JSON.parse(JSON.stringify(device));
