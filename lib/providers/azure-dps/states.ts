/** What a `state` means: for somebody who wants to write, and for somebody who waits for a change to end. */
export interface State {
  readonly kind: "settled" | "passing" | "suspended" | "failed" | "leaving";
  /** Of an error that it leads to. */
  readonly code: string;
  /** What to do, as the end of a sentence. */
  readonly advice: string;
}

const waits = "it passes by itself";

/** `properties.state`, every value of the contract. @see https://learn.microsoft.com/rest/api/iot-dps/iot-dps-resource/get */
export const states = {
  Active: { kind: "settled", code: "active", advice: "nothing" },
  Activating: { kind: "passing", code: "in-transition", advice: waits },
  Transitioning: { kind: "passing", code: "in-transition", advice: waits },
  Suspending: { kind: "passing", code: "in-transition", advice: waits },
  Resuming: { kind: "passing", code: "in-transition", advice: waits },
  FailingOver: { kind: "passing", code: "in-transition", advice: waits },
  Suspended: {
    kind: "suspended",
    code: "service-suspended",
    advice: "make it active again, which is mostly a matter of its subscription, and submit the request again",
  },
  ActivationFailed: {
    kind: "failed",
    code: "activation-failed",
    advice: "delete it and create it again, or ask the vendor's support",
  },
  DeletionFailed: {
    kind: "failed",
    code: "deletion-failed",
    advice: "delete it again, or ask the vendor's support",
  },
  FailoverFailed: { kind: "failed", code: "failover-failed", advice: "ask the vendor's support" },
  Deleting: { kind: "leaving", code: "service-deleting", advice: "it is being deleted, so create it again first" },
  Deleted: { kind: "leaving", code: "service-deleted", advice: "it is deleted, so create it again first" },
} as const satisfies Record<string, State>;
export type StateName = keyof typeof states;

/** The row of a state as it came, without regard to case; undefined for one that nobody knows, and for none. */
export function stateOf(text: unknown): (State & { readonly name: StateName }) | undefined {
  if (typeof text !== "string") return undefined;
  const name = (Object.keys(states) as StateName[]).find((known) => known.toLowerCase() === text.trim().toLowerCase());
  return name === undefined ? undefined : { name, ...states[name] };
}
