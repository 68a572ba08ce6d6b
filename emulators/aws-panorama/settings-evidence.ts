import type { Settings } from "./settings.ts";

/**
 * `model`: the service model says so. `documented`: a page of the vendor does. `unverified`: nothing read confirms it, and the service
 * was withdrawn on 2026-05-31, so nothing will. `chosen`: a figure of ours.
 */
export interface Evidence {
  readonly standing: "model" | "documented" | "unverified" | "chosen";
  readonly why: string;
}

const evidence = (standing: Evidence["standing"], why: string): Evidence => ({ standing, why });

export const settingsEvidence: { readonly [K in keyof Settings]: Evidence } = {
  accountId: evidence("chosen", "the account of the vendor's examples"),
  region: evidence("documented", "one of the six regions that the service was in"),
  signatureSkewMs: evidence("documented", "signatures of version 4 hold for five minutes"),
  deviceQuota: evidence("documented", "50 devices for each account and region, not adjustable"),
  quotaCountsDeleting: evidence("unverified", "a slot that is free only after the end of DELETING delays a second try"),
  throttling: evidence("documented", "5 requests a second in all, 1 for each operation that creates or modifies"),
  mutationBudget: evidence("unverified", "the page can mean each operation or all of them; all is less"),
  throttleAnswer: evidence("unverified", "not in the model; a 400 looks final to whoever reads the status only"),
  throttleRetryAfterSeconds: evidence("unverified", "without it the client has to choose a time itself"),
  sameName: evidence(
    "unverified",
    "the model has a conflict, no page says names are unique; a second device costs a slot",
  ),
  staticWithoutAddress: evidence("model", "optional in the model, though such a device reaches no network"),
  certificateLifetimeMs: evidence("documented", "five minutes"),
  expiredArchive: evidence("unverified", "a device that waits for ever tells nobody that its archive is dead"),
  archiveLayout: evidence("unverified", "what the archive has inside is not specified: nobody should look"),
  provisioningMs: evidence("chosen", "longer than a few polls"),
  connectMs: evidence("chosen", "provisioned is not online yet"),
  deletion: evidence("unverified", "the state is in the model, its order is not documented"),
  deleteMs: evidence("chosen", "longer than a few polls"),
  deleteWhileDeleting: evidence("unverified", "a repeated delete that meets a conflict looks like a foreign one"),
  listDelayMs: evidence("unverified", "a list right after a lost reply may not show the device yet"),
  describeDelayMs: evidence("unverified", "a new device may not be found at first"),
  pageSize: evidence("unverified", "small, so that nobody relies on one page"),
  filteredPages: evidence("unverified", "an empty page with a next one looks like the end to a careless client"),
  leaseMs: evidence("documented", "examples show about five days ahead"),
  jobStepMs: evidence("chosen", "longer than a few polls"),
};
