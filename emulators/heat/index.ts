export type { Delay } from "../connection.ts";
export type { FaultCandidate } from "../faults.ts";
export type { LoggedRequest } from "../request-log.ts";
export type { Switch } from "../switch.ts";
export type { HeatRequest } from "./answer-request.ts";
export { demoHeatIds, demoHeatScenario } from "./demo.ts";
export {
  createHeatEmulator,
  type HeatEmulator,
  type HeatFault,
  type HeatOptions,
} from "./emulator.ts";
export type * from "./scenario.ts";
export { parseHeatScenario } from "./scenario-check.ts";
export type { Seeder } from "./seed.ts";
export { defaultSettings, type Flavour, type Settings, type SettingsPatch } from "./settings.ts";
export type { ObjectView, StateView } from "./state.ts";
export type { Config, Deployment, NewRun, RefusedSignal, Run, ScriptedRun, Skip } from "./world.ts";
