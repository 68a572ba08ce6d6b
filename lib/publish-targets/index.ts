import type { PublishTarget } from "../contracts/publish-target.ts";
import type { PublishTargetConfiguration } from "../contracts/publish-targets.ts";
import { createKeyVaultTarget } from "./key-vault/index.ts";
import { createLocalVaultTarget } from "./local-vault/index.ts";
import type { PublishTargetParts } from "./parts.ts";
import { permitted } from "./permitted.ts";
import { createSecretsManagerTarget } from "./secrets-manager/index.ts";

export type { PublishTargetParts } from "./parts.ts";
export { permits } from "./permitted.ts";

/** The target of that name in the configuration. It touches no secret but those that the configuration lists. */
export function createPublishTarget(
  name: string,
  configuration: PublishTargetConfiguration,
  parts: PublishTargetParts,
): PublishTarget {
  return permitted(name, configuration, targetOf(name, configuration, parts));
}

function targetOf(name: string, configuration: PublishTargetConfiguration, parts: PublishTargetParts): PublishTarget {
  switch (configuration.kind) {
    case "key-vault":
      return createKeyVaultTarget({ name, configuration, parts });
    case "secrets-manager":
      return createSecretsManagerTarget({ name, configuration, parts });
    case "local-vault":
      return createLocalVaultTarget({ name, configuration, parts });
  }
}
