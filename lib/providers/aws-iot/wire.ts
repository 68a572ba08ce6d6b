import * as z from "zod/mini";

/** The service's answers, as far as they are read. Every member is optional in the model. */
const text = z.catch(z.optional(z.string()), undefined);

export const templateSchema = z.object({ templateName: text, enabled: z.catch(z.optional(z.boolean()), undefined) });
export const templatesSchema = z.object({ templates: z.array(z.object({ templateName: text })) });

export const claimSchema = z.object({
  certificateId: z.catch(z.optional(z.string().check(z.regex(/^(?:0x)?[a-fA-F0-9]{1,64}$/))), undefined),
  certificatePem: z.optional(z.unknown()),
  /** Secrets from here on: see claim.ts. */
  keyPair: z.optional(z.unknown()),
  /** Seconds since 1970 by the service's clock, with a fraction. */
  expiration: z.catch(z.optional(z.number()), undefined),
});
