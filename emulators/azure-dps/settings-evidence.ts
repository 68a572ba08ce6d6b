import type { Settings } from "./settings.ts";

/**
 * `recorded`: seen in traffic of the real service. `contract`: the published API description. `documented`: a page or an issue says so.
 * `unverified`: nothing read confirms it. `chosen`: a figure of ours.
 */
export interface Evidence {
  readonly standing: "recorded" | "contract" | "documented" | "unverified" | "chosen";
  readonly why: string;
}

const evidence = (standing: Evidence["standing"], why: string): Evidence => ({ standing, why });

export const settingsEvidence: { readonly [K in keyof Settings]: Evidence } = {
  staleEtag: evidence("unverified", "ignored means the last writer wins, and nobody hears of it"),
  etagFrom: evidence("unverified", "the command line sends the etag in the body; the contract declares no header"),
  absentPolicies: evidence("unverified", "the policies survive (recorded); that their key values do is not shown"),
  emptyPolicies: evidence("unverified", "the body of a read written back would delete every policy"),
  missingKeys: evidence("unverified", "new keys at once would lock out whoever uses the old ones"),
  absentHubs: evidence("unverified", "unlinking stops every registration"),
  maskedHub: evidence("recorded", "accepted and still linked; that the secret is kept is relied upon by everybody"),
  maskedHubOtherKeyName: evidence("unverified", "stars stored as the key break the link"),
  absentAllocationPolicy: evidence("unverified", "falls back to Hashed on create; an update may do the same"),
  newerProperties: evidence("unverified", "a reset would reopen a network or allow keys again"),
  policiesInGet: evidence("recorded", "absent in real answers; the examples of the contract show []"),
  transitioningStatus: evidence("unverified", "the message is documented, its status is not"),
  transitioningCode: evidence("unverified", "invented: no number of it is published"),
  errorShape: evidence("recorded", "a numeric code in camelCase; the contract claims strings in PascalCase"),
  createMs: evidence("recorded", "done when polled again after 30 s"),
  updateMs: evidence("recorded", "running after 1 s, done after 30 s"),
  deleteMs: evidence("recorded", "done within 15 s"),
  operationRetentionMs: evidence("unverified", "short, so that nobody relies on it"),
  statusUrl: evidence("recorded", "signed and about 3 kB since 2023, short in 2022"),
  tamperedStatusUrl: evidence("unverified", "401 or 403"),
  acceptRetryAfterSeconds: evidence("recorded", "none was ever sent"),
  pollRetryAfterSeconds: evidence("recorded", "none was ever sent"),
  patchStatus: evidence("contract", "200; newer descriptions have 201 and 202"),
  deleteMissing: evidence("contract", "204 and 404 are both declared"),
  deletePoll: evidence("recorded", "Succeeded; the contract also means 404 by done"),
  deletedMetadataMs: evidence("contract", "204 while metadata exists, then 404"),
  certificateUpdateWithoutEtag: evidence("contract", "optional in the contract, whose text needs it for an update"),
  collapsedRights: evidence("documented", "issues 9285 and 10356 of azure-rest-api-specs"),
  pageSize: evidence("contract", "five lists are pageable; no page size is known"),
  throttling: evidence("documented", "Azure Resource Manager since 2024"),
  throttleRetryAfterSeconds: evidence("recorded", "minutes are normal"),
  rateLimitHeaders: evidence("recorded", "on writes and deletes, nothing on reads and polls"),
  noDataResidencyIn: evidence("recorded", "400309 in a region without it"),
  publicUrl: evidence("chosen", "the service says management.azure.com"),
  tokenLifetimeSeconds: evidence("documented", "Entra says 3599 for an hour"),
  unquotedEnrollmentEtag: evidence("documented", "issue 3076 of azure-iot-sdk-csharp"),
  enrollmentWithoutEtag: evidence("documented", "issue 3076 of azure-iot-sdk-csharp"),
  attestationRight: evidence("unverified", "reading keys may ask for more than reading"),
  suspendedDataPlane: evidence("unverified", "a suspended service may refuse everything"),
  assignMs: evidence("chosen", "a device polls at least once"),
};
