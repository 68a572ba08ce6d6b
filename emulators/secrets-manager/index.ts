export {
  type AccessKeySeed,
  createSecretsManagerEmulator,
  type SecretsManagerEmulator,
  type SecretsManagerFault,
  type SecretsManagerOptions,
} from "./emulator.ts";
export {
  defaultSecretsManagerSettings,
  type SecretsEffect,
  type SecretsManagerSettings,
  type StoredSecret,
  type StoredVersion,
} from "./world.ts";
