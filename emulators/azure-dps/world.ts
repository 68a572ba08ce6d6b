import type { EntraDirectory } from "../entra/directory.ts";
import type { Random } from "../random.ts";
import type { Timeline } from "../timeline.ts";
import type { OperationKind, OutcomeScript, Outcomes } from "./outcomes.ts";
import type { Right } from "./rights.ts";
import type { SecretMaker } from "./secrets.ts";
import type { Settings } from "./settings.ts";

export interface Policy {
  readonly keyName: string;
  readonly primaryKey: string;
  readonly secondaryKey: string;
  /** As they were sent, without doubles. */
  readonly rights: readonly Right[];
}

export interface LinkedHub {
  /** Host name of the hub. */
  readonly name: string;
  readonly keyName: string;
  readonly key: string;
  readonly location: string;
  readonly applyAllocationPolicy: boolean;
  readonly allocationWeight: number;
}

/** Everything a PUT replaces. */
export interface ServiceConfig {
  readonly tags: Readonly<Record<string, string>>;
  readonly sku: { readonly name: string; readonly tier: string; readonly capacity: number };
  readonly allocationPolicy: string;
  readonly policies: readonly Policy[];
  readonly hubs: readonly LinkedHub[];
  /** Properties that only newer api-versions know, by name. */
  readonly newer: Readonly<Record<string, unknown>>;
}

export interface Certificate {
  readonly name: string;
  readonly pem: string;
  readonly etag: string;
  readonly isVerified: boolean;
  readonly verificationCode: string | null;
  readonly updatedAtMs: number;
}

/** An individual enrollment or an enrollment group. */
export interface Enrollment {
  readonly kind: "enrollments" | "enrollmentGroups";
  readonly id: string;
  readonly etag: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly primaryKey: string;
  readonly secondaryKey: string;
  /** The other fields as sent, without attestation and etag. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly attestationType: string;
  /** The attestation as sent, for other types than symmetric keys. */
  readonly attestation: Readonly<Record<string, unknown>>;
}

export interface Registration {
  readonly registrationId: string;
  readonly enrollmentGroupId: string | null;
  readonly operationId: string;
  readonly etag: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly settledAtMs: number;
  readonly assignedHub: string | null;
  readonly errorCode: number | null;
  readonly errorMessage: string | null;
}

export interface ProvisioningService {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly idScope: string;
  config: ServiceConfig;
  etag: string;
  /** `Active`, `Suspended` or another; while an operation runs, `pending` decides what is shown. */
  state: string;
  provisioningState: string;
  pending: ServiceOperation | null;
  readonly certificates: Map<string, Certificate>;
  readonly enrollments: Map<string, Enrollment>;
  readonly groups: Map<string, Enrollment>;
  readonly registrations: Map<string, Registration>;
}

export interface ServiceOperation {
  /** As in the status URL. */
  readonly id: string;
  readonly kind: OperationKind;
  readonly subscriptionId: string;
  readonly serviceKey: string;
  readonly location: string;
  readonly startedAtMs: number;
  readonly endsAtMs: number;
  readonly script: OutcomeScript | null;
  ended: { readonly atMs: number; readonly status: string } | null;
}

export interface HubPolicy {
  readonly keyName: string;
  readonly primaryKey: string;
  readonly secondaryKey: string;
  readonly rights: string;
}

export interface IotHub {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  policies: readonly HubPolicy[];
}

/** Something that changed what is in force, or was refused by it, in order. */
export interface Effect {
  readonly atMs: number;
  readonly kind: string;
  /** Name of the service or hub. */
  readonly resource: string;
  readonly by: "caller" | "other-writer";
  /** What exactly; carries secrets, as it is for assertions only. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface World {
  settings: Settings;
  readonly newId: () => string;
  readonly random: Random;
  readonly secrets: SecretMaker;
  readonly timeline: Timeline;
  readonly entra: EntraDirectory;
  readonly outcomes: Outcomes;
  /** Names of resource groups by lower-case subscription, then by lower-case name. */
  readonly subscriptions: Map<string, { readonly id: string; readonly groups: Map<string, string> }>;
  readonly services: Map<string, ProvisioningService>;
  /** Every name in use is unique in the whole cloud. */
  readonly operations: Map<string, ServiceOperation>;
  readonly hubs: Map<string, IotHub>;
  /** Actions that a principal may not do, all in lower case. */
  readonly denials: Map<string, ReadonlySet<string>>;
  readonly effects: Effect[];
  /** By subscription, principal and kind. */
  readonly buckets: Map<string, { tokens: number; atMs: number }>;
  etagCount: number;
}

/** Keys of all maps are lower case: Azure compares names without case. */
export function key(...parts: readonly string[]): string {
  return parts.join("/").toLowerCase();
}

export function serviceKey(service: Pick<ProvisioningService, "subscriptionId" | "resourceGroup" | "name">): string {
  return key(service.subscriptionId, service.resourceGroup, service.name);
}

/** A service by its name alone, which is unique. */
export function serviceNamed(world: World, name: string): ProvisioningService | undefined {
  return [...world.services.values()].find((service) => key(service.name) === key(name));
}

/** Eight bytes that grow with every write, as in `AAAAAA3ez90=`. */
export function newEtag(world: World): string {
  world.etagCount += 1 + Math.floor(world.random() * 4_096);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(world.etagCount));
  return bytes.toString("base64");
}
