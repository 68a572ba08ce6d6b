import * as z from "zod/mini";
import { awsCredential, awsRegion } from "./connections/aws.ts";
import { entraCredential } from "./connections/entra.ts";
import { bounded, endpoint, name, pace, settlesLongEnough } from "./connections/parts.ts";
import { isLoopback } from "./loopback.ts";

/** Where keys are published for their consumers, by name: requests name them, and the secrets within. */

/**
 * Required: what a request may publish to. Whoever may ask for a rotation must not be able to overwrite any other secret of the vault.
 * `*` stands for any characters.
 */
const secrets = z.array(bounded).check(z.minLength(1), z.maxLength(64));
const publishPace = z.pick(pace, { settling: true, lookEvery: true, requestTimeout: true });

/** Services have a host of their own; emulators on loopback share one, and are told apart by a path before everything else. */
const origin = endpoint.check(
  z.refine((text) => {
    const url = URL.parse(text);
    return url !== null && (url.pathname === "/" || isLoopback(url.hostname));
  }, "expected an origin without a path, such as https://host"),
);

const settling = {
  message: "expected at least PT2M (less only for an endpoint on loopback)",
  path: ["pace", "settling"],
};

/** @see https://learn.microsoft.com/rest/api/keyvault/secrets */
const keyVaultSchema = z
  .strictObject({
    kind: z.literal("key-vault"),
    /** The vault's own origin, such as https://fleet-keys.vault.azure.net. */
    url: origin,
    credential: entraCredential,
    secrets,
    apiVersion: z._default(
      z
        .string()
        .check(
          z.regex(
            /^(?:\d{1,2}\.\d{1,2}|\d{4}-\d{2}-\d{2})(?:-preview(?:\.\d{1,2})?)?$/,
            "expected a version such as 7.4",
          ),
        ),
      "7.4",
    ),
    pace: z.optional(publishPace),
  })
  .check(z.refine(({ url, pace }) => settlesLongEnough(url, pace?.settling), settling));

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference */
const secretsManagerSchema = z
  .strictObject({
    kind: z.literal("secrets-manager"),
    region: awsRegion,
    /** When absent, that of the region. */
    endpoint: z.optional(origin),
    credential: awsCredential,
    secrets,
    pace: z.optional(publishPace),
  })
  .check(z.refine(({ endpoint, pace }) => settlesLongEnough(endpoint ?? "", pace?.settling), settling));

/** The vault of this machine, where consumers run beside Drover or take the value from it. */
const localVaultSchema = z.strictObject({ kind: z.literal("local-vault"), secrets });

export const publishTargetSchema = z.discriminatedUnion("kind", [
  keyVaultSchema,
  secretsManagerSchema,
  localVaultSchema,
]);
export const publishTargetsSchema = z.record(name, publishTargetSchema);

export type PublishTargetConfiguration = z.output<typeof publishTargetSchema>;
export type KeyVaultTarget = z.output<typeof keyVaultSchema>;
export type SecretsManagerTarget = z.output<typeof secretsManagerSchema>;
export type LocalVaultTarget = z.output<typeof localVaultSchema>;
