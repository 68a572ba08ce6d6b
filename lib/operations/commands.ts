import { ConflictError, NotFoundError } from "../contracts/errors.ts";
import { bodyOf } from "../contracts/kept-body.ts";
import {
  type ConnectionRecord,
  connectionKey,
  type DeadLetterRecord,
  deadLetterKey,
  type OperationRecord,
  recordVersion,
} from "../contracts/operation.ts";
import { inboxQueue, type Ports } from "../contracts/ports.ts";
import { deliverEventQueue, redeliveryOf } from "../contracts/sink.ts";
import { outboxSlackMs, sweepSlackMs } from "./backoff.ts";
import { intervene, maxTries, type Person } from "./intervene.ts";
import { put, putNew } from "./ledger-write.ts";
import { clearOutbox } from "./outbox.ts";
import type { Change } from "./record.ts";
import { heldAfterDoubt } from "./results.ts";

export type { Person } from "./intervene.ts";

export type Cancelled = { readonly kind: "requested" | "already" | "ended" | "absent" };

/** Asks for the end of an operation. What was started is reconciled first; twice is harmless. */
export async function cancelOperation(ports: Ports, id: string, person: Person): Promise<Cancelled> {
  let ended = false;
  const written = await intervene(ports, id, (record, now) => {
    ended = record.state === "ended";
    if (ended || record.cancelRequested) return undefined;
    return {
      patch: { cancelRequested: { at: now, ...person }, parked: undefined, resumeAt: undefined },
      events: [
        {
          type: "drover.operation.waiting",
          data: {
            code: "cancel-requested",
            reason: `Cancel asked for by ${person.by}`,
            next: "Ends when the provider's state is proven",
          },
        },
      ],
      owedStep: { n: record.n, attempt: 0, notBefore: now },
      wakeAt: now + sweepSlackMs,
      history: { what: "cancel-requested", detail: [person.by, person.note].filter(Boolean).join(": ") },
    };
  });
  if (!written) return { kind: "absent" };
  return { kind: written.changed ? "requested" : ended ? "ended" : "already" };
}

/**
 * Lets an operation begin that somebody else has asked for. Twice is harmless.
 * @throws NotFoundError; ConflictError when it needs no approval, has ended, or was asked for by the same person
 */
export async function approveOperation(ports: Ports, id: string, person: Person): Promise<"approved" | "already"> {
  const written = await intervene(ports, id, (record, now) => {
    if (!record.approval) throw refusedApproval(id, "one that needs no approval", "it goes on by itself");
    if (record.approval.by !== undefined) return undefined;
    if (record.state === "ended") throw refusedApproval(id, `one that ended as ${record.outcome}`, "ask for it again");
    if (record.requestedBy === person.by) {
      throw refusedApproval(id, `one that ${person.by} has asked for`, "somebody else has to approve it");
    }
    return {
      patch: { approval: { ...person, at: now }, waitingFor: undefined, resumeAt: undefined },
      events: [
        {
          type: "drover.operation.waiting",
          data: { code: "approved", reason: `Approved by ${person.by}`, next: record.step },
        },
      ],
      owedStep: { n: 0, attempt: 0, notBefore: now },
      wakeAt: now + sweepSlackMs,
      history: { what: "approved", detail: [person.by, person.note].filter(Boolean).join(": ") },
    };
  });
  if (!written) throw new NotFoundError(`Expected an operation under ${id}, got none`);
  return written.changed ? "approved" : "already";
}

function refusedApproval(id: string, found: string, remedy: string): ConflictError {
  return new ConflictError(`Expected operation ${id} to wait for somebody else's approval, got ${found}: ${remedy}`, {
    code: "not-to-approve",
  });
}

export type Resolution = "succeeded" | "failed" | "not-done";

/**
 * Settles an `unknown` outcome by a person's word, and gives its turn back. `not-done` never reopens it: what is still wanted
 * is a new request.
 * @throws NotFoundError, ConflictError when the outcome is not `unknown` or is resolved already
 */
export async function resolveOperation(
  ports: Ports,
  id: string,
  as: Resolution,
  person: Person & { readonly note: string },
  retainMs: number,
): Promise<OperationRecord> {
  const written = await intervene(ports, id, (record, now) => {
    if (record.outcome !== "unknown" || record.resolution) {
      const found = record.resolution
        ? `one resolved as ${record.resolution.as}`
        : (record.outcome ?? "one that has not ended");
      throw new ConflictError(`Expected operation ${id} with the outcome unknown, got ${found}`, {
        code: "not-unknown",
      });
    }
    const held = heldAfterDoubt(record);
    return {
      patch: { resolution: { as, at: now, by: person.by, note: person.note }, ...held.patch },
      events: [
        {
          type: "drover.operation.resolved",
          data: { outcome: "unknown", code: as, reason: `${person.by}: ${person.note}` },
        },
      ],
      giveBacks: held.giveBacks,
      wakeAt: now + outboxSlackMs,
      history: { what: "resolved", detail: `${as} by ${person.by}: ${person.note}` },
    };
  });
  if (!written) throw new NotFoundError(`Expected an operation under ${id}, got none`);
  await clearOutbox(ports, written.record, written.version, retainMs);
  return written.record;
}

