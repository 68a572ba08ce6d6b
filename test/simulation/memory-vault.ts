import type { Vault } from "../../lib/contracts/ports.ts";
import type { Secret } from "../../lib/contracts/secret.ts";
import type { Io } from "./world.ts";

/** A vault that is durable whatever crashes, as far as keys are staged in it. */
export function memoryVault(stored: Map<string, Secret>, io: Io = unbroken): Vault {
  const unused = () => Promise.reject(new Error("Expected no such call"));
  return {
    get: (name) => io("vault.get", () => stored.get(name)),
    create: (name, value) =>
      io("vault.create", () => {
        const stands = stored.get(name) ?? value;
        stored.set(name, stands);
        return stands;
      }),
    remove: (name) => io("vault.remove", () => stored.delete(name)),
    names: async () => [...stored.keys()],
    put: unused,
    describe: unused,
  };
}

/** As somebody sees it who never crashes. */
const unbroken: Io = (_label, apply) => Promise.resolve().then(apply);
