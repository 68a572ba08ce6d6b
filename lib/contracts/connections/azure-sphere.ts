import * as z from "zod/mini";
import {
  bounded,
  connectionLimits,
  endpoint,
  origins,
  pace,
  secretReferenceSchema,
  settlesLongEnough,
} from "./parts.ts";

const entraCredential = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("client-secret"),
    /** The Entra directory, not the Sphere tenant. */
    directoryId: z.guid(),
    clientId: z.guid(),
    secret: secretReferenceSchema,
    authority: z.optional(endpoint),
    scope: z.optional(bounded),
  }),
  z.strictObject({
    kind: z.literal("managed-identity"),
    /** Of a user-assigned identity; absent for the system-assigned one. */
    clientId: z.optional(z.guid()),
    scope: z.optional(bounded),
    authority: z.optional(endpoint),
  }),
]);
export type EntraCredential = z.output<typeof entraCredential>;

export const azureSphereConnectionSchema = z
  .strictObject({
    kind: z.literal("azure-sphere"),
    api: z.literal("legacy-v2"),
    endpoint: z._default(endpoint, "https://prod.core.sphere.azure.net"),
    /** The Sphere tenant, not the Entra directory. */
    sphereTenantId: z.guid(),
    credential: entraCredential,
    origins,
    pace: z.optional(pace),
    limits: z.optional(connectionLimits),
  })
  .check(
    z.refine(({ endpoint, pace }) => settlesLongEnough(endpoint, pace?.settling), {
      message: "expected at least PT2M (less only for an endpoint on loopback)",
      path: ["pace", "settling"],
    }),
  );
export type AzureSphereConnection = z.output<typeof azureSphereConnectionSchema>;