/** Holds back new effects on a connection, or lets them go on; polls of what has been started are not touched. */
export async function setPaused(
  ports: Ports,
  name: string,
  paused: boolean,
  person: Person,
): Promise<ConnectionRecord> {
  const key = connectionKey(name);
  for (let tries = 0; tries < maxTries; tries += 1) {
    const stored = await ports.ledger.read(key);
    const now = ports.clock.now();
    const record: ConnectionRecord = {
      kind: "connection",
      v: recordVersion,
      name,
      nonce: ports.randomness.id(),
      ...(paused ? { paused: { at: now, ...person } } : {}),
    };
    const version = stored
      ? await put(ports.ledger, key, record, stored.version)
      : await putNew(ports.ledger, key, record);
    if (version === undefined) continue;
    if (!paused) await wakePaused(ports, name);
    return record;
  }
  throw new ConflictError(
    `Expected to write connection ${name} within ${maxTries} tries, got a conflict each time: try again`,
  );
}

/** Operations that wait for the connection go on at once; the ones that this misses go on by their own delayed message. */
async function wakePaused(ports: Ports, connection: string): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await ports.ledger.listOperations({ connection, state: "active" }, 100, cursor);
    for (const { record } of page.items) {
      if (record.kind !== "operation" || record.waitingFor?.code !== "paused") continue;
      await intervene(ports, record.id, (row, now) =>
        row.state === "ended" || row.waitingFor?.code !== "paused"
          ? undefined
          : resumed(row, now, "connection resumed"),
      );
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** Sends the operation's present step again, at once. */
export async function wakeOperation(ports: Ports, id: string, why: string): Promise<void> {
  await intervene(ports, id, (row, now) => (row.state === "ended" ? undefined : resumed(row, now, why)));
}

function resumed(record: OperationRecord, now: number, detail: string): Change {
  return {
    patch: { parked: undefined, waitingFor: undefined, resumeAt: undefined },
    owedStep: { n: record.n, attempt: 0, notBefore: now },
    wakeAt: now + sweepSlackMs,
    history: { what: "resumed", step: record.step, detail },
  };
}

/**
 * Takes a dead letter up again: a new step message for the operation as it stands, never the old bytes. A dead request that has
 * no operation goes to the inbox again; its key makes that safe.
 * @throws NotFoundError, ConflictError when the operation has ended
 */
export async function redrive(ports: Ports, letterId: string, person: Person): Promise<DeadLetterRecord> {
  const stored = await ports.ledger.read(deadLetterKey(letterId));
  const letter = stored?.record;
  if (!stored || letter?.kind !== "dead-letter")
    throw new NotFoundError(`Expected a dead letter under ${letterId}, got none`);
  const isEvent = letter.queue === deliverEventQueue;
  if (letter.operation === undefined && letter.queue !== inboxQueue && !isEvent) {
    throw new ConflictError(
      `Expected a dead letter that can be read, got one from ${letter.queue} that cannot: nothing can be redriven, its operation goes on by itself`,
      { code: "unreadable-letter" },
    );
  }
  if (letter.operation === undefined) {
    if (letter.cut) {
      throw new ConflictError(
        "Expected a dead letter that was kept whole, got one of which only the beginning could be kept: send the request again from where it came",
        { code: "cut-letter" },
      );
    }
    const kept = bodyOf(letter);
    const body = isEvent ? redeliveryOf(kept, ports.clock.now()) : kept;
    await ports.queue.send([{ queue: letter.queue, body }]);
  } else {
    const written = await intervene(ports, letter.operation, (record, now) => {
      if (record.state === "ended") {
        throw new ConflictError(
          `Expected an operation that is still active, got ${record.id}, which ended as ${record.outcome}: nothing is left to redrive`,
          { code: "operation-ended" },
        );
      }
      return resumed(record, now, `dead letter redriven by ${person.by}`);
    });
    if (!written) throw new NotFoundError(`Expected operation ${letter.operation} of the dead letter, got none`);
  }
  const redriven: DeadLetterRecord = { ...letter, nonce: ports.randomness.id(), redrivenAt: ports.clock.now() };
  await put(ports.ledger, stored.key, redriven, stored.version);
  return redriven;
}
