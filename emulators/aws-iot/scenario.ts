import type { AccessKeySeed } from "../aws/access-keys.ts";
import type { CallTarget, ExchangeFault } from "../exchange/fault-script.ts";
import type { SettingsPatch } from "./settings.ts";

/** What an emulator can be told, as plain JSON data. Times are milliseconds of the injected clock. */
export interface IotScenario {
  readonly settings?: SettingsPatch;
  readonly accessKeys?: readonly AccessKeySeed[];
  readonly templates?: readonly TemplateSeed[];
  readonly faults?: readonly IotFaultScript[];
}

export interface TemplateSeed {
  readonly name: string;
  readonly description?: string;
  /** Default true. */
  readonly enabled?: boolean;
  readonly roleArn?: string;
  /** JSON as text. */
  readonly body?: string;
}

/** What somebody else does, at once. */
export type OtherWrite =
  | { readonly kind: "enable"; readonly templateName: string; readonly enabled: boolean }
  | { readonly kind: "remove"; readonly templateName: string };

/** Somebody else writes between this call and the next one, or just before this one is carried out. */
export interface OtherWriterFault extends CallTarget {
  readonly kind: "other-writer";
  readonly moment: "before" | "after";
  readonly write: OtherWrite;
}

export type IotOwnFault = OtherWriterFault;
export type IotFaultScript = IotOwnFault | ExchangeFault;
