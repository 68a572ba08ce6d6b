import { Buffer } from "node:buffer";
import type { StagedKeys } from "../../lib/contracts/key-rotation.ts";
import { isQuarantined, operationKey } from "../../lib/contracts/operation.ts";
import type { Ledger, Randomness, Vault } from "../../lib/contracts/ports.ts";
import { slots } from "../../lib/contracts/publish-target.ts";
import { Secret } from "../../lib/contracts/secret.ts";

/** Of a key that the service takes: it wants 16 to 64. */
const keyBytes = 64;
const prefix = "drover-staged-";

/** Letters, digits and hyphens: what every vault takes. */
const nameOf = (operation: string, slot: string) => `${prefix}${operation}-${slot}`;

/** Keys wait in the vault, under names that nobody publishes. */
export function createStagedKeys(vault: Vault, randomness: Randomness): StagedKeys {
  return {
    async take(operation, slot) {
      const name = nameOf(operation, slot);
      const found = await vault.get(name);
      if (found) return found;
      const made = Buffer.from(randomness.hex(2 * keyBytes), "hex").toString("base64");
      return vault.create(name, new Secret(made));
    },
    remove: (operation) => removeStaged(vault, operation),
  };
}

async function removeStaged(vault: Vault, operation: string): Promise<void> {
  for (const slot of slots) await vault.remove(nameOf(operation, slot));
}

async function operationsWithStagedKeys(vault: Vault): Promise<readonly string[]> {
  const names = (await vault.names()).filter((name) => name.startsWith(prefix));
  return [...new Set(names.map((name) => name.slice(prefix.length).replace(/-(?:primary|secondary)$/, "")))];
}

/**
 * Removes what a function that was frozen, or a rotation that nobody carried to its end, has left in the vault. Returns how many
 * operations had left something. Those that go on, or whose outcome nobody knows yet, keep theirs.
 */
export async function removeLeftKeys({
  vault,
  ledger,
}: {
  readonly vault: Vault;
  readonly ledger: Ledger;
}): Promise<number> {
  let removed = 0;
  for (const operation of await operationsWithStagedKeys(vault)) {
    const record = (await ledger.read(operationKey(operation)))?.record;
    if (record?.kind === "operation" && (record.state === "active" || isQuarantined(record))) continue;
    await removeStaged(vault, operation);
    removed += 1;
  }
  return removed;
}
