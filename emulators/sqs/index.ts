export { createSqsEmulator, type EntryFault, type SqsEmulator, type SqsFault, type SqsOptions } from "./emulator.ts";
export { defaultAttributes, type QueueAttributes, type StoredMessage } from "./queue.ts";
export { defaultSqsSettings, type SqsSettings } from "./world.ts";
