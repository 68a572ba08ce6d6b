/**
 * What is not certain about AWS IoT's provisioning claims, as switches, and their figures. `settingsEvidence` says what is known about
 * each; where nothing confirms a behaviour, the default is the reading that does the most harm to a careless client.
 */
export interface Settings {
  readonly accountId: string;
  readonly region: string;
  readonly signatureSkewMs: number;
  readonly claimLifetimeMs: number;
  /** Calls of each operation in any one second; null throttles nobody. */
  readonly callsPerSecond: number | null;
  readonly throttleStatus: 400 | 429;
  /** Sent with a throttled call; null sends none. */
  readonly throttleRetryAfterSeconds: number | null;
  /** A claim for a template that is not enabled. */
  readonly disabledTemplate: "issue" | "refuse-400";
  /** Templates per page without `maxResults`. */
  readonly pageSize: number;
}

export type SettingsPatch = { readonly [K in keyof Settings]?: Settings[K] };

export const defaultSettings: Settings = {
  accountId: "123456789012",
  region: "eu-west-1",
  signatureSkewMs: 300_000,
  claimLifetimeMs: 300_000,
  callsPerSecond: 10,
  throttleStatus: 400,
  throttleRetryAfterSeconds: null,
  disabledTemplate: "issue",
  pageSize: 10,
};
