export type { AccessKeySeed } from "../aws/access-keys.ts";
export type { Delay } from "../connection.ts";
export type { CallMoment, ExchangeCandidate, OnCall } from "../exchange/exchange.ts";
export type { RecordedExchange } from "../exchange/recording.ts";
export type { LoggedRequest } from "../request-log.ts";
export type { Switch } from "../switch.ts";
export type { Appliance } from "./appliance.ts";
export { archiveFileName } from "./archive.ts";
export { demoPanoramaIds, demoPanoramaScenario } from "./demo.ts";
export { createPanoramaEmulator, type PanoramaEmulator, type PanoramaFault, type PanoramaOptions } from "./emulator.ts";
export type { OtherWriter } from "./other-writer.ts";
export type { NewWork, OutcomeScript, ScriptedOutcome } from "./outcomes.ts";
export type { ArchiveRefusal, PlugIn, PlugInResult } from "./plug-in.ts";
export type * from "./scenario.ts";
export { parsePanoramaScenario } from "./scenario-check.ts";
export { defaultSettings, type Settings, type SettingsPatch, type Throttling } from "./settings.ts";
export { type Evidence, settingsEvidence } from "./settings-evidence.ts";
export type { DeviceView, StateView } from "./state.ts";
export type {
  ConnectionStatus,
  Device,
  DeviceFacts,
  DeviceJob,
  DeviceStatus,
  Effect,
  IssuedArchive,
  JobStatus,
} from "./world.ts";
