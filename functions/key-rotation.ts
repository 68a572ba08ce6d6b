import { PermanentError } from "../lib/contracts/errors.ts";
import type { KeyRotation } from "../lib/contracts/key-rotation.ts";
import type { PublishTarget } from "../lib/contracts/publish-target.ts";
import type { PublishTargetConfiguration } from "../lib/contracts/publish-targets.ts";
import { createPromises } from "../lib/operations/promises.ts";
import { type AzureDpsProvider, keyIn } from "../lib/providers/azure-dps/index.ts";
import { createPublishTarget, permits } from "../lib/publish-targets/index.ts";
import type { ProviderParts } from "./provider-parts.ts";
import { createStagedKeys } from "./rotate-dps-keys/staged-keys.ts";

/** Targets by their names in the configuration; each is made when it is first asked for, and kept with its login. */
export function createTargets(
  configured: Readonly<Record<string, PublishTargetConfiguration>>,
  parts: ProviderParts,
): (name: string) => PublishTarget {
  const made = new Map<string, PublishTarget>();
  return (name) => {
    const configuration = Object.hasOwn(configured, name) ? configured[name] : undefined;
    if (!configuration) {
      throw new PermanentError(
        `Expected a publish target ${name} in the configuration, got none of that name: add it`,
        {
          code: "unknown-target",
        },
      );
    }
    const target = made.get(name) ?? createPublishTarget(name, configuration, parts);
    made.set(name, target);
    return target;
  };
}

/** All that a rotation of the provider's keys works with. */
export function keyRotationOf(provider: AzureDpsProvider, parts: ProviderParts): KeyRotation {
  const { vault, randomness, clock, publishTargets } = parts;
  const targetOf = createTargets(publishTargets, parts);
  return {
    ...provider.rotation,
    keyIn,
    promises: createPromises(parts),
    staged: createStagedKeys(vault, randomness),
    now: () => clock.now(),
    target({ target, secret }) {
      const found = targetOf(target);
      const configuration = publishTargets[target];
      if (configuration && permits(configuration, secret)) return found;
      throw new PermanentError(
        `Expected a secret that requests may publish to ${target}, got another one: list it in publishTargets.${target}.secrets`,
        { code: "secret-not-permitted" },
      );
    },
  };
}
