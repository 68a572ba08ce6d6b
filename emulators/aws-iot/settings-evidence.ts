import type { Settings } from "./settings.ts";

/** `model`: the service model says so. `documented`: a page of the vendor does. `unverified`: nothing read confirms it. `chosen`: ours. */
export interface Evidence {
  readonly standing: "model" | "documented" | "unverified" | "chosen";
  readonly why: string;
}

const evidence = (standing: Evidence["standing"], why: string): Evidence => ({ standing, why });

export const settingsEvidence: { readonly [K in keyof Settings]: Evidence } = {
  accountId: evidence("chosen", "the account of the vendor's examples"),
  region: evidence("chosen", "a region that the service is in"),
  signatureSkewMs: evidence("documented", "signatures of version 4 hold for five minutes"),
  claimLifetimeMs: evidence("documented", "a provisioning claim holds for five minutes"),
  callsPerSecond: evidence("unverified", "each operation has a quota for the account; the figure was not read"),
  throttleStatus: evidence("model", "ThrottlingException is a 400 in the model of this service"),
  throttleRetryAfterSeconds: evidence("unverified", "without it the client has to choose a time itself"),
  disabledTemplate: evidence("unverified", "a claim that no device can use would be handed out as if it were good"),
  pageSize: evidence("unverified", "small, so that nobody relies on one page"),
};
