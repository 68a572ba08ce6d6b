import type { LocalVaultTarget } from "../../lib/contracts/publish-targets.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { localVault } from "../../lib/platforms/local/vault.ts";
import { createPublishTarget } from "../../lib/publish-targets/index.ts";
import { temporaryFolder } from "../platforms/local/temporary-folder.ts";
import { ManualTime } from "../providers/support.ts";
import { describePublishTarget } from "./contract.ts";
import { openKeyVault } from "./key-vault-world.ts";
import { openSecretsManager } from "./secrets-manager-world.ts";

describePublishTarget("key-vault", openKeyVault);
describePublishTarget("secrets-manager", openSecretsManager);

describePublishTarget("local-vault", async () => {
  const time = new ManualTime();
  const vault = localVault({ dataFolder: await temporaryFolder() });
  const configuration: LocalVaultTarget = { kind: "local-vault", secrets: ["fleet-*", "exact"] };
  const secret = async () => new Secret("unused");
  return {
    target: createPublishTarget("cloud", configuration, { secret, clock: time, vault }),
    time,
    secret: "fleet-key",
    keeps: (note) => note,
    canaries: [],
    putByOthers: async (name, value) => void (await vault.put(name, new Secret(value))),
  };
});
