/** In order of time; the position decides what a version knows. */
const VERSIONS = [
  "2017-11-15",
  "2018-01-22",
  "2020-01-01",
  "2020-03-01",
  "2021-10-15",
  "2022-02-05",
  "2022-12-12",
  "2023-03-01-preview",
  "2025-02-01-preview",
  "2026-08-31",
];

/** Since which version a property exists; `at` says where in the description it stands. */
const NEWER: Readonly<Record<string, { readonly since: string; readonly at: "properties" | "top"; only?: true }>> = {
  publicNetworkAccess: { since: "2020-03-01", at: "properties" },
  ipFilterRules: { since: "2020-03-01", at: "properties" },
  privateEndpointConnections: { since: "2020-03-01", at: "properties" },
  enableDataResidency: { since: "2021-10-15", at: "properties" },
  portalOperationsHostName: { since: "2025-02-01-preview", at: "properties" },
  deviceRegistryNamespace: { since: "2025-02-01-preview", at: "properties", only: true },
  identity: { since: "2025-02-01-preview", at: "top" },
  disableLocalAuth: { since: "2026-08-31", at: "properties" },
};

export const NEWER_PROPERTIES = Object.keys(NEWER);

export function isKnownVersion(version: string): boolean {
  return VERSIONS.includes(version);
}

/** @see the swagger of each version; dates compare as texts */
export function knows(version: string, property: string): boolean {
  const rule = NEWER[property];
  if (rule === undefined) return false;
  return rule.only ? version === rule.since : VERSIONS.indexOf(version) >= VERSIONS.indexOf(rule.since);
}

export function isTopLevel(property: string): boolean {
  return NEWER[property]?.at === "top";
}

/** From here on a certificate is uploaded inside `properties`. */
export function nestsCertificates(version: string): boolean {
  return VERSIONS.indexOf(version) >= VERSIONS.indexOf("2022-02-05");
}

/** From here on a certificate can be declared verified by its upload. */
export function takesVerified(version: string): boolean {
  return VERSIONS.indexOf(version) >= VERSIONS.indexOf("2020-03-01");
}
