export { createLocalVaultTarget } from "./target.ts";
