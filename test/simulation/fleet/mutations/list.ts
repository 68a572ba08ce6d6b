import { effectMutations } from "./effects.ts";
import { engineMutations } from "./engine.ts";
import type { Mutation } from "./mutation.ts";
import { providerMutations } from "./providers.ts";
import { upkeepMutations } from "./upkeep.ts";

export const mutations: readonly Mutation[] = [
  ...effectMutations,
  ...engineMutations,
  ...upkeepMutations,
  ...providerMutations,
];

/** @throws Error when there is none of that name */
export function mutationOf(name: string): Mutation {
  const found = mutations.find((mutation) => mutation.name === name);
  if (found) return found;
  throw new Error(`Expected a mutation out of ${mutations.map((one) => one.name).join("; ")}, got ${name}`);
}
