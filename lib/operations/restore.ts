import { operationKey } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { wakeOperation } from "./commands.ts";
import { openIntents } from "./run.ts";

/** Says whether new effects may begin. */
export type EffectGate = () => Promise<boolean>;

/**
 * After a backup was restored the world is ahead of the ledger. Every effect that was under way is reconciled first, and nothing new
 * begins until that is done.
 */
export async function closeUntilReconciled(ports: Ports): Promise<EffectGate> {
  const unsettled = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await ports.ledger.listOperations({ state: "active" }, 200, cursor);
    for (const { record } of page.items) {
      if (record.kind === "operation" && openIntents(record).length > 0) unsettled.add(record.id);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  for (const id of unsettled) await wakeOperation(ports, id, "restored from a backup: the provider is asked first");
  return async () => {
    for (const id of unsettled) {
      const stored = await ports.ledger.read(operationKey(id));
      const record = stored?.record.kind === "operation" ? stored.record : undefined;
      if (record && record.state === "active" && openIntents(record).length > 0) return false;
      unsettled.delete(id);
    }
    return true;
  };
}
