import type { AccessKeys } from "../aws/access-keys.ts";
import type { Timeline } from "../timeline.ts";

export interface StoredVersion {
  readonly versionId: string;
  readonly secretString: string | null;
  readonly secretBinary: string | null;
  readonly createdAtMs: number;
  stages: readonly string[];
}

export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly createdAtMs: number;
  changedAtMs: number;
  /** When it was marked for deletion. */
  deletedAtMs: number | null;
  /** In order of creation. */
  readonly versions: StoredVersion[];
}

export interface SecretsEffect {
  readonly atMs: number;
  readonly kind: "secret-created" | "version-put" | "stages-moved" | "secret-deleted";
  readonly name: string;
  readonly versionId: string;
}

export interface SecretsManagerSettings {
  readonly region: string;
  readonly accountId: string;
  /** How far the time of a signature may be from the clock. */
  readonly signatureSkewMs: number;
  /** How long a name stays taken after a deletion without a recovery window. */
  readonly deletionLingersMs: number;
}

export const defaultSecretsManagerSettings: SecretsManagerSettings = {
  region: "eu-central-1",
  accountId: "000000000000",
  signatureSkewMs: 300_000,
  deletionLingersMs: 0,
};

export interface SecretsWorld {
  settings: SecretsManagerSettings;
  readonly newId: () => string;
  readonly timeline: Timeline;
  readonly accessKeys: AccessKeys;
  readonly secrets: Map<string, StoredSecret>;
  readonly effects: SecretsEffect[];
}

/** By name, by whole ARN or by an ARN without the six characters at its end. */
export function findSecret(world: SecretsWorld, id: string): StoredSecret | undefined {
  return (
    world.secrets.get(id) ??
    [...world.secrets.values()].find(({ arn }) => arn === id || arn.replace(/-[A-Za-z0-9]{6}$/, "") === id)
  );
}
