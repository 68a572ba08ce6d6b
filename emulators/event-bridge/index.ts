export {
  createEventBridgeEmulator,
  type EntryFault,
  type EventBridgeEmulator,
  type EventBridgeFault,
  type EventBridgeOptions,
} from "./emulator.ts";
export { type BusEvent, defaultEventBridgeSettings, type EventBridgeSettings } from "./world.ts";
