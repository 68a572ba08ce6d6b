/**
 * Everything that is not certain about the real service, as switches. `settingsEvidence` says what is known about each; where nothing
 * confirms a behaviour, the default is the reading that does the most harm to a careless client.
 */
export interface Settings {
  /** What a write with an etag that is not the current one meets. */
  readonly staleEtag: "ignore" | "refuse-412" | "refuse-409";
  /** Where a write's etag is looked for. */
  readonly etagFrom: "header-and-body" | "header" | "body";
  /** A PUT without `authorizationPolicies`: the policies stay, but do their key values? */
  readonly absentPolicies: "regenerate-values" | "keep";
  /** A PUT with `authorizationPolicies: []`. */
  readonly emptyPolicies: "delete-all" | "keep";
  /** A PUT with a known policy that misses one key or both. */
  readonly missingKeys: "regenerate" | "keep";
  readonly absentHubs: "unlink" | "keep";
  /** `SharedAccessKey=****` for a linked hub: the stored secret stays, or the stars take its place. */
  readonly maskedHub: "keep-secret" | "store-mask";
  /** `SharedAccessKey=****` with another `SharedAccessKeyName` than the stored one. */
  readonly maskedHubOtherKeyName: "store-mask" | "keep-secret" | "refuse-400";
  readonly absentAllocationPolicy: "default" | "keep";
  /** Properties that the api-version of a PUT does not know. */
  readonly newerProperties: "reset" | "keep";
  readonly policiesInGet: "absent" | "empty";
  /** A write while another operation runs. */
  readonly transitioningStatus: 409 | 400;
  readonly transitioningCode: number;
  /** Shape of the provider's own errors. */
  readonly errorShape: "numeric" | "pascal";
  readonly createMs: number;
  readonly updateMs: number;
  readonly deleteMs: number;
  /** Results of operations answer 404 this long after the end; null keeps them. */
  readonly operationRetentionMs: number | null;
  readonly statusUrl: "signed-long" | "short";
  readonly tamperedStatusUrl: 401 | 403;
  /** Sent with an accepted write; null sends none. */
  readonly acceptRetryAfterSeconds: number | null;
  /** Sent with a poll that shows no end; null sends none. */
  readonly pollRetryAfterSeconds: number | null;
  readonly patchStatus: 200 | 201 | 202;
  readonly deleteMissing: 404 | 204;
  /** What the `Azure-AsyncOperation` of a finished DELETE says. */
  readonly deletePoll: "succeeded" | "not-found";
  /** How long `Location` of a finished DELETE answers 204 before 404. */
  readonly deletedMetadataMs: number;
  /** A PUT of a certificate that exists, without `If-Match`. */
  readonly certificateUpdateWithoutEtag: "refuse-400" | "accept";
  /** Whether GET and lists give rights without those implied by others. */
  readonly collapsedRights: boolean;
  /** Items per page of the pageable lists; null puts all on one. */
  readonly pageSize: number | null;
  /** Token buckets of the front door for each subscription and principal; null throttles nobody. */
  readonly throttling: Throttling | null;
  readonly throttleRetryAfterSeconds: number;
  readonly rateLimitHeaders: boolean;
  /** Regions that refuse `enableDataResidency: true`. */
  readonly noDataResidencyIn: readonly string[];
  /** Origin that links and status URLs point to; null takes the origin of the request. */
  readonly publicUrl: string | null;
  readonly tokenLifetimeSeconds: number;
  /** `If-Match` of an enrollment without its quotes. */
  readonly unquotedEnrollmentEtag: "refuse-400" | "accept";
  readonly enrollmentWithoutEtag: "refuse-409" | "accept";
  /** The right that reads the keys of an enrollment. */
  readonly attestationRight: "EnrollmentWrite" | "EnrollmentRead";
  readonly suspendedDataPlane: "refuse-403" | "serve";
  /** How long a registration stays `assigning`. */
  readonly assignMs: number;
}

export interface Throttling {
  readonly reads: Bucket;
  readonly writes: Bucket;
  readonly deletes: Bucket;
}

export interface Bucket {
  readonly size: number;
  readonly perSecond: number;
}

export type SettingsPatch = { readonly [K in keyof Settings]?: Settings[K] };

export const defaultSettings: Settings = {
  staleEtag: "ignore",
  etagFrom: "header-and-body",
  absentPolicies: "regenerate-values",
  emptyPolicies: "delete-all",
  missingKeys: "regenerate",
  absentHubs: "unlink",
  maskedHub: "keep-secret",
  maskedHubOtherKeyName: "store-mask",
  absentAllocationPolicy: "default",
  newerProperties: "reset",
  policiesInGet: "absent",
  transitioningStatus: 409,
  transitioningCode: 409_002,
  errorShape: "numeric",
  createMs: 20_000,
  updateMs: 15_000,
  deleteMs: 10_000,
  operationRetentionMs: 600_000,
  statusUrl: "signed-long",
  tamperedStatusUrl: 403,
  acceptRetryAfterSeconds: null,
  pollRetryAfterSeconds: null,
  patchStatus: 200,
  deleteMissing: 404,
  deletePoll: "succeeded",
  deletedMetadataMs: 30_000,
  certificateUpdateWithoutEtag: "refuse-400",
  collapsedRights: true,
  pageSize: null,
  throttling: {
    reads: { size: 250, perSecond: 25 },
    writes: { size: 200, perSecond: 10 },
    deletes: { size: 200, perSecond: 10 },
  },
  throttleRetryAfterSeconds: 372,
  rateLimitHeaders: true,
  noDataResidencyIn: ["westus", "northeurope"],
  publicUrl: null,
  tokenLifetimeSeconds: 3_599,
  unquotedEnrollmentEtag: "refuse-400",
  enrollmentWithoutEtag: "refuse-409",
  attestationRight: "EnrollmentWrite",
  suspendedDataPlane: "refuse-403",
  assignMs: 2_000,
};
