import { ConflictError, NotFoundError } from "../../lib/contracts/errors.ts";
import { operationIdPattern } from "../../lib/contracts/identifiers.ts";
import { type OperationRecord, operationKey, type TombstoneRecord } from "../../lib/contracts/operation.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

/** 8 characters are 40 bits: enough to tell operations apart, and what tables show is longer. */
const beginningPattern = /^[a-z2-7]{8,51}$/;

export function unknownOperation(id: string): NotFoundError {
  return new NotFoundError(`Expected an operation under ${id}, got none: see drover operations list`);
}

/** An id from outside, before it becomes part of a key: whole, or its beginning when no other operation begins so. */
export async function fullId({ ports }: Pick<ApplicationDependencies, "ports">, id: string): Promise<string> {
  if (operationIdPattern.test(id)) return id;
  if (!beginningPattern.test(id)) {
    throw new NotFoundError(
      "Expected an operation's id, or at least its first 8 characters, got another text: see drover operations list",
    );
  }
  const { items } = await ports.ledger.listByPrefix(operationKey(id), 2);
  const [first, second] = items;
  if (second)
    throw new ConflictError(`Expected one operation that begins with ${id}, got several: give more of the id`);
  if (!first) throw unknownOperation(id);
  return first.key.slice(operationKey("").length);
}

export async function recordOf(
  dependencies: Pick<ApplicationDependencies, "ports">,
  id: string,
): Promise<OperationRecord | TombstoneRecord> {
  const stored = await dependencies.ports.ledger.read(operationKey(await fullId(dependencies, id)));
  if (stored?.record.kind === "operation" || stored?.record.kind === "tombstone") return stored.record;
  throw unknownOperation(id);
}

/** @throws NotFoundError also for one of which only the outcome is kept */
export async function wholeOf(
  dependencies: Pick<ApplicationDependencies, "ports">,
  id: string,
): Promise<OperationRecord> {
  const record = await recordOf(dependencies, id);
  if (record.kind === "operation") return record;
  throw new NotFoundError(
    `Expected operation ${id} with its history, got what is kept of it: it ended as ${record.outcome} on ${new Date(record.endedAt).toISOString()}`,
    { code: "forgotten" },
  );
}
