import * as z from "zod/mini";

const seconds = z.nullish(z.number());

/** @see https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#secretbundle */
const about = {
  /** Ends in the version. */
  id: z.string().check(z.regex(/\/secrets\/[0-9a-zA-Z-]{1,127}\/[0-9a-zA-Z-]{1,64}$/)),
  attributes: z.object({ enabled: z.nullish(z.boolean()), created: seconds, nbf: seconds, exp: seconds }),
};

export const secretSchema = z.object({
  ...about,
  value: z.string(),
  tags: z.nullish(z.record(z.string(), z.string())),
});
export const writtenSchema = z.object({ id: about.id });
export type SecretBundle = z.output<typeof secretSchema>;

export function versionIn({ id }: { readonly id: string }): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
