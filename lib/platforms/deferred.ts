import type { Bus, HandoffStore, Vault } from "../contracts/ports.ts";
import type { Sealer } from "../contracts/sealer.ts";

/**
 * Ports whose adapters are loaded when they are first used: most steps never touch a vault or a bucket, and a cold start pays for
 * the code that it evaluates.
 */
export type Load<Port> = () => Promise<Port>;

export const deferredBus = (load: Load<Bus>): Bus => ({
  publish: async (events) => (await load()).publish(events),
});

export const deferredVault = (load: Load<Vault>): Vault => ({
  get: async (name) => (await load()).get(name),
  describe: async (name) => (await load()).describe(name),
  put: async (name, value, note) => (await load()).put(name, value, note),
  create: async (name, value) => (await load()).create(name, value),
  names: async () => (await load()).names(),
  remove: async (name) => (await load()).remove(name),
});

export const deferredSealer = (load: Load<Sealer>): Sealer => ({
  seal: async (purpose, text) => (await load()).seal(purpose, text),
  open: async (purpose, text) => (await load()).open(purpose, text),
});

export const deferredHandoffs = (load: Load<HandoffStore>): HandoffStore => ({
  put: async (id, content, about) => (await load()).put(id, content, about),
  describe: async (id) => (await load()).describe(id),
  take: async (id) => (await load()).take(id),
  remove: async (id) => (await load()).remove(id),
  expire: async (nowMs) => (await load()).expire(nowMs),
});
