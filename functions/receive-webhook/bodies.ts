import * as z from "zod/mini";
import { component, described, flag } from "../../lib/contracts/described.ts";
import { durationMs, isDuration } from "../../lib/contracts/duration.ts";
import { limits } from "../../lib/contracts/limits.ts";
import { putCertificate } from "../../lib/contracts/requests/azure-dps.ts";
import { deploymentStatuses, heatDeploy, softwareConfig } from "../../lib/contracts/requests/heat.ts";

/** Bodies of requests that are no events. */

const note = z.optional(described("Why, for the history.", z.string().check(z.maxLength(limits.reasonLength))));
export const noteSchema = component("Note", "Why something is done. May be left out.", z.strictObject({ note }));

export const resolveSchema = component(
  "Resolve",
  "What has happened at the provider.",
  z.strictObject({
    as: described("What has happened.", z.enum(["succeeded", "failed", "not-done"])),
    note: described(
      "How you know.",
      z.string().check(z.minLength(1, "expected a note that says how you know"), z.maxLength(limits.reasonLength)),
    ),
  }),
);

export const extendSchema = component(
  "Extend",
  "How much longer an operation waits.",
  z.strictObject({
    by: described(
      "As an ISO 8601 duration, such as PT6H.",
      z
        .string()
        .check(
          z.refine(
            (text) => isDuration(text) && durationMs(text) >= 1_000 && durationMs(text) <= limits.deadlineMaxMs,
            "expected an ISO 8601 duration from PT1S to P400D, such as PT6H",
          ),
        ),
    ),
    note,
  }),
);

export const acknowledgeSchema = component(
  "Acknowledge",
  "Who uses the key that was published.",
  z.strictObject({
    consumer: described(
      "One out of `consumers.acknowledge` of the request.",
      z
        .string()
        .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "expected a consumer's name of letters, digits, . _ -")),
    ),
    note,
  }),
);

export const reportSchema = component(
  "Report",
  "How a deployment ended.",
  z.strictObject({
    status: described("How.", z.enum(["COMPLETE", "FAILED"])),
    reason: z.optional(
      described(
        "Why, for the history and the provider.",
        z.string().check(z.minLength(1), z.maxLength(limits.reasonLength)),
      ),
    ),
  }),
);

export const supplySchema = component(
  "Supply",
  "What an operation waits for.",
  z.strictObject({
    certificate: described(
      "The certificate that proves possession of the CA's key, as PEM text. Never a private key.",
      putCertificate.content,
    ),
  }),
);

export const enableSchema = component(
  "EnableSink",
  "From where a sink goes on.",
  z.strictObject({ skipMissed: z.optional(flag("With the next event instead of where it stopped.")) }),
);

const position = (description: string) => described(description, z.int().check(z.minimum(0)));
export const replaySchema = component(
  "ReplaySink",
  "Which events are handed over again.",
  z.strictObject({
    after: position("The first one is the one after this position."),
    through: position("Position of the last one."),
  }),
);

/** What Heat itself takes at most. */
export const heatBodyBytes = 1024 * 1024;

/** As for a request, except that Heat's own default group is fine: whoever makes a config by hand may give it one elsewhere. */
export const configSchema = component(
  "NewSoftwareConfig",
  "A software config to make.",
  z.extend(softwareConfig, {
    config: z.optional(z.string()),
    group: z.optional(z.union([z.literal("Heat::Ungrouped"), softwareConfig.shape.group])),
  }),
);

const { status_reason } = heatDeploy.deployment.shape;
export const deploymentChangeSchema = component(
  "DeploymentChange",
  "What is set on a deployment. Values that are left out stay; one at least is needed.",
  z
    .strictObject({
      status: z.optional(described("How the deployment stands.", z.enum(deploymentStatuses))),
      status_reason,
      output_values: z.optional(described("What the script answered.", z.record(z.string(), z.json()))),
    })
    .check(z.refine((change) => Object.keys(change).length > 0, "expected status, status_reason or output_values")),
);

/** Bytes of one secret. */
export const secretBytes = 64 * 1024;
