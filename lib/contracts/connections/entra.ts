import * as z from "zod/mini";
import { bounded, endpoint, secretReferenceSchema } from "./parts.ts";

/** Who logs in at Entra. */
export const entraCredential = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("client-secret"),
    /** The Entra directory: for Azure Sphere not the Sphere tenant. */
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
