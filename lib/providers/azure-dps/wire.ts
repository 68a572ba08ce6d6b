import * as z from "zod/mini";
import { Secret } from "../../contracts/secret.ts";

/**
 * Bodies of the management API, as far as they are read. Whatever is not needed to go on is optional, what nobody models is dropped, and
 * keys are a `Secret` from here on.
 * @see https://learn.microsoft.com/rest/api/iot-dps/iot-dps-resource
 */
const text = z.optional(z.nullable(z.string()));
const flag = z.optional(z.nullable(z.boolean()));
const number = z.optional(z.nullable(z.number()));
const anything = z.optional(z.unknown());
const secret = z.pipe(
  z.string(),
  z.transform((value) => new Secret(value)),
);
const optionalSecret = z.optional(z.nullable(secret));

export const hubSchema = z.object({
  name: text,
  /** With the key as `****`. */
  connectionString: optionalSecret,
  location: text,
  applyAllocationPolicy: flag,
  allocationWeight: number,
  authenticationType: text,
  selectedUserAssignedIdentityResourceId: text,
});
export type Hub = z.output<typeof hubSchema>;

const tagsSchema = z.record(z.string(), z.string());

/** Of what may hold keys only how many there are: what stands in a description is never written back. */
const counted = z.pipe(
  z.array(z.unknown()),
  z.transform((all) => all.length),
);

/** Absent, null and empty are kept apart where a write would take them for different things. */
export const serviceSchema = z.object({
  id: text,
  name: text,
  etag: text,
  location: z.string(),
  sku: z.object({ name: z.string(), tier: text, capacity: number }),
  tags: z.optional(z.nullable(tagsSchema)),
  identity: anything,
  properties: z.object({
    state: text,
    provisioningState: text,
    idScope: text,
    deviceProvisioningHostName: text,
    serviceOperationsHostName: text,
    allocationPolicy: text,
    iotHubs: z.optional(z.nullable(z.array(hubSchema))),
    authorizationPolicies: z.optional(z.nullable(counted)),
    publicNetworkAccess: anything,
    ipFilterRules: anything,
    privateEndpointConnections: anything,
    enableDataResidency: anything,
    portalOperationsHostName: anything,
    deviceRegistryNamespace: anything,
    disableLocalAuth: anything,
  }),
});
export type ServiceDescription = z.output<typeof serviceSchema>;

export const policySchema = z.object({
  keyName: z.string(),
  rights: z.string(),
  primaryKey: optionalSecret,
  secondaryKey: optionalSecret,
});
/** A policy as its keys were listed. */
export type ListedPolicy = z.output<typeof policySchema>;

export const certificateSchema = z.object({
  name: text,
  id: text,
  etag: text,
  properties: z.object({
    subject: text,
    expiry: text,
    thumbprint: text,
    isVerified: flag,
    created: text,
    updated: text,
  }),
});
export type Certificate = z.output<typeof certificateSchema>;

export const certificatesSchema = z.object({ value: z.array(certificateSchema) });

/** It stands in a subject, and in a command line that people are told to run: anything but hex digits would be read there as more. */
const verificationCode = z.string().check(z.regex(/^[0-9A-Fa-f]{32,64}$/, "expected 32 to 64 hex digits"));

export const verificationCodeSchema = z.object({
  ...certificateSchema.shape,
  properties: z.object({
    ...certificateSchema.shape.properties.shape,
    verificationCode,
    /** Newer api-versions show it here, and nowhere else. */
    certificate: text,
  }),
});
export type VerificationCode = z.output<typeof verificationCodeSchema>;

export const nameAvailabilitySchema = z.object({
  /** `reason` is "Invalid" even of a name that is free. */
  nameAvailable: z.boolean(),
  message: text,
});
export type NameAvailability = z.output<typeof nameAvailabilitySchema>;

export const operationSchema = z.object({
  name: z.string(),
  display: z.optional(z.nullable(z.object({ provider: text, resource: text, operation: text }))),
});
export type ListedOperation = z.output<typeof operationSchema>;

export const skuSchema = z.object({ name: z.string() });
export type Sku = z.output<typeof skuSchema>;

/** What a status URL answers. Its `error` is read apart, with what it may show. */
export const operationResultSchema = z.nullable(
  z.object({
    status: anything,
    error: z.optional(z.nullable(z.object({ code: anything, message: text, details: anything }))),
  }),
);
export type OperationResult = z.output<typeof operationResultSchema>;

/** `value` is required: an answer that merely lacks it must not pass for an empty list. */
export function pageSchema<Item extends z.core.$ZodType>(item: Item) {
  return z.object({ value: z.array(item), nextLink: text });
}
