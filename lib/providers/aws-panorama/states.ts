import type { Ended } from "../../contracts/provider.ts";

export type DeviceState =
  | { readonly kind: "unused" | "in-use" | "being-removed" }
  | { readonly kind: "ended"; readonly outcome: Ended["outcome"]; readonly code?: string; readonly reason?: string };

/**
 * `DeviceStatus`, exhaustive for the model 2019-07-24.
 * @see https://docs.aws.amazon.com/panorama/latest/api/API_ProvisionDevice.html
 */
const states: Readonly<Record<string, DeviceState>> = {
  /** Also for good, once its archive has expired. */
  AWAITING_PROVISIONING: { kind: "unused" },
  PENDING: { kind: "in-use" },
  SUCCEEDED: { kind: "ended", outcome: "succeeded" },
  FAILED: {
    kind: "ended",
    outcome: "failed",
    code: "provisioning-failed",
    reason: "The appliance could not be provisioned",
  },
  ERROR: {
    kind: "ended",
    outcome: "failed",
    code: "provisioning-error",
    reason: "The service met an error while the appliance was provisioned",
  },
  DELETING: { kind: "being-removed" },
};

/** Undefined for a word that nobody knows. */
export function stateOf(status: unknown): DeviceState | undefined {
  return typeof status === "string" && Object.hasOwn(states, status) ? states[status] : undefined;
}
