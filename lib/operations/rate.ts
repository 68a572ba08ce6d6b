import { RetryableError } from "../contracts/errors.ts";
import { hashFraction } from "../contracts/identifiers.ts";
import { type RateRecord, rateKey, recordVersion } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { put, putNew } from "./ledger-write.ts";

/** A grant is used within this time: the window is longer by it, so that no 60 seconds see more requests than are allowed. */
export const grantUseMs = 10_000;
const windowMs = 60_000 + grantUseMs;
/** Times are booked no further ahead: what nobody comes for any more holds nobody off for longer. */
const horizonMs = 3 * windowMs;
const maxTries = 16;

/** One request that changes something, of one operation on one connection. */
export interface Change {
  readonly connection: string;
  /** Requests that change something, in any 60 seconds. */
  readonly perMinute: number;
  readonly operation: string;
  /** Whether the operation has waited for its time before: newcomers do not overtake it. */
  readonly booked: boolean;
}

/** Grants one change, to be sent at once. Undefined: granted. Otherwise when to ask again (ms since 1970). */
export function grantChange(ports: Ports, change: Change): Promise<number | undefined> {
  return settle(ports, change, true);
}

/** Whether a change would be granted now; otherwise a time is booked and answered. For what comes before a change. */
export async function whenChangeable(ports: Ports, change: Change): Promise<number | undefined> {
  return settle(ports, change, false);
}

async function settle(ports: Ports, change: Change, take: boolean): Promise<number | undefined> {
  const key = rateKey(change.connection);
  for (let tries = 0; tries < maxTries; tries += 1) {
    const stored = await ports.ledger.read(key);
    const known = stored?.record.kind === "rate" ? stored.record : undefined;
    const { record, at } = decided(ports, known, change);
    if (at === undefined && !take) return undefined;
    const version = stored
      ? await put(ports.ledger, key, record, stored.version)
      : await putNew(ports.ledger, key, record);
    if (version !== undefined) return at;
  }
  throw new RetryableError(
    `Expected to settle the rate of connection ${change.connection} within ${maxTries} tries, got a conflict each time`,
    { code: "rate-contended", effect: "none" },
  );
}

function decided(
  ports: Ports,
  known: RateRecord | undefined,
  { connection, perMinute, operation, booked }: Change,
): { readonly record: RateRecord; readonly at?: number } {
  const now = ports.clock.now();
  // One of a time to come is by a clock that was ahead.
  const granted = (known?.granted ?? []).filter((at) => Math.abs(now - at) < windowMs);
  const bookedUntil = Math.min(known?.bookedUntil ?? 0, now + horizonMs);
  const recordOf = (change: Pick<RateRecord, "granted" | "bookedUntil">): RateRecord => ({
    kind: "rate",
    v: recordVersion,
    connection,
    nonce: ports.randomness.id(),
    ...change,
  });
  if (granted.length < perMinute && (booked || bookedUntil <= now)) {
    return { record: recordOf({ granted: [...granted, now], bookedUntil }) };
  }
  const roomAt = granted.length < perMinute ? now : (granted[granted.length - perMinute] ?? now) + windowMs;
  const free = Math.max(roomAt, bookedUntil, now) + 1;
  const interval = windowMs / perMinute;
  // Beyond the horizon times are not kept free one by one: whoever is so far back comes at a time of his own within it.
  const spread = free > now + horizonMs ? hashFraction(`${operation}/${now}`) * horizonMs : 0;
  const at = Math.round(Math.min(free, now + horizonMs) - spread / 2);
  return {
    record: recordOf({ granted, bookedUntil: free + interval }),
    at: Math.max(at, now + 1),
  };
}
