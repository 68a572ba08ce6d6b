import { PermanentError } from "../lib/contracts/errors.ts";
import type { KeyRotation } from "../lib/contracts/key-rotation.ts";
import type { PublishTarget } from "../lib/contracts/publish-target.ts";
import { createPromises } from "../lib/operations/promises.ts";
import { type AzureDpsProvider, keyIn } from "../lib/providers/azure-dps/index.ts";
import { createPublishTarget } from "../lib/publish-targets/index.ts";
import { kept } from "./kept.ts";
import type { ProviderParts } from "./provider-parts.ts";
import { createStagedKeys } from "./rotate-dps-keys/staged-keys.ts";

/** Keys are published, and never handed over. */
type RotationParts = Omit<ProviderParts, "handoffs">;

/** Targets by their names in the configuration, each kept with its login. They refuse secrets that requests may not publish. */
function createTargets({ publishTargets, ...parts }: RotationParts): (name: string) => PublishTarget {
  const made = new Map<string, PublishTarget>();
  return (name) =>
    kept(made, name, () => {
      const configuration = Object.hasOwn(publishTargets, name) ? publishTargets[name] : undefined;
      if (configuration) return createPublishTarget(name, configuration, parts);
      throw new PermanentError(
        `Expected a publish target ${name} in the configuration, got none of that name: add it`,
        { code: "unknown-target" },
      );
    });
}

/** All that a rotation of the provider's keys works with. */
export function keyRotationOf(provider: AzureDpsProvider, parts: RotationParts): KeyRotation {
  const { vault, randomness, clock } = parts;
  const targetOf = createTargets(parts);
  return {
    ...provider.rotation,
    keyIn,
    promises: createPromises(parts),
    staged: createStagedKeys(vault, randomness),
    now: () => clock.now(),
    wallMs: () => clock.wallMs(),
    target: ({ target }) => targetOf(target),
  };
}
