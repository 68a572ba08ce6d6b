import * as z from "zod/mini";
import { durationMs, isDuration } from "./duration.ts";
import { limits } from "./limits.ts";

const name = z
  .string()
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected a name of letters, digits, . _ -"));
const duration = z.string().check(z.refine(isDuration, "expected an ISO 8601 duration such as P90D"));
const shortestPaceMs = 100;
const paceTime = z
  .string()
  .check(
    z.refine(
      (text) => isDuration(text) && durationMs(text) >= shortestPaceMs,
      "expected an ISO 8601 duration of at least PT0.1S, such as PT30S",
    ),
  );
const bounded = z.string().check(z.minLength(1), z.maxLength(limits.identifierLength));

/** `env:NAME`, `file:path` or `vault:name`: the only ways a secret is named. */
export const secretReferenceSchema = z
  .string()
  .check(
    z.regex(
      /^(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:.{1,1024}|vault:[A-Za-z0-9][A-Za-z0-9._-]{0,127})$/,
      "expected a reference such as env:NAME, file:path or vault:name: a secret itself never stands in the configuration, store it with `drover vault put NAME` and write vault:NAME",
    ),
  );

/** What a vault key looks like: 32 bytes in base64, as `openssl rand -base64 32` prints them. */
export const vaultKeyPattern = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** An https origin; http only on loopback, where emulators live. */
const endpoint = z.string().check(
  z.refine((text) => {
    const url = URL.parse(text);
    if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
      return false;
    return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  }, "expected an https URL without user, query or fragment (http only on loopback)"),
);

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

const origins = z.optional(z.array(endpoint).check(z.maxLength(16)));
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

/** Times that a provider has a default for: shorter for emulators and tests, longer for a slow service. */
const pace = z.strictObject({
  firstPoll: z.optional(paceTime),
  maxPoll: z.optional(paceTime),
  settling: z.optional(paceTime),
  lookEvery: z.optional(paceTime),
  requestTimeout: z.optional(paceTime),
});

/** A real service shows a new deployment minutes later: taking it for absent sooner would start it a second time. */
const settlingMinMs = 120_000;

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
  })
  .check(
    z.refine(({ endpoint, pace }) => settlesLongEnough(endpoint, pace?.settling), {
      message: "expected at least PT2M (less only for an endpoint on loopback)",
      path: ["pace", "settling"],
    }),
  );

function settlesLongEnough(endpointUrl: string, settling: string | undefined): boolean {
  if (settling === undefined || !isDuration(settling) || durationMs(settling) >= settlingMinMs) return true;
  return isLoopback(URL.parse(endpointUrl)?.hostname ?? "");
}

export const connectionSchema = z.discriminatedUnion("kind", [azureSphereConnectionSchema]);

export const configurationSchema = z.strictObject({
  $schema: z.optional(z.string()),
  version: z.literal(1),
  platform: z.strictObject({
    kind: z.literal("local"),
    /** Relative to the configuration file. */
    dataFolder: z._default(z.string().check(z.minLength(1), z.maxLength(1024)), "./data"),
    /** Messages handled at the same time. */
    concurrency: z._default(z.int().check(z.minimum(1), z.maximum(1024)), 64),
    /** What seals the vault: a reference to 32 bytes in base64. A key file inside the data folder when absent. */
    vaultKey: z.optional(secretReferenceSchema),
  }),
  connections: z.record(name, connectionSchema),
  retention: z._default(
    z.strictObject({
      /** How long a finished operation is kept whole. */
      operations: z._default(duration, "P90D"),
      /** How long its idempotency key is remembered; longer than messages can live. */
      idempotency: z._default(duration, "P400D"),
    }),
    { operations: "P90D", idempotency: "P400D" },
  ),
  sweep: z._default(z.strictObject({ every: z._default(duration, "PT5S") }), { every: "PT5S" }),
});

export type Configuration = z.output<typeof configurationSchema>;
export type ConnectionConfiguration = z.output<typeof connectionSchema>;
export type AzureSphereConnection = z.output<typeof azureSphereConnectionSchema>;
export type PaceConfiguration = z.output<typeof pace>;
export type EntraCredential = AzureSphereConnection["credential"];
