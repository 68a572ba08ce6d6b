import { engineMutations } from "./engine.ts";
import type { Mutation } from "./mutation.ts";
import { providerMutations } from "./providers.ts";

export const mutations: readonly Mutation[] = [...engineMutations, ...providerMutations];

/** @throws Error when there is none of that name */
export function mutationOf(name: string): Mutation {
  const found = mutations.find((mutation) => mutation.name === name);
  if (found) return found;
  throw new Error(`Expected a mutation out of ${mutations.map((one) => one.name).join("; ")}, got ${name}`);
}
