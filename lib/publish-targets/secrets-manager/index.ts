export { createSecretsManagerTarget } from "./target.ts";
