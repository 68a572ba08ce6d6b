import type { OperationRequest, RequestType } from "../../../contracts/request.ts";
import type { Parts } from "../parts.ts";
import { deleteCertificateChange } from "./delete-certificate.ts";
import { deletePolicyWrite } from "./delete-policy.ts";
import { deleteServiceWrite } from "./delete-service.ts";
import type { DpsChange } from "./dps-change.ts";
import { putCertificateChange } from "./put-certificate.ts";
import { putPolicyWrite } from "./put-policy.ts";
import { putServiceWrite } from "./put-service.ts";
import { readChange } from "./read.ts";
import { relinkHubWrite } from "./relink-hub.ts";
import { ServiceChange } from "./service-change.ts";
import { tagServiceWrite } from "./tag-service.ts";
import { verifyCertificateChange } from "./verify-certificate.ts";

export type { DpsChange } from "./dps-change.ts";

type Make = (parts: Parts, fields: OperationRequest["fields"]) => DpsChange;

const makers: Readonly<Partial<Record<RequestType, Make>>> = {
  "drover.azure-dps.put-service": (parts, fields) => new ServiceChange(parts, putServiceWrite(parts, fields)),
  "drover.azure-dps.tag-service": (parts, fields) => new ServiceChange(parts, tagServiceWrite(parts, fields)),
  "drover.azure-dps.delete-service": (parts, fields) => new ServiceChange(parts, deleteServiceWrite(parts, fields)),
  "drover.azure-dps.put-policy": (parts, fields) => new ServiceChange(parts, putPolicyWrite(parts, fields)),
  "drover.azure-dps.delete-policy": (parts, fields) => new ServiceChange(parts, deletePolicyWrite(parts, fields)),
  "drover.azure-dps.relink-hub": (parts, fields) => new ServiceChange(parts, relinkHubWrite(parts, fields)),
  "drover.azure-dps.put-certificate": putCertificateChange,
  "drover.azure-dps.verify-certificate": verifyCertificateChange,
  "drover.azure-dps.delete-certificate": deleteCertificateChange,
  "drover.azure-dps.read": readChange,
};

/** Undefined for a request of another kind. @throws InvalidInputError for fields that are none of its type */
export function changeOf({ type, fields }: OperationRequest, parts: Parts): DpsChange | undefined {
  return makers[type]?.(parts, fields);
}
