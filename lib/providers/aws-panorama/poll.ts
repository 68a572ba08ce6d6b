import type { CallContext, Polled } from "../../contracts/provider.ts";
import { look } from "./looks.ts";
import type { Parts } from "./parts.ts";
import type { Handle } from "./request.ts";
import { endedOf, statusOf } from "./seen.ts";
import { stateOf } from "./states.ts";

/** How a device goes on whose archive was handed over. */
export async function poll(
  { client }: Parts,
  { deviceId, name, untilMs }: Handle,
  { signal, nowMs }: CallContext,
): Promise<Polled> {
  const described = await look(() => client.describe(deviceId, signal));
  if (described === undefined) return { kind: "gone", reason: `There is no device ${deviceId} any more` };
  const { device, requestId } = described;
  const id = requestId === undefined ? {} : { requestId };
  const state = stateOf(device.ProvisioningStatus);
  const status = statusOf(device, state);
  if (state === undefined) return { kind: "unclear", status, ...id };
  switch (state.kind) {
    case "in-use":
      return { kind: "in-progress", status, ...id };
    case "ended":
      return { kind: "ended", ...endedOf(deviceId, described, state) };
    case "being-removed":
      return { kind: "gone", reason: `Device ${deviceId} is being deleted`, ...id };
    case "unused":
      if (nowMs < untilMs) return { kind: "in-progress", status, ...id };
      return {
        kind: "ended",
        ...endedOf(deviceId, described, {
          kind: "ended",
          outcome: "failed",
          code: "not-used",
          reason: `No appliance has shown itself with the archive of device ${name}, and its certificate has died`,
        }),
      };
  }
}
