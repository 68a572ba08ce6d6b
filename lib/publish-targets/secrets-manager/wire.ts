import * as z from "zod/mini";

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export const secretValueSchema = z.object({
  VersionId: z.string().check(z.minLength(1), z.maxLength(64)),
  /** Absent where the value is binary. */
  SecretString: z.nullish(z.string()),
  /** Seconds since 1970. */
  CreatedDate: z.nullish(z.number()),
});

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
export const writtenSchema = z.object({ VersionId: z.string().check(z.minLength(1), z.maxLength(64)) });
