import * as z from "zod/mini";
import { parseAs } from "../../contracts/parse.ts";
import type { OperationRequest } from "../../contracts/request.ts";
import { azureSphereDeploy } from "../../contracts/requests/azure-sphere.ts";

const fieldsSchema = z.object(azureSphereDeploy);

export type DeployFields = z.output<typeof fieldsSchema>;

/** @throws InvalidInputError */
export function fieldsOf(request: OperationRequest): DeployFields {
  return parseAs(fieldsSchema, request.fields, "the fields of an Azure Sphere deployment");
}

const handleSchema = z.union([
  z.object({ operationId: z.guid(), deviceGroupId: z.guid() }),
  z.object({ deploymentId: z.guid(), deviceGroupId: z.guid() }),
]);

/** Where a deployment is found again: by its operation, or, when the answer that named the operation was lost, by itself. */
export type Handle = z.output<typeof handleSchema>;

/** @throws InvalidInputError */
export function handleOf(handle: unknown): Handle {
  return parseAs(handleSchema, handle, "the handle of an Azure Sphere deployment");
}
