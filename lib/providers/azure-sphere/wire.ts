import * as z from "zod/mini";

/**
 * The v2 API's objects, as far as they are read. Absent values come as null, and nobody promises that they come at all; what is not
 * needed to go on is therefore optional, and enums stay unchecked numbers until their table is asked.
 * @see https://learn.microsoft.com/rest/api/azure-sphere/ v2
 */
const text = z.optional(z.nullable(z.string()));
const id = z.guid();

export const operationSchema = z.object({
  OperationId: id,
  TenantId: text,
  OperationType: z.optional(z.unknown()),
  State: z.optional(z.unknown()),
  Error: z.optional(z.nullable(z.object({ Code: z.optional(z.unknown()), Message: text }))),
  CompletedDateUTC: text,
  ResourceLocation: text,
});
export type SphereOperation = z.output<typeof operationSchema>;

export const deploymentSchema = z.object({
  Id: id,
  TenantId: text,
  DeployedImages: z.optional(z.nullable(z.array(z.string()))),
  /** `Utc` here, `UTC` in an operation. */
  DeploymentDateUtc: text,
});
export type SphereDeployment = z.output<typeof deploymentSchema>;

/** `Items` is required: an answer that merely lacks it must never pass for an empty history, which would prove an absence. */
export const deploymentPageSchema = z.object({
  Items: z.array(deploymentSchema),
  /** It goes back in a request header, where other characters are not allowed. */
  ContinuationToken: z.optional(z.nullable(z.string().check(z.regex(/^[\x20-\x7e]{0,8192}$/, "not fit for a header")))),
});

export const deviceGroupSchema = z.object({
  Id: id,
  TenantId: text,
  Name: text,
  UpdatePolicy: z.optional(z.unknown()),
  CurrentDeployment: z.optional(z.nullable(deploymentSchema)),
});

export const imageSchema = z.object({
  Id: id,
  Name: text,
  ComponentId: text,
  Type: z.optional(z.unknown()),
});
export type SphereImage = z.output<typeof imageSchema>;

/** The reference says string, its sample shows an object. */
export const imageStatusSchema = z.union([z.string(), z.object({ Status: z.string() })]);

export const tenantsSchema = z.array(z.object({ Id: id, Name: text }));

export const rolesSchema = z.object({
  Roles: z.optional(
    z.nullable(z.array(z.object({ TenantId: text, RoleNames: z.optional(z.nullable(z.array(z.string()))) }))),
  ),
});

/** HTTP errors are an array of these. Gateways send single objects of other shapes. */
const problemSchema = z.object({ ErrorCode: text, Title: text, Detail: text, Extensions: z.optional(z.unknown()) });
export const problemsSchema = z.array(problemSchema).check(z.minLength(1));
export const gatewayProblemSchema = z.union([
  z.object({ error: z.object({ code: text, message: text }) }),
  z.object({ ErrorCode: text, Title: text, Detail: text, Message: text, message: text }),
]);
