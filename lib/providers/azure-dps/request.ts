import * as z from "zod/mini";
import { parseAs } from "../../contracts/parse.ts";
import type { OperationRequest } from "../../contracts/request.ts";
import { deletePolicy, putPolicy } from "../../contracts/requests/azure-dps.ts";
import { rotatePolicyKey } from "../../contracts/requests/rotate-policy-key.ts";
import type { Where } from "./paths.ts";

const rotationSchema = z.object(rotatePolicyKey);
export type RotationFields = z.output<typeof rotationSchema>;

/** @throws InvalidInputError */
export function rotationOf(request: OperationRequest): RotationFields {
  return parseAs(rotationSchema, request.fields, "the fields of a key rotation");
}

export const rotationType = "drover.azure-dps.rotate-policy-key";

const locatedSchema = z.object({ resourceGroup: z.string(), service: z.string() });

/** The service that a request writes to; undefined for one that only reads. @throws InvalidInputError */
export function writtenService({ type, fields }: OperationRequest): Where | undefined {
  if (type === "drover.azure-dps.read") return undefined;
  return parseAs(locatedSchema, fields, "resourceGroup and service of an Azure DPS request");
}

const putSchema = z.object(putPolicy);
const deletionSchema = z.object(deletePolicy);

/** The policy whose keys a request takes away from whoever uses them; undefined where all keys stay. @throws InvalidInputError */
export function replacedPolicy({ type, fields }: OperationRequest): string | undefined {
  if (type === "drover.azure-dps.delete-policy") {
    return parseAs(deletionSchema, fields, "the fields of a policy's deletion").policy;
  }
  if (type !== "drover.azure-dps.put-policy") return undefined;
  const { keyName, primaryKey, secondaryKey } = parseAs(putSchema, fields, "the fields of a policy").policy;
  return primaryKey === undefined && secondaryKey === undefined ? undefined : keyName;
}
