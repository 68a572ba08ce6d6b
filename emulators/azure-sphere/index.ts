export type { Delay } from "../connection.ts";
export type { FaultCandidate } from "../faults.ts";
export type { LoggedRequest } from "../request-log.ts";
export type { Switch } from "../switch.ts";
export { demoIds, demoScenario } from "./demo.ts";
export {
  type AzureSphereEmulator,
  type AzureSphereOptions,
  createAzureSphereEmulator,
  type Fault,
} from "./emulator.ts";
export type { NewOperation, ScriptedOutcome } from "./outcomes.ts";
export type * from "./scenario.ts";
export { parseAzureSphereScenario } from "./scenario-check.ts";
export type { Seeder } from "./seed.ts";
export { defaultSettings, type Settings, type SettingsPatch } from "./settings.ts";
export type { OperationView, StateView } from "./state.ts";
export type { Deployment, DeviceGroup, Image, Operation, OperationResult } from "./world.ts";
