import type { AccessKeySeed } from "../aws/access-keys.ts";
import type { CallTarget, ExchangeFault } from "../exchange/fault-script.ts";
import type { OutcomeScript } from "./outcomes.ts";
import type { SettingsPatch } from "./settings.ts";
import type { ConnectionStatus, DeviceStatus } from "./world.ts";

/**
 * What an emulator can be told, as plain JSON data: what exists, how work ends, which faults strike. Times are milliseconds of the
 * injected clock.
 */
export interface PanoramaScenario {
  readonly settings?: SettingsPatch;
  readonly accessKeys?: readonly AccessKeySeed[];
  readonly devices?: readonly DeviceSeed[];
  readonly outcomes?: readonly OutcomeScript[];
  readonly faults?: readonly PanoramaFaultScript[];
}

/** A device that was there long before, so that every read shows it. */
export interface DeviceSeed {
  readonly name: string;
  readonly id?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Default `SUCCEEDED`. */
  readonly status?: DeviceStatus;
  /** Default `ONLINE` after `SUCCEEDED`, otherwise `NOT_AVAILABLE`. */
  readonly connection?: ConnectionStatus;
  /** Something runs on it, so that it cannot be deleted. */
  readonly inUse?: boolean;
}

/** What somebody else does, at once. Devices are named: the newest present one with the name is meant. */
export type OtherWrite =
  | { readonly kind: "provision"; readonly name: string; readonly tags?: Readonly<Record<string, string>> }
  | { readonly kind: "delete"; readonly name: string }
  | { readonly kind: "tag"; readonly name: string; readonly tags: Readonly<Record<string, string>> }
  | { readonly kind: "untag"; readonly name: string; readonly keys: readonly string[] }
  | { readonly kind: "describe"; readonly name: string; readonly description: string }
  | { readonly kind: "use"; readonly name: string; readonly inUse: boolean };

/** Somebody else writes between this call and the next one, or just before this one is carried out. */
export interface OtherWriterFault extends CallTarget {
  readonly kind: "other-writer";
  readonly moment: "before" | "after";
  readonly write: OtherWrite;
}

/** The answer lacks a member, such as `Certificates`. The request took effect. */
export interface MissingMemberFault extends CallTarget {
  readonly kind: "missing-member";
  readonly member: string;
}

export type PanoramaOwnFault = OtherWriterFault | MissingMemberFault;
export type PanoramaFaultScript = PanoramaOwnFault | ExchangeFault;
