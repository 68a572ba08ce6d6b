import { messageOf } from "../contracts/errors.ts";
import { operationKey } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { wakeOperation } from "./commands.ts";
import { openIntents } from "./run.ts";

/** Names the operation that has to be settled before new effects begin, if there is one. */
export type EffectGate = () => Promise<string | undefined>;

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
      if (record.kind === "operation" && !record.parked && openIntents(record).length > 0) unsettled.add(record.id);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  for (const id of unsettled) {
    // One that cannot be woken now is woken by the sweep.
    await wakeOperation(ports, id, "restored from a backup: the provider is asked first").catch((error: unknown) =>
      ports.log.warn("an operation could not be woken after the restore", { operation: id, error: messageOf(error) }),
    );
  }
  return async () => {
    for (const id of unsettled) {
      const stored = await ports.ledger.read(operationKey(id));
      const record = stored?.record.kind === "operation" ? stored.record : undefined;
      if (record && record.state === "active" && openIntents(record).length > 0) return id;
      unsettled.delete(id);
    }
    return undefined;
  };
}
