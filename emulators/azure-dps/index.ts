export type { Delay } from "../connection.ts";
export { createEntraDirectory, type EntraDirectory } from "../entra/directory.ts";
export type { CallMoment, ExchangeCandidate, OnCall } from "../exchange/exchange.ts";
export type { RecordedExchange } from "../exchange/recording.ts";
export type { LoggedRequest } from "../request-log.ts";
export type { Switch } from "../switch.ts";
export { demoDpsIds, demoDpsScenario } from "./demo.ts";
export { type AzureDpsEmulator, type AzureDpsOptions, createAzureDpsEmulator, type DpsFault } from "./emulator.ts";
export type { OtherWriter } from "./other-writer.ts";
export type { NewServiceOperation, OutcomeScript, ScriptedOutcome } from "./outcomes.ts";
export type * from "./scenario.ts";
export { parseAzureDpsScenario } from "./scenario-check.ts";
export type { Seeder } from "./seed.ts";
export { defaultSettings, type Settings, type SettingsPatch } from "./settings.ts";
export { type Evidence, settingsEvidence } from "./settings-evidence.ts";
export type { ServiceView, StateView } from "./state.ts";
export type {
  Certificate,
  Effect,
  Enrollment,
  HubPolicy,
  LinkedHub,
  Policy,
  ServiceConfig,
  ServiceOperation,
} from "./world.ts";
