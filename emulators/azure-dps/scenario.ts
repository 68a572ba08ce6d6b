import type { EntraClient, EntraManagedIdentity } from "../entra/directory.ts";
import type { CallTarget, ExchangeFault } from "../exchange/fault-script.ts";
import type { OutcomeScript } from "./outcomes.ts";
import type { SettingsPatch } from "./settings.ts";

/**
 * What an emulator can be told, as plain JSON data: what exists, how operations end, which faults strike. Times are milliseconds of the
 * injected clock. Where a key may be left out, one is made.
 */
export interface AzureDpsScenario {
  readonly settings?: SettingsPatch;
  readonly subscriptions?: readonly SubscriptionSeed[];
  readonly hubs?: readonly HubSeed[];
  readonly services?: readonly ServiceSeed[];
  readonly enrollmentGroups?: readonly EnrollmentSeed[];
  readonly enrollments?: readonly EnrollmentSeed[];
  readonly clients?: readonly EntraClient[];
  readonly managedIdentities?: readonly EntraManagedIdentity[];
  readonly denials?: readonly DenialSeed[];
  readonly outcomes?: readonly OutcomeScript[];
  readonly faults?: readonly DpsFaultScript[];
}

/** Whoever is not named may do everything. */
export interface DenialSeed {
  readonly objectId: string;
  /** Such as `Microsoft.Devices/provisioningServices/listkeys/action`. */
  readonly actions: readonly string[];
}

export interface SubscriptionSeed {
  readonly id: string;
  readonly resourceGroups: readonly string[];
}

export interface HubSeed {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location?: string;
  readonly policies?: readonly HubPolicySeed[];
}

export interface HubPolicySeed {
  readonly keyName: string;
  readonly primaryKey?: string;
  readonly secondaryKey?: string;
  readonly rights?: string;
}

export interface ServiceSeed {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location?: string;
  readonly idScope?: string;
  /** Default: the owner policy that every service is created with. */
  readonly policies?: readonly PolicySeed[];
  /** Seeded hubs, linked with the primary key that they have now. */
  readonly hubs?: readonly HubLinkSeed[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly allocationPolicy?: "Hashed" | "GeoLatency" | "Static";
  readonly state?: "Active" | "Suspended" | "ActivationFailed" | "FailingOver";
  /** Properties of newer api-versions, such as `disableLocalAuth`. */
  readonly newer?: NewerProperties;
}

export interface NewerProperties {
  readonly publicNetworkAccess?: string;
  readonly disableLocalAuth?: boolean;
  readonly enableDataResidency?: boolean;
  readonly deviceRegistryNamespace?: string;
  readonly portalOperationsHostName?: string;
}

export interface PolicySeed {
  readonly keyName: string;
  readonly rights: string;
  readonly primaryKey?: string;
  readonly secondaryKey?: string;
}

export interface HubLinkSeed {
  readonly name: string;
  readonly keyName: string;
  readonly applyAllocationPolicy?: boolean;
  readonly allocationWeight?: number;
}

/** With symmetric keys. */
export interface EnrollmentSeed {
  readonly service: string;
  readonly id: string;
  readonly primaryKey?: string;
  readonly secondaryKey?: string;
}

/** What somebody else changes, at once and unasked. What it does not name stays. */
export interface OtherWrite {
  readonly service: string;
  /** Replaces one key; a value is made when none is given. */
  readonly key?: { readonly keyName: string; readonly slot: "primary" | "secondary"; readonly value?: string };
  readonly removePolicy?: string;
  readonly addPolicy?: PolicySeed;
  readonly tags?: Readonly<Record<string, string>>;
  readonly allocationPolicy?: "Hashed" | "GeoLatency" | "Static";
  readonly newer?: NewerProperties;
  readonly state?: ServiceSeed["state"];
}

/** Somebody else writes between this call and the next one, or just before this one is carried out. */
export interface OtherWriterFault extends CallTarget {
  readonly kind: "other-writer";
  readonly moment: "before" | "after";
  readonly write: OtherWrite;
}

/** `Azure-AsyncOperation` and `Location` of the answer point to another host. */
export interface ForeignStatusUrlFault extends CallTarget {
  readonly kind: "foreign-status-url";
  readonly origin: string;
}

export type DpsOwnFault = OtherWriterFault | ForeignStatusUrlFault;
export type DpsFaultScript = DpsOwnFault | ExchangeFault;
