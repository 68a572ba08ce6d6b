import type { Caller } from "../../lib/clients/caller.ts";
import { ConflictError, NotFoundError } from "../../lib/contracts/errors.ts";
import { operationIdPattern } from "../../lib/contracts/identifiers.ts";
import { type OperationRecord, operationKey, type TombstoneRecord } from "../../lib/contracts/operation.ts";
import { subjectOf } from "./callers.ts";
import type { ApplicationDependencies } from "./dependencies.ts";

/** 8 characters are 40 bits: enough to tell operations apart, and what tables show is longer. */
const beginningPattern = /^[a-z2-7]{8,51}$/;

type Parts = Pick<ApplicationDependencies, "ports">;

export function unknownOperation(id: string): NotFoundError {
  return new NotFoundError(`Expected an operation under ${id}, got none: see drover operations list`);
}

/**
 * An id from outside, before it becomes part of a key: whole, or its beginning when no other operation begins so. The beginning is for
 * callers that see everything: to others it would tell of what they may not see.
 */
async function fullId({ ports }: Parts, caller: Caller, id: string): Promise<string> {
  if (operationIdPattern.test(id)) return id;
  if (!beginningPattern.test(id)) {
    throw new NotFoundError(
      "Expected an operation's id, or at least its first 8 characters, got another text: see drover operations list",
    );
  }
  if (!caller.seesAll) throw unknownOperation(id);
  const { items } = await ports.ledger.listByPrefix(operationKey(id), 2);
  const [first, second] = items;
  if (second)
    throw new ConflictError(`Expected one operation that begins with ${id}, got several: give more of the id`);
  if (!first) throw unknownOperation(id);
  return first.key.slice(operationKey("").length);
}

/** What the caller may not see is answered as if it were not there. */
export async function recordOf(parts: Parts, caller: Caller, id: string): Promise<OperationRecord | TombstoneRecord> {
  const full = await fullId(parts, caller, id);
  const record = (await parts.ports.ledger.read(operationKey(full)))?.record;
  if (record?.kind === "operation" && caller.sees(subjectOf(record))) return record;
  // What is kept of a forgotten one does not say whose it was.
  if (record?.kind === "tombstone" && caller.seesAll) return record;
  throw unknownOperation(full);
}

/** The whole id of an operation that the caller sees. */
export async function idOf(parts: Parts, caller: Caller, id: string): Promise<string> {
  return (await recordOf(parts, caller, id)).id;
}

/** @throws NotFoundError also for one of which only the outcome is kept */
export async function wholeOf(parts: Parts, caller: Caller, id: string): Promise<OperationRecord> {
  const record = await recordOf(parts, caller, id);
  if (record.kind === "operation") return record;
  throw new NotFoundError(
    `Expected operation ${id} with its history, got what is kept of it: it ended as ${record.outcome} on ${new Date(record.endedAt).toISOString()}`,
    { code: "forgotten" },
  );
}
