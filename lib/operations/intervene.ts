import { ConflictError } from "../contracts/errors.ts";
import { type OperationRecord, operationKey, recordVersion } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { put } from "./ledger-write.ts";
import { sendOutbox } from "./outbox.ts";
import { advance, type Change } from "./record.ts";

export interface Person {
  readonly by: string;
  readonly note?: string;
}

/** Conflicts in a row before somebody is told to try again. */
export const maxTries = 8;

async function rowOf(ports: Ports, id: string): Promise<{ record: OperationRecord; version: string } | undefined> {
  const stored = await ports.ledger.read(operationKey(id));
  return stored?.record.kind === "operation" ? { record: stored.record, version: stored.version } : undefined;
}

/**
 * A write that no step message triggered: it carries every owed event and replaces only the step message.
 * @param change undefined: nothing to do any more
 */
export async function intervene(
  ports: Ports,
  id: string,
  changeOf: (record: OperationRecord, now: number) => Change | undefined,
): Promise<{ readonly record: OperationRecord; readonly version: string; readonly changed: boolean } | undefined> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const row = await rowOf(ports, id);
    if (!row) return undefined;
    if (row.record.v > recordVersion) {
      throw new ConflictError(
        `Expected operation ${id} in version ${recordVersion} or older, got ${row.record.v}: finish the rollout of the newer release`,
        { code: "unsupported-version" },
      );
    }
    const now = ports.clock.now();
    const change = changeOf(row.record, now);
    if (!change) return { ...row, changed: false };
    const next = advance(row.record, change, { now, nonce: ports.randomness.id() });
    const version = await put(ports.ledger, operationKey(id), next, row.version);
    if (version === undefined) continue;
    await sendOutbox(ports, next);
    return { record: next, version, changed: true };
  }
  throw new ConflictError(
    `Expected to write operation ${id} within ${maxTries} tries, got a conflict each time: try again`,
  );
}
