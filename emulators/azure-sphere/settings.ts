/** Everything the public pages leave open, as switches; `defaultSettings` has the values in use when nothing is said. */
export interface Settings {
  readonly notStartedMs: number;
  readonly inProgressMs: number;
  /** Operation reads answer 404 this long after the end; null keeps them for ever. */
  readonly operationRetentionMs: number | null;
  readonly pointers: "relative" | "absolute" | "absent";
  readonly dateForm: "seven-digits" | "milliseconds" | "without-offset";
  /** Added to every date the service reports: its clock is not the caller's. */
  readonly clockSkewMs: number;
  readonly listOrder: "oldest-first" | "newest-first" | "shuffled";
  /** Items per page when the request names no size, and at most. */
  readonly pageSize: number;
  /** `repeated` gives the last page the token that asked for it, which loops a careless client. */
  readonly lastPageToken: "null" | "repeated";
  readonly imageStatusForm: "object" | "string";
  /** How a deployment spells the image ids it was given. */
  readonly imageIdCase: "as-sent" | "upper";
  /** A create equal to the running or current deployment: a second one, HTTP 409, or an operation failed with code 7. */
  readonly duplicateCreate: "accept" | "conflict" | "fail";
  /** Whether `GET /v2/operations/{operationId}` exists. */
  readonly globalOperations: boolean;
  /** Roles that may create and upload; any role may read. */
  readonly writeRoles: readonly string[];
  readonly unknownTenantStatus: 403 | 404;
  /** Sent as `Retry-After` with operations that have not ended; null sends none. */
  readonly retryAfterSeconds: number | null;
  /** Whether the 202 also carries `Location`. */
  readonly locationHeader: boolean;
  /** Added to every answer. */
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** Name of a header that carries a fresh trace id on every answer of the API; null sends none. */
  readonly traceIdHeader: string | null;
  /** `ErrorCode` names by HTTP status, over the invented defaults: the real list is not published. */
  readonly errorCodeNames: Readonly<Record<string, string>>;
  /** More API requests than this within a window of `perMs` answer 429. */
  readonly rateLimit: { readonly requests: number; readonly perMs: number; readonly sendRetryAfter: boolean } | null;
  readonly tokenLifetimeSeconds: number;
  /** The one scope whose tokens the API accepts. */
  readonly scope: string;
  /** Scopes that Entra issues tokens for and the API refuses. */
  readonly otherScopes: readonly string[];
}

export type SettingsPatch = { readonly [K in keyof Settings]?: Settings[K] };

export const defaultSettings: Settings = {
  notStartedMs: 1_000,
  inProgressMs: 4_000,
  operationRetentionMs: null,
  pointers: "relative",
  dateForm: "seven-digits",
  clockSkewMs: 0,
  listOrder: "oldest-first",
  pageSize: 50,
  lastPageToken: "null",
  imageStatusForm: "object",
  imageIdCase: "as-sent",
  duplicateCreate: "accept",
  globalOperations: false,
  // Product pages ask for Administrator, published samples get by as Contributor: both may write until somebody shows otherwise.
  writeRoles: ["Administrator", "Contributor"],
  unknownTenantStatus: 404,
  retryAfterSeconds: null,
  locationHeader: false,
  extraHeaders: {},
  traceIdHeader: null,
  errorCodeNames: {},
  rateLimit: null,
  // Entra says 3599 for an hour.
  tokenLifetimeSeconds: 3_599,
  scope: "https://firstparty.sphere.azure.net/api/.default",
  otherScopes: ["https://management.azure.com/.default", "https://graph.microsoft.com/.default"],
};
