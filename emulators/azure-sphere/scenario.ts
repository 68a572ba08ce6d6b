import type { FaultTarget } from "../faults.ts";
import type { SettingsPatch } from "./settings.ts";

export type { FaultTarget };

/**
 * What an emulator can be told, as plain JSON data: who exists, how operations end, which faults strike. Times are milliseconds of the
 * injected clock. Identifiers are UUIDs, except device ids (128 hex characters).
 */
export interface AzureSphereScenario {
  readonly settings?: SettingsPatch;
  readonly tenants?: readonly TenantSeed[];
  readonly products?: readonly ProductSeed[];
  readonly groups?: readonly DeviceGroupSeed[];
  readonly images?: readonly ImageSeed[];
  readonly devices?: readonly DeviceSeed[];
  readonly clients?: readonly ClientSeed[];
  readonly managedIdentities?: readonly ManagedIdentitySeed[];
  readonly roles?: readonly RoleSeed[];
  readonly outcomes?: readonly OutcomeScript[];
  readonly faults?: readonly FaultScript[];
}

export interface TenantSeed {
  readonly id: string;
  readonly name: string;
}

export interface ProductSeed {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
}

export interface DeviceGroupSeed {
  readonly id: string;
  readonly tenantId: string;
  readonly productId: string;
  readonly name: string;
  readonly description?: string | null;
  /** 0 Retail, 1 RetailEval; default 0. */
  readonly osFeedType?: 0 | 1;
  /** 0 UpdateAll, 1 No3rdPartyAppUpdates, 2 NoUpdates; default 0. */
  readonly updatePolicy?: 0 | 1 | 2;
  readonly allowCrashDumpsCollection?: boolean;
  readonly currentDeployment?: { readonly id: string; readonly imageIds: readonly string[] };
}

export interface ImageSeed {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly componentId: string;
  readonly description?: string | null;
  /** 10 Applications (default), 21 CustomerBoardConfig; the other values of the reference are accepted too. */
  readonly type?: number;
  /** `Succeeded` (default) means ready to deploy; anything else makes a deployment of it fail. */
  readonly status?: string;
}

export interface DeviceSeed {
  readonly id: string;
  readonly tenantId: string;
  readonly deviceGroupId: string;
}

/** An application of an Entra directory, with the service principal's object id that roles are granted to. */
export interface ClientSeed {
  readonly directoryId: string;
  readonly clientId: string;
  readonly secret: string;
  readonly objectId: string;
}

export interface ManagedIdentitySeed {
  readonly directoryId: string;
  readonly clientId: string;
  readonly objectId: string;
  /** What the App Service form expects in `X-IDENTITY-HEADER`. */
  readonly identityHeader: string;
}

export interface RoleSeed {
  readonly tenantId: string;
  readonly objectId: string;
  readonly roleNames: readonly string[];
}

/** How the first matching operation ends. All given conditions must hold; none given matches every deployment. */
export interface OutcomeScript {
  readonly deviceGroupId?: string;
  /** Matches when this image is among those to deploy. */
  readonly imageId?: string;
  /** 5 DeployToDeviceGroup (default), 7 ImageUpload. */
  readonly operationType?: 5 | 7;
  /** How many operations this holds for; 1 is "the next one"; default all. */
  readonly times?: number;
  readonly result: "complete" | "failed" | "complete-with-errors" | "stuck" | "unknown-state";
  /** `Error.Code` of a failure, 0 by default; null leaves `Error` null. */
  readonly errorCode?: number | null;
  readonly errorMessage?: string | null;
  /** `Error.Message` that only the details read gives, for complete-with-errors. */
  readonly detailsMessage?: string;
  /** Images that complete-with-errors still assigns; default all. An empty list assigns nothing. */
  readonly assignedImageIds?: readonly string[];
  /** The `State` reported by unknown-state, default 7. */
  readonly state?: number;
  /** How long unknown-state lasts before the operation completes; default for ever. */
  readonly unknownForMs?: number;
  readonly notStartedMs?: number;
  readonly inProgressMs?: number;
  /** The operation read answers 404 this long after the end. */
  readonly forgottenAfterMs?: number;
}

/** An answer that the API itself did not choose. With `takesEffect` the request is carried out all the same. */
export interface StatusFault extends FaultTarget {
  readonly kind: "status";
  readonly status: number;
  /** `problem` (default) is the API's own array of problems; the others are what gateways send. */
  readonly body?: "problem" | "object" | "html" | "text" | "empty";
  readonly retryAfterSeconds?: number;
  readonly retryAfterForm?: "seconds" | "http-date";
  readonly takesEffect?: boolean;
}

/** The connection breaks; with `takesEffect` only after the request was carried out, so that the reply is lost. */
export interface DropFault extends FaultTarget {
  readonly kind: "drop";
  readonly takesEffect?: boolean;
}

/** No answer ever comes; the caller has to give up. */
export interface SilenceFault extends FaultTarget {
  readonly kind: "silence";
  readonly takesEffect?: boolean;
}

/** The request takes effect at once and the answer comes later. */
export interface SlowFault extends FaultTarget {
  readonly kind: "slow";
  readonly delayMs: number;
}

/** A well-formed HTTP message whose JSON stops in the middle. The request took effect. */
export interface CutJsonFault extends FaultTarget {
  readonly kind: "cut-json";
}

/** Status and half the body arrive, then the connection breaks. The request took effect. */
export interface CutConnectionFault extends FaultTarget {
  readonly kind: "cut-connection";
}

/** `ResourceLocation` and `DetailsLocation` of the answer point to another host. */
export interface ForeignPointersFault extends FaultTarget {
  readonly kind: "foreign-pointers";
  readonly origin: string;
}

/** The reply is lost at once (or is the given error status), and the request takes effect only `landsAfterMs` later. */
export interface LateLandingFault extends FaultTarget {
  readonly kind: "late-landing";
  readonly landsAfterMs: number;
  readonly status?: number;
}

export type FaultScript =
  | StatusFault
  | DropFault
  | SilenceFault
  | SlowFault
  | CutJsonFault
  | CutConnectionFault
  | ForeignPointersFault
  | LateLandingFault;
