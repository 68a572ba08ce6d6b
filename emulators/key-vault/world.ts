import type { EntraDirectory } from "../entra/directory.ts";
import type { Timeline } from "../timeline.ts";

export type Permission = "get" | "list" | "set" | "delete" | "recover" | "purge";

export interface SecretVersion {
  readonly version: string;
  readonly value: string;
  readonly contentType: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface VaultSecret {
  readonly name: string;
  /** In order of creation; the last one is current. */
  readonly versions: SecretVersion[];
  deletedAtMs: number | null;
}

export interface Vault {
  readonly name: string;
  /** Permissions by object id; null lets everybody do everything. */
  readonly access: ReadonlyMap<string, readonly Permission[]> | null;
  readonly secrets: Map<string, VaultSecret>;
}

export interface VaultEffect {
  readonly atMs: number;
  readonly kind: "secret-set" | "secret-changed" | "secret-deleted" | "secret-recovered" | "secret-purged";
  readonly vault: string;
  readonly name: string;
  readonly version: string | null;
}

export interface VaultSettings {
  /** Lists of versions come in no order of time. */
  readonly versionOrder: "by-id" | "oldest-first";
  /** What the challenge names as the place to log in. */
  readonly authority: string;
  readonly retentionDays: number;
  readonly retryAfterSeconds: number;
}

export const defaultVaultSettings: VaultSettings = {
  versionOrder: "by-id",
  authority: "https://login.microsoftonline.com/d14ec701-0000-4000-8000-000000000001",
  retentionDays: 90,
  retryAfterSeconds: 10,
};

/** Keys of the maps are lower case: names compare without case. */
export interface VaultWorld {
  settings: VaultSettings;
  readonly newId: () => string;
  readonly timeline: Timeline;
  readonly entra: EntraDirectory;
  readonly vaults: Map<string, Vault>;
  readonly effects: VaultEffect[];
}
