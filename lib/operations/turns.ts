import { RetryableError } from "../contracts/errors.ts";
import { limits } from "../contracts/limits.ts";
import {
  type Claim,
  type Hold,
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

/** What is asked for: the turn on a provider resource, a claim that lasts, or one of the places in flight on a connection. */
export interface Wanted {
  readonly resource: string;
  /** Holds at the same time. */
  readonly capacity: number;
  /** Joins the line at its head. */
  readonly urgent?: boolean;
}

/** More conflicts in a row than this are not contention between functions: something is wrong. */
const maxTries = 16;
/** Holds of a full item that one look checks: a void one is rare, and whoever looks next checks others. */
const checkedHolds = 3;

/** The hold that a claim asks for next, or has. */
export const holdOf = (operation: string, claim: Claim | undefined): Hold => ({
  operation,
  k: (claim?.holdsGivenUp ?? 0) + 1,
});

async function operationOf(ports: Ports, id: string): Promise<OperationRecord | undefined> {
  const stored = await ports.ledger.read(operationKey(id));
  return stored?.record.kind === "operation" ? stored.record : undefined;
}

/** A hold counts while its operation may still write: no clock decides, the holder's own row does. */
function isValidHold(holder: OperationRecord | undefined, resource: string, k: number): boolean {
  if (!holder) return false;
  const inFlight = holder.place?.resource === resource;
  if (holder.state === "ended" && (inFlight || !isQuarantined(holder))) return false;
  const claim = [holder.place, holder.claim].find((one) => one?.resource === resource) ?? holder.turn;
  return (claim?.holdsGivenUp ?? 0) < k;
}

/**
 * Sends the waiting step of the operation that has just been handed the turn; a lost wake-up is covered by its `wakeAt`.
 * False when it has ended meanwhile, so that the turn has to be handed on.
 */
async function wake(ports: Ports, id: string): Promise<boolean> {
  const record = await operationOf(ports, id);
  if (!record || record.state === "ended") return false;
  await sendWake(ports, record);
  return true;
}

/** A message that proves nothing about the outbox and asks the operation to look now. */
export async function sendWake(ports: Ports, record: OperationRecord): Promise<void> {
  await ports.queue.send([
    { queue: record.step, body: stepMessageOf(ports, record, { n: record.n, attempt: 0, wake: true }) },
  ]);
}

/** Whether an operation that waits for this is woken by whoever hands it over. */
export const isInLine = (code: string | undefined) => code === "turn" || code === "claim" || code === "in-flight";

async function wakeWaiting(ports: Ports, id: string): Promise<void> {
  const record = await operationOf(ports, id);
  const code = record?.waitingFor?.code;
  if (isInLine(code)) await wake(ports, id);
}

async function readTurn(ports: Ports, resource: string): Promise<(Stored & { record: TurnRecord }) | undefined> {
  const stored = await ports.ledger.read(turnKey(resource));
  return stored?.record.kind === "turn" ? { ...stored, record: stored.record } : undefined;
}

function turnRecord(
  ports: Ports,
  { resource, capacity }: Wanted,
  holders: readonly Hold[],
  line: readonly Hold[],
): TurnRecord {
  return { kind: "turn", v: recordVersion, resource, nonce: ports.randomness.id(), capacity, holders, line };
}

/**
 * Asks for a hold. With `join` a place in the line is taken when others have all there are; without, it is only looked at.
 * @throws RetryableError when it cannot be settled for contention
 */
export async function takeTurn(ports: Ports, me: Hold, wanted: Wanted, join: boolean): Promise<TurnAnswer> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const stored = await readTurn(ports, wanted.resource);
    if (!stored) {
      const created = await putNew(ports.ledger, turnKey(wanted.resource), turnRecord(ports, wanted, [me], []));
      if (created !== undefined) return { kind: "held" };
      continue;
    }
    const answer = await tryExisting(ports, stored, wanted, me, join);
    if (answer) return answer;
  }
  throw contended("settle", wanted.resource);
}

