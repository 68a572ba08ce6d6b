import * as z from "zod/mini";
import { limits } from "../limits.ts";
import { secretValue } from "./secret-value.ts";

/** Fields stand as in the vendor's bodies where they have a place there; around them is what finds the service. */

const bounded = z.string().check(z.minLength(1), z.maxLength(limits.identifierLength));
const resourceGroup = z
  .string()
  .check(
    z.regex(
      /^[\w.()-]{1,89}[\w()-]$|^[\w()-]$/,
      "expected a resource group's name of 1 to 90 letters, digits, . _ - ( )",
    ),
  );
const service = z
  .string()
  .check(
    z.regex(
      /^(?![0-9]+$)(?!-)[a-zA-Z0-9-]{2,49}[a-zA-Z0-9]$/,
      "expected a service's name of 3 to 50 letters, digits and hyphens, not digits alone",
    ),
  );
const policyName = z
  .string()
  .check(z.regex(/^[A-Za-z0-9!._-]{1,64}$/, "expected a policy's name of 1 to 64 letters, digits, ! . _ -"));
const certificateName = z
  .string()
  .check(z.regex(/^[A-Za-z0-9._-]{1,64}$/, "expected a certificate's name of 1 to 64 letters, digits, . _ -"));
const hubName = z
  .string()
  .check(
    z.regex(/^[a-z0-9-]{3,50}(?:\.[a-z0-9-]+)+$/i, "expected the hub's host name, such as fleet.azure-devices.net"),
  );
const tags = z
  .record(
    z
      .string()
      .check(
        z.minLength(1),
        z.maxLength(512),
        z.regex(/^[^<>%&\\?/]+$/, "expected a tag's name without < > % & \\ ? /"),
      ),
    z.string().check(z.maxLength(256)),
  )
  .check(z.refine((all) => Object.keys(all).length <= 50, "expected at most 50 tags"));
const sku = z.strictObject({ name: bounded, capacity: z.int().check(z.minimum(1), z.maximum(1000)) });
const allocationPolicy = z.enum(["Hashed", "GeoLatency", "Static"]);
const weight = z.int().check(z.minimum(0), z.maximum(1000));

/** Of a certificate: public, so it may stand here as it is. */
const pem = z.string().check(
  z.maxLength(16 * 1024),
  z.regex(/^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/, "expected a certificate as PEM text"),
  z.refine((text) => !text.includes("PRIVATE KEY"), "expected a certificate without its private key"),
);

const located = { resourceGroup, service };

const rights = z
  .string()
  .check(
    z.refine(
      (text) => text.split(",").every((one) => knownRights.has(one.trim().toLowerCase())) && text.length <= 256,
      "expected rights out of ServiceConfig, EnrollmentRead, EnrollmentWrite, DeviceConnect, RegistrationStatusRead, RegistrationStatusWrite, separated by commas",
    ),
  );
const knownRights = new Set([
  "serviceconfig",
  "enrollmentread",
  "enrollmentwrite",
  "deviceconnect",
  "registrationstatusread",
  "registrationstatuswrite",
]);

const linkedHub = z.strictObject({
  connectionString: secretValue,
  location: bounded,
  applyAllocationPolicy: z.optional(z.boolean()),
  allocationWeight: z.optional(weight),
});

export const putService = {
  ...located,
  location: bounded,
  /** Its capacity is the number of units. */
  sku,
  /** Absent: as it is, or empty in a new service. Empty: none. */
  tags: z.optional(tags),
  properties: z.optional(
    z.strictObject({
      allocationPolicy: z.optional(allocationPolicy),
      /** Absent: as they are. Present: all there shall be, with hubs linked, changed and unlinked accordingly. */
      iotHubs: z.optional(z.array(linkedHub).check(z.maxLength(50))),
    }),
  ),
};

export const tagService = { ...located, tags };
export const deleteService = located;

export const putPolicy = {
  ...located,
  policy: z.strictObject({
    keyName: policyName,
    rights,
    /** Absent: those it has, or ones that the service makes for a new policy. */
    primaryKey: z.optional(secretValue),
    secondaryKey: z.optional(secretValue),
  }),
};
export const deletePolicy = { ...located, policy: policyName };

export const relinkHub = {
  ...located,
  hub: hubName,
  /** The hub's connection string, with the key that it has now. */
  connectionString: secretValue,
};

export const putCertificate = { ...located, certificate: certificateName, content: pem };
export const verifyCertificate = {
  ...located,
  certificate: certificateName,
  /** Uploaded first when it is given: what is there already stays. */
  content: z.optional(pem),
  /** The CA's private key as PEM. Absent: a person is handed the code, and reports the leaf. */
  signWith: z.optional(secretValue),
};
export const deleteCertificate = { ...located, certificate: certificateName };

/** What `.read` can ask for; keys are never answered. */
export const dpsReads = [
  "operations",
  "name-availability",
  "services",
  "service",
  "keys",
  "key",
  "certificates",
  "certificate",
  "skus",
  "operation-result",
] as const;
export type DpsRead = (typeof dpsReads)[number];

export const readDps = {
  read: z.enum(dpsReads),
  resourceGroup: z.optional(resourceGroup),
  service: z.optional(service),
  policy: z.optional(policyName),
  certificate: z.optional(certificateName),
  /** Of `operation-result`. */
  operationId: z.optional(z.string().check(z.regex(/^[A-Za-z0-9+/=_;-]{1,512}$/, "expected an operation's id"))),
};
type Located = "resourceGroup" | "service" | "policy" | "certificate" | "operationId";
export const readDpsRules = [
  z.refine<{ readonly read: DpsRead } & { readonly [K in Located]?: string | undefined }>(
    (data) => neededFor[data.read].every((key) => data[key] !== undefined),
    "expected what this read needs: service for all but operations and services, resourceGroup for all that name a service but name-availability, and policy, certificate or operationId where they are read",
  ),
] as const;
const ofService = ["resourceGroup", "service"] as const;
const neededFor = {
  operations: [],
  "name-availability": ["service"],
  services: [],
  service: ofService,
  keys: ofService,
  key: [...ofService, "policy"],
  certificates: ofService,
  certificate: [...ofService, "certificate"],
  skus: ofService,
  "operation-result": [...ofService, "operationId"],
} as const satisfies Record<DpsRead, readonly Located[]>;
