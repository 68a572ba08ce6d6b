import * as z from "zod/mini";
import { entraCredential } from "./entra.ts";
import { connectionLimits, endpoint, origins, pace, settlesLongEnough } from "./parts.ts";

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
