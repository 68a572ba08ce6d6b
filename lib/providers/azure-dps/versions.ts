/**
 * What newer api-versions can set and older ones do not show. A write by an older one may reset it.
 * @see https://learn.microsoft.com/azure/templates/microsoft.devices/provisioningservices
 */
interface Newer {
  readonly since: string;
  /** Where it stands in a description. */
  readonly at: "properties" | "top";
  /** Whether versions after `since` do not know it any more. */
  readonly only?: true;
}

export const newerSettings = {
  publicNetworkAccess: { since: "2020-03-01", at: "properties" },
  ipFilterRules: { since: "2020-03-01", at: "properties" },
  privateEndpointConnections: { since: "2020-03-01", at: "properties" },
  enableDataResidency: { since: "2021-10-15", at: "properties" },
  portalOperationsHostName: { since: "2025-02-01-preview", at: "properties" },
  identity: { since: "2025-02-01-preview", at: "top" },
  deviceRegistryNamespace: { since: "2025-02-01-preview", at: "properties", only: true },
  disableLocalAuth: { since: "2026-08-31", at: "properties" },
} as const satisfies Record<string, Newer>;
export type NewerSetting = keyof typeof newerSettings;
export const newerSettingNames = Object.keys(newerSettings) as readonly NewerSetting[];

/** Versions that together show every newer setting, asked before a write. */
export const showingVersions = ["2026-08-31", "2025-02-01-preview"] as const;
/** Asked instead where a cloud does not know them yet. */
export const olderShowingVersion = "2022-12-12";

/** Whether a body of that version may hold the setting. Dates compare as texts. */
export function models(apiVersion: string, setting: NewerSetting): boolean {
  const { since, ...rest }: Newer = newerSettings[setting];
  return rest.only === true ? apiVersion === since : isSince(apiVersion, since);
}

/** From here on a certificate is uploaded inside `properties`. */
export function nestsCertificates(apiVersion: string): boolean {
  return isSince(apiVersion, "2022-02-05");
}

function isSince(apiVersion: string, since: string): boolean {
  return apiVersion.slice(0, 10) >= since.slice(0, 10);
}
