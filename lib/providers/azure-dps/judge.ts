import type { JsonObject } from "../../contracts/json.ts";
import type { Polled } from "../../contracts/provider.ts";
import type { Polling } from "./polling.ts";
import { quotedWord } from "./said.ts";
import { stateOf } from "./states.ts";
import type { ServiceDescription } from "./wire.ts";

export type Ended = Extract<Polled, { kind: "ended" }>;

/**
 * What the service itself says about a change of it.
 * @param confirmed whether the change is known to have ended well; if not, an unchanged ETag shows that it did not
 */
export function judge(description: ServiceDescription, polling: Polling, confirmed: boolean): Polled {
  const { properties, etag } = description;
  const state = stateOf(properties.state);
  if (state === undefined) return { kind: "unclear", status: `unknown state ${quotedWord(properties.state)}` };
  const provisioning = properties.provisioningState?.trim().toLowerCase();
  const goesOn = provisioning !== undefined && !["succeeded", "failed", "canceled"].includes(provisioning);
  if (state.kind === "failed") return failed(polling, state.name, state.code);
  if (polling.change === "delete") {
    if (state.kind === "leaving") return { kind: "in-progress", status: state.name };
    return { kind: "unclear", status: `the service is ${state.name}, and nothing tells what became of its deletion` };
  }
  if (state.kind === "leaving") return { kind: "gone", reason: `Service ${polling.service} is ${state.name}` };
  if (state.kind === "passing" || goesOn) return { kind: "in-progress", status: state.name };
  if (provisioning === "failed" || provisioning === "canceled") {
    return failed(polling, `provisioningState ${quotedWord(properties.provisioningState)}`, `change-${provisioning}`);
  }
  if (!confirmed && polling.etagBefore !== undefined && etag === polling.etagBefore) {
    return { kind: "unclear", status: `the service is ${state.name}, with the ETag from before the change` };
  }
  return ended(polling, { status: "Succeeded", outcome: "succeeded", result: resultOf(description, polling) });
}

export function judgeGone(polling: Polling): Polled {
  if (polling.change === "delete") return ended(polling, { status: "Deleted", outcome: "succeeded" });
  return { kind: "gone", reason: `Service ${polling.service} is not there any more` };
}

function failed(polling: Polling, status: string, code: string): Ended {
  const reason = `Azure ended the change of service ${polling.service} with ${status}`;
  return ended(polling, { status: "Failed", outcome: "failed", code, reason });
}

export function ended({ resourceGroup, service, note }: Polling, end: Omit<Ended, "kind" | "ids">): Ended {
  const reason = [end.reason, note].filter(Boolean).join("; ");
  return { kind: "ended", ...end, ...(reason === "" ? {} : { reason }), ids: { resourceGroup, service } };
}

/** What can be told of a service: no keys, no connection strings, not even masked ones. */
function resultOf({ location, properties }: ServiceDescription, { resourceGroup, service }: Polling): JsonObject {
  const { idScope, deviceProvisioningHostName, serviceOperationsHostName, allocationPolicy, state } = properties;
  const told = { location, idScope, deviceProvisioningHostName, serviceOperationsHostName, allocationPolicy, state };
  const known = Object.entries(told).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
  return { resourceGroup, service, ...Object.fromEntries(known) };
}
