export {
  createKeyVaultEmulator,
  isVaultRequest,
  type KeyVaultEmulator,
  type KeyVaultOptions,
  type KeyVaultScenario,
  type VaultFault,
  type VaultSeed,
} from "./emulator.ts";
export {
  defaultVaultSettings,
  type Permission,
  type SecretVersion,
  type VaultEffect,
  type VaultSettings,
} from "./world.ts";