async function tryExisting(
  ports: Ports,
  stored: Stored & { record: TurnRecord },
  wanted: Wanted,
  me: Hold,
  join: boolean,
): Promise<TurnAnswer | undefined> {
  const { holders, line } = stored.record;
  const mine = [...holders, ...line].filter((hold) => hold.operation === me.operation);
  if (mine.some((hold) => hold.k > me.k)) return { kind: "stale-row" };
  if (holders.some((hold) => hold.operation === me.operation && hold.k === me.k)) return { kind: "held" };

  const write = (next: readonly Hold[], rest: readonly Hold[]) =>
    put(ports.ledger, turnKey(wanted.resource), turnRecord(ports, wanted, next, rest), stored.version);
  const isOther = (hold: Hold) => hold.operation !== me.operation;
  const others = line.filter(isOther);
  const waiting = line.some((hold) => !isOther(hold) && hold.k === me.k);
  const live = await withoutVoid(ports, holders.filter(isOther), wanted);

  const [first] = live;
  if (first && live.length >= wanted.capacity) {
    const taken = { kind: "taken", holder: first.operation } as const;
    if (waiting || !join || others.length >= limits.turnLine) return { ...taken, inLine: waiting };
    const joined = wanted.urgent ? [me, ...others] : [...others, me];
    return (await write(live, joined)) === undefined ? undefined : { ...taken, inLine: true };
  }
  // There is room: it goes to the head of the line, not to whoever happens to look.
  const queue = waiting ? line : wanted.urgent ? [me, ...others] : [...others, me];
  const room = wanted.capacity - live.length;
  const handed = queue.slice(0, room);
  if ((await write([...live, ...handed], queue.slice(room))) === undefined) return undefined;
  const given = handed.filter(isOther);
  const gone = await wakeAll(ports, given, wanted.resource);
  if (given.length < handed.length) return { kind: "held" };
  const holder = given.at(0)?.operation ?? "";
  return gone > 0 ? undefined : { kind: "taken", holder, inLine: true };
}

/** The holds that count. As long as there is room nobody needs to know. */
async function withoutVoid(
  ports: Ports,
  holders: readonly Hold[],
  { resource, capacity }: Wanted,
): Promise<readonly Hold[]> {
  if (holders.length < capacity) return holders;
  const from = holders.length > checkedHolds ? Number.parseInt(ports.randomness.hex(6), 16) % holders.length : 0;
  const looked = [...holders.slice(from), ...holders.slice(0, from)].slice(0, checkedHolds);
  const valid = await Promise.all(
    looked.map(async ({ operation, k }) => isValidHold(await operationOf(ports, operation), resource, k)),
  );
  const gone = new Set(looked.filter((_, index) => valid[index] === false));
  return holders.filter((hold) => !gone.has(hold));
}

/** Wakes those who were handed a hold. Whoever has ended meanwhile gives it back. Returns how many had. */
async function wakeAll(ports: Ports, handed: readonly Hold[], resource: string): Promise<number> {
  let gone = 0;
  for (const { operation, k } of handed) {
    if (await wake(ports, operation)) continue;
    gone += 1;
    await giveBack(ports, operation, resource, k);
  }
  return gone;
}

/**
 * Gives back hold `k` and leaves the line, handing what becomes free to its head in the same write.
 * It names its number: a newer hold of the same operation is never touched.
 */
export async function giveBack(ports: Ports, operation: string, resource: string, k: number): Promise<void> {
  const stays = (hold: Hold) => hold.operation !== operation || hold.k > k;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const stored = await readTurn(ports, resource);
    if (!stored) return;
    const { holders, line, capacity } = stored.record;
    const left = holders.filter(stays);
    const rest = line.filter(stays);
    // Handed over before, perhaps by ourselves just before a crash: the newest holders may not have been woken.
    if (left.length === holders.length && rest.length === line.length) {
      for (const holder of holders.slice(-checkedHolds)) await wakeWaiting(ports, holder.operation);
      return;
    }
    const room = Math.max(0, capacity - left.length);
    const handed = rest.slice(0, room);
    if (left.length + handed.length === 0) {
      if (await ports.ledger.remove(turnKey(resource), stored.version)) return;
      continue;
    }
    const next = turnRecord(ports, { resource, capacity }, [...left, ...handed], rest.slice(room));
    if ((await put(ports.ledger, turnKey(resource), next, stored.version)) === undefined) continue;
    await wakeAll(ports, handed, resource);
    return;
  }
  throw contended("give back", resource);
}

function contended(what: string, resource: string): RetryableError {
  return new RetryableError(
    `Expected to ${what} the turn on ${resource} within ${maxTries} tries, got a conflict each time`,
    { code: "turn-contended", effect: "none" },
  );
}
