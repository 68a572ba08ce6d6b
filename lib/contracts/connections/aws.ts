import * as z from "zod/mini";
import { secretReferenceSchema } from "./parts.ts";

/** What everything of AWS has in common: who signs, and for which region. */

export const awsRegion = z
  .string()
  .check(z.regex(/^[a-z]{2,8}(?:-[a-z]{1,16}){1,3}-\d{1,2}$/, "expected a region such as eu-central-1"));

const accessKey = z.strictObject({
  kind: z.literal("access-key"),
  accessKeyId: z.string().check(z.regex(/^\w{16,128}$/, "expected the id of an access key, such as AKIA…")),
  secretAccessKey: secretReferenceSchema,
  sessionToken: z.optional(secretReferenceSchema),
});
/** What AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN say: on Lambda those of its role. */
const environment = z.strictObject({ kind: z.literal("environment") });

/** Whose signature requests carry. */
export const awsCredential = z.discriminatedUnion("kind", [accessKey, environment]);
export type AwsCredential = z.output<typeof awsCredential>;
