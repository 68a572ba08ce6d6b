import * as z from "zod/mini";
import { awsCredential, awsRegion } from "./aws.ts";
import { bounded, connectionLimits, endpoint, pace, settlesLongEnough } from "./parts.ts";

/**
 * Fleet provisioning of AWS IoT Core in one account and region.
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_CreateProvisioningClaim.html
 */
export const awsIotConnectionSchema = z
  .strictObject({
    kind: z.literal("aws-iot"),
    region: awsRegion,
    /** When absent, that of the region. */
    endpoint: z.optional(endpoint),
    credential: awsCredential,
    /**
     * Required: the templates that requests may name, as a claim is good for every device that a template lets in. `*` stands for any
     * characters.
     */
    templates: z.array(bounded).check(z.minLength(1), z.maxLength(64)),
    pace: z.optional(pace),
    limits: z.optional(connectionLimits),
  })
  .check(
    z.refine(({ endpoint, pace }) => settlesLongEnough(endpoint ?? "", pace?.settling), {
      message: "expected at least PT2M (less only for an endpoint on loopback)",
      path: ["pace", "settling"],
    }),
  );
export type AwsIotConnection = z.output<typeof awsIotConnectionSchema>;
