import type { Report } from "../../contracts/provider.ts";
import type { Parts } from "./parts.ts";
import type { Deploy, Handle } from "./request.ts";
import { deploymentSchema } from "./wire.ts";

/** Bytes of Heat's column: a longer reason comes back as a 500. */
const reasonMaxBytes = 65_535;

/**
 * Says how it ended; the same again changes nothing but `updated_time`. `config_id` and `action` are what Rackspace asks for.
 * @see https://docs.openstack.org/api-ref/orchestration/v1/#update-deployment
 */
export async function report(
  { client }: Parts,
  { action }: Deploy,
  { deploymentId, configId }: Handle,
  { status, reason = `Reported as ${status}` }: Report,
  signal: AbortSignal,
): Promise<void> {
  await client.read(
    {
      method: "PUT",
      path: `/software_deployments/${encodeURIComponent(deploymentId)}`,
      about: `the end of deployment ${deploymentId}`,
      operation: "update-deployment",
      body: {
        contentType: "application/json",
        text: JSON.stringify({ config_id: configId, action, status, status_reason: storable(reason) }),
      },
    },
    deploymentSchema,
    signal,
  );
}

/** Without characters that older tables refuse, and no longer than the column. */
function storable(reason: string): string {
  const text = reason.replace(/[\u{10000}-\u{10ffff}]/gu, "?");
  const bytes = Buffer.from(text);
  return bytes.byteLength <= reasonMaxBytes
    ? text
    : bytes
        .subarray(0, reasonMaxBytes - 3)
        .toString()
        .replace(/\uFFFD$/, "");
}
