import { note } from "./effects.ts";
import { apply, startOperation } from "./operations.ts";
import type { OtherWrite } from "./scenario.ts";
import { policyOfSeed } from "./seed.ts";
import { key, type Policy, type ProvisioningService, serviceKey, serviceNamed, type World } from "./world.ts";

/** Acts as people and programs beside the client under test. Whatever is done here is in force at once. */
export interface OtherWriter {
  /** @throws Error when there is no such service */
  write(write: OtherWrite): void;
  /** Keeps the service in `Transitioning` for so long, without a change; its writes meanwhile are refused. */
  occupy(service: string, ms: number): void;
  /** Removes the service at once. */
  remove(service: string): void;
  /** Replaces a key of a hub's policy and returns the new one. Links that use the old one stop working. */
  rotateHubKey(hub: string, keyName: string, slot: "primary" | "secondary", value?: string): string;
}

export function createOtherWriter(world: World): OtherWriter {
  return {
    write: (change) => writeAsOther(world, change, world.timeline.now()),
    occupy: (name, ms) => {
      const atMs = world.timeline.now();
      const service = existing(world, name);
      startOperation(world, service, "update", null, atMs, { result: "succeeded", workMs: ms, takesEffect: false });
    },
    remove: (name) => {
      const atMs = world.timeline.now();
      const service = existing(world, name);
      world.services.delete(serviceKey(service));
      note(world, atMs, "deleted", service.name, {}, "other-writer");
    },
    rotateHubKey: (name, keyName, slot, value = world.secrets.key()) => {
      const atMs = world.timeline.now();
      const hub = world.hubs.get(key(name));
      const field = `${slot}Key` as const;
      if (hub === undefined) throw new Error(`Expected the hub ${name} to be seeded, got no such hub`);
      if (!hub.policies.some((policy) => key(policy.keyName) === key(keyName))) {
        throw new Error(`Expected the hub ${name} to have a policy ${keyName}, got none`);
      }
      hub.policies = hub.policies.map((policy) =>
        key(policy.keyName) === key(keyName) ? { ...policy, [field]: value } : policy,
      );
      note(world, atMs, "hub-key-rotated", hub.name, { keyName, slot, [field]: value }, "other-writer");
      return value;
    },
  };
}

export function writeAsOther(world: World, change: OtherWrite, atMs: number): void {
  const service = existing(world, change.service);
  const { config } = service;
  const newer = { ...config.newer, ...change.newer };
  const policies = changedPolicies(world, config.policies, change);
  const { tags = config.tags, allocationPolicy = config.allocationPolicy } = change;
  if (change.state !== undefined) service.state = change.state;
  apply(world, service, { ...config, tags, allocationPolicy, newer, policies }, "written", atMs, "other-writer");
}

function changedPolicies(world: World, current: readonly Policy[], change: OtherWrite): readonly Policy[] {
  const { removePolicy, addPolicy, key: changed } = change;
  const kept = current.filter(({ keyName }) => removePolicy === undefined || key(keyName) !== key(removePolicy));
  const all = addPolicy === undefined ? kept : [...kept, policyOfSeed(world, addPolicy)];
  if (changed === undefined) return all;
  const field = `${changed.slot}Key` as const;
  const value = changed.value ?? world.secrets.key();
  return all.map((policy) => (key(policy.keyName) === key(changed.keyName) ? { ...policy, [field]: value } : policy));
}

function existing(world: World, name: string): ProvisioningService {
  const service = serviceNamed(world, name);
  if (service === undefined) throw new Error(`Expected the service ${name} to exist, got no such service`);
  return service;
}
