import * as z from "zod/mini";
import { limits } from "../limits.ts";
import { awsCredential, awsRegion } from "./aws.ts";
import { connectionLimits, endpointRule, origins, pace, settlesLongEnough } from "./parts.ts";

/** The service allowed one call a second that creates or modifies: somewhat less, as others call it too. */
const changesPerMinute = 50;

/**
 * Appliances of AWS Panorama in one account and region. AWS withdrew its public service on 2026-05-31: there is no endpoint to default to.
 * @see https://docs.aws.amazon.com/panorama/latest/api/Welcome.html
 */
export const awsPanoramaConnectionSchema = z
  .strictObject({
    kind: z.literal("aws-panorama"),
    /** Of a service that is compatible, or of the emulator. */
    endpoint: z
      .string("expected the URL of a compatible service: AWS withdrew its own on 2026-05-31")
      .check(endpointRule),
    region: awsRegion,
    credential: awsCredential,
    origins,
    pace: z.optional(pace),
    limits: z._default(
      z.extend(connectionLimits, {
        changesPerMinute: z._default(
          z.int().check(z.minimum(1), z.maximum(limits.changesPerMinuteMax)),
          changesPerMinute,
        ),
      }),
      { changesPerMinute },
    ),
  })
  .check(
    z.refine(({ endpoint, pace }) => settlesLongEnough(endpoint, pace?.settling), {
      message: "expected at least PT2M (less only for an endpoint on loopback)",
      path: ["pace", "settling"],
    }),
  );
export type AwsPanoramaConnection = z.output<typeof awsPanoramaConnectionSchema>;
