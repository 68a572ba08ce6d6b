import type { AccessKeys } from "../aws/access-keys.ts";
import type { Authority } from "../aws/certificate.ts";
import type { RateLimit } from "../aws/rate-limit.ts";
import type { SecretMaker } from "../aws/secrets.ts";
import type { Timeline } from "../timeline.ts";
import type { Settings } from "./settings.ts";

export interface ProvisioningTemplate {
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  readonly roleArn: string;
  readonly body: string;
  readonly createdAtMs: number;
  enabled: boolean;
  modifiedAtMs: number;
}

export interface Claim {
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly certificateId: string;
  readonly templateName: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** Something that changed what is in force, in order; never a secret. */
export interface Effect {
  readonly atMs: number;
  readonly kind: "claim-issued" | "claim-presented" | "template-changed" | "template-removed";
  readonly templateName: string;
  readonly by: "caller" | "other-writer" | "device";
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface World {
  settings: Settings;
  readonly newId: () => string;
  readonly secrets: SecretMaker;
  readonly authority: Authority;
  readonly timeline: Timeline;
  readonly accessKeys: AccessKeys;
  readonly rates: RateLimit;
  readonly templates: Map<string, ProvisioningTemplate>;
  readonly claims: Map<string, Claim>;
  readonly effects: Effect[];
}
