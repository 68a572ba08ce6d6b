export { createKeyVaultTarget } from "./target.ts";
