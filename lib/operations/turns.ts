import { RetryableError } from "../contracts/errors.ts";
import { limits } from "../contracts/limits.ts";
import {
  isQuarantined,
  type OperationRecord,
  operationKey,
  recordVersion,
  type TurnRecord,
  turnKey,
} from "../contracts/operation.ts";
import type { Ports, Stored } from "../contracts/ports.ts";
import { put, putNew } from "./ledger-write.ts";
import { stepMessageOf } from "./messages.ts";

export type TurnAnswer =
  | { readonly kind: "held" }
  /** The turn item knows a later hold of ours than our row does: the row we read is old. */
  | { readonly kind: "stale-row" }
  | { readonly kind: "taken"; readonly holder: string; readonly inLine: boolean };

/** More conflicts in a row than this are not contention between functions: something is wrong. */
const maxTries = 16;

async function operationOf(ports: Ports, id: string): Promise<OperationRecord | undefined> {
  const stored = await ports.ledger.read(operationKey(id));
  return stored?.record.kind === "operation" ? stored.record : undefined;
}

/** A hold counts while its operation may still write: no clock decides, the holder's own row does. */
function isValidHold(holder: OperationRecord | undefined, k: number): boolean {
  if (!holder) return false;
  if (holder.state === "ended" && !isQuarantined(holder)) return false;
  return (holder.turn?.holdsGivenUp ?? 0) < k;
}

/**
 * Sends the waiting step of the operation that has just been handed the turn; a lost wake-up is covered by its `wakeAt`.
 * False when it has ended meanwhile, so that the turn has to be handed on.
 */
async function wake(ports: Ports, id: string): Promise<boolean> {
  const record = await operationOf(ports, id);
  if (!record || record.state === "ended") return false;
  await ports.queue.send([
    { queue: record.step, body: stepMessageOf(ports, record, { n: record.n, attempt: 0, wake: true }) },
  ]);
  return true;
}

async function wakeWaiting(ports: Ports, id: string): Promise<void> {
  const record = await operationOf(ports, id);
  if (record?.waitingFor?.code === "turn") await wake(ports, id);
}

async function readTurn(ports: Ports, resource: string): Promise<(Stored & { record: TurnRecord }) | undefined> {
  const stored = await ports.ledger.read(turnKey(resource));
  return stored?.record.kind === "turn" ? { ...stored, record: stored.record } : undefined;
}

function turnRecord(
  ports: Ports,
  resource: string,
  holder: TurnRecord["holder"],
  line: TurnRecord["line"],
): TurnRecord {
  return { kind: "turn", v: recordVersion, resource, nonce: ports.randomness.id(), holder, line };
}

/**
 * Asks for the turn on a provider resource, for hold `holdsGivenUp + 1` of this operation, as its row says.
 * With `join` a place in the line is taken when somebody else holds it; without, it is only looked at.
 */
export async function takeTurn(
  ports: Ports,
  record: OperationRecord,
  resource: string,
  join: boolean,
): Promise<TurnAnswer> {
  const me = { operation: record.id, k: (record.turn?.holdsGivenUp ?? 0) + 1 };
  for (let tries = 0; tries < maxTries; tries += 1) {
    const stored = await readTurn(ports, resource);
    if (!stored) {
      const created = await putNew(ports.ledger, turnKey(resource), turnRecord(ports, resource, me, []));
      if (created !== undefined) return { kind: "held" };
      continue;
    }
    const answer = await tryExisting(ports, stored, resource, me, join);
    if (answer) return answer;
  }
  throw new RetryableError(
    `Expected to settle the turn on ${resource} within ${maxTries} tries, got a conflict each time`,
    {
      code: "turn-contended",
      effect: "none",
    },
  );
}

async function tryExisting(
  ports: Ports,
  stored: Stored & { record: TurnRecord },
  resource: string,
  me: TurnRecord["holder"],
  join: boolean,
): Promise<TurnAnswer | undefined> {
  const { holder, line } = stored.record;
  const mine = [holder, ...line].filter((place) => place.operation === me.operation);
  if (mine.some((place) => place.k > me.k)) return { kind: "stale-row" };
  if (holder.operation === me.operation && holder.k === me.k) return { kind: "held" };

  const write = (next: TurnRecord["holder"], rest: TurnRecord["line"]) =>
    put(ports.ledger, turnKey(resource), turnRecord(ports, resource, next, rest), stored.version);
  const others = line.filter((place) => place.operation !== me.operation);
  const waiting = line.some((place) => place.operation === me.operation && place.k === me.k);
  const valid = holder.operation !== me.operation && isValidHold(await operationOf(ports, holder.operation), holder.k);

  if (valid) {
    const taken = { kind: "taken", holder: holder.operation } as const;
    if (waiting || !join || others.length >= limits.turnLine) return { ...taken, inLine: waiting };
    return (await write(holder, [...others, me])) === undefined ? undefined : { ...taken, inLine: true };
  }
  // The hold is void: it goes to the head of the line, not to whoever happens to look.
  const [head, ...rest] = waiting ? line : [...others, me];
  if (!head || head.operation === me.operation) {
    return (await write(me, others)) === undefined ? undefined : { kind: "held" };
  }
  if ((await write(head, rest)) === undefined || !(await wake(ports, head.operation))) return undefined;
  return { kind: "taken", holder: head.operation, inLine: true };
}

/**
 * Gives back hold `k` and leaves the line, handing the turn to its head in the same write.
 * It names its number: a newer hold of the same operation is never touched.
 */
export async function giveBack(ports: Ports, operation: string, resource: string, k: number): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const stored = await readTurn(ports, resource);
    if (!stored) return;
    const { holder, line } = stored.record;
    const rest = line.filter((place) => place.operation !== operation || place.k > k);
    const holds = holder.operation === operation && holder.k <= k;
    if (!holds) {
      // Handed over before, perhaps by ourselves just before a crash: the new holder may not have been woken.
      if (rest.length === line.length) return wakeWaiting(ports, holder.operation);
      const left = turnRecord(ports, resource, holder, rest);
      if ((await put(ports.ledger, turnKey(resource), left, stored.version)) !== undefined) return;
      continue;
    }
    const [head, ...others] = rest;
    if (!head) {
      if (await ports.ledger.remove(turnKey(resource), stored.version)) return;
      continue;
    }
    const handed = turnRecord(ports, resource, head, others);
    if ((await put(ports.ledger, turnKey(resource), handed, stored.version)) === undefined) continue;
    if (await wake(ports, head.operation)) return;
    return giveBack(ports, head.operation, resource, head.k);
  }
  throw new RetryableError(
    `Expected to give back the turn on ${resource} within ${maxTries} tries, got a conflict each time`,
    {
      code: "turn-contended",
    },
  );
}
