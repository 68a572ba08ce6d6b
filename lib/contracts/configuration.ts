import * as z from "zod/mini";
import { approvalsSchema, clientsSchema, withoutApprovalSchema } from "./client.ts";
import { awsIotConnectionSchema } from "./connections/aws-iot.ts";
import { awsPanoramaConnectionSchema } from "./connections/aws-panorama.ts";
import { azureDpsConnectionSchema } from "./connections/azure-dps.ts";
import { azureSphereConnectionSchema } from "./connections/azure-sphere.ts";
import { heatConnectionSchema } from "./connections/heat.ts";
import { name, secretReferenceSchema } from "./connections/parts.ts";
import { isDuration } from "./duration.ts";
import { limits } from "./limits.ts";
import { publishTargetsSchema } from "./publish-targets.ts";
import { schedulesSchema } from "./schedule.ts";
import { sinksSchema } from "./sink.ts";

export type { AwsIotConnection } from "./connections/aws-iot.ts";
export type { AwsPanoramaConnection } from "./connections/aws-panorama.ts";
export type { AzureDpsConnection } from "./connections/azure-dps.ts";
export type { AzureSphereConnection } from "./connections/azure-sphere.ts";
export type { EntraCredential } from "./connections/entra.ts";
export type { HeatConnection } from "./connections/heat.ts";
export {
  type ConnectionLimits,
  type PaceConfiguration,
  secretReferenceSchema,
} from "./connections/parts.ts";

const duration = z.string().check(z.refine(isDuration, "expected an ISO 8601 duration such as P90D"));

/** What a vault key looks like: 32 bytes in base64, as `openssl rand -base64 32` prints them. */
export const vaultKeyPattern = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

export const connectionSchema = z.discriminatedUnion("kind", [
  azureSphereConnectionSchema,
  heatConnectionSchema,
  azureDpsConnectionSchema,
  awsPanoramaConnectionSchema,
  awsIotConnectionSchema,
]);

/** One process on one machine, with a folder of its own. */
const localPlatformSchema = z.strictObject({
  kind: z.literal("local"),
  /** Relative to the configuration file. */
  dataFolder: z._default(z.string().check(z.minLength(1), z.maxLength(1024)), "./data"),
  /** Messages handled at the same time. */
  concurrency: z._default(z.int().check(z.minimum(1), z.maximum(1024)), 64),
  /** What seals the vault: a reference to 32 bytes in base64. A key file inside the data folder when absent. */
  vaultKey: z.optional(secretReferenceSchema),
});

/** Functions on AWS Lambda. Where their table, queues and buckets are stands in their environment; how many run at once, in their triggers. */
const awsPlatformSchema = z.strictObject({ kind: z.literal("aws") });

/** Functions on Azure. Where their table, queues, topic and vault are stands in the app's settings. */
const azurePlatformSchema = z.strictObject({ kind: z.literal("azure") });

export const platformSchema = z.discriminatedUnion("kind", [
  localPlatformSchema,
  awsPlatformSchema,
  azurePlatformSchema,
]);

export const configurationSchema = z.strictObject({
  $schema: z.optional(z.string()),
  version: z.literal(1),
  platform: platformSchema,
  connections: z.record(name, connectionSchema),
  /** Where clients reach it over HTTP; without clients nobody is let in. */
  http: z.optional(
    z.strictObject({
      listen: z._default(
        z
          .string()
          .check(
            z.regex(
              /^(?:\[[0-9A-Fa-f:]+\]|[\w.-]+):\d{1,5}$/,
              "expected a host and a port, such as 127.0.0.1:8080 or [::1]:8080",
            ),
          ),
        "127.0.0.1:8080",
      ),
      /** Senders that are told, before they send anything, that they may: `eventgrid.azure.net`. */
      webhookOrigins: z._default(
        z.array(z.string().check(z.minLength(1), z.maxLength(limits.identifierLength))).check(z.maxLength(16)),
        [],
      ),
    }),
  ),
  clients: z._default(clientsSchema, {}),
  /** Receivers of events over HTTP. */
  sinks: z._default(sinksSchema, {}),
  /** Where keys are published for their consumers. */
  publishTargets: z._default(publishTargetsSchema, {}),
  approvals: approvalsSchema,
  withoutApproval: withoutApprovalSchema,
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
  /** Requests that Drover submits by itself. */
  schedules: z._default(schedulesSchema, []),
});

export type Configuration = z.output<typeof configurationSchema>;
export type PlatformConfiguration = z.output<typeof platformSchema>;
export type LocalPlatformConfiguration = z.output<typeof localPlatformSchema>;
export type ConnectionConfiguration = z.output<typeof connectionSchema>;
