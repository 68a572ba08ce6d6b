export { createS3Emulator, type S3Emulator, type S3Fault, type S3Options } from "./emulator.ts";
export { defaultS3Settings, type S3Effect, type S3Settings, type StoredObject } from "./world.ts";
