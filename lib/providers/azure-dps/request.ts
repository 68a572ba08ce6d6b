import * as z from "zod/mini";
import { parseAs } from "../../contracts/parse.ts";
import type { OperationRequest } from "../../contracts/request.ts";
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
