import * as z from "zod/mini";

/** `vault:` only: a request must not read the environment or the files of the host. */
export const secretValue = z.strictObject({
  $secret: z
    .string()
    .check(z.regex(/^vault:[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "expected a reference such as vault:app-db")),
});
export type SecretValue = z.output<typeof secretValue>;

export function isSecretValue(value: unknown): value is SecretValue {
  return secretValue.safeParse(value).success;
}
