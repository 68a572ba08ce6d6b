import { RetryableError } from "../contracts/errors.ts";
import { type RateRecord, rateKey, recordVersion } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { put, putNew } from "./ledger-write.ts";

/** A grant may be used this much later: the window is longer by it, so that no 60 seconds see more requests than are allowed. */
export const grantUseMs = 10_000;
const windowMs = 60_000 + grantUseMs;
const maxTries = 16;

export interface Changes {
  readonly connection: string;
  /** Requests that change something, in any 60 seconds. */
  readonly perMinute: number;
  /** Requests that are about to be sent, one right after the other. */
  readonly count: number;
  /** Whether this operation has waited for its time before: newcomers do not overtake it. */
  readonly booked: boolean;
}

/**
 * Asks whether a connection may be changed now. Undefined: it may. Otherwise when to ask again (ms since 1970); that time is kept
 * free of others.
 */
export async function grantChanges(ports: Ports, changes: Changes): Promise<number | undefined> {
  const key = rateKey(changes.connection);
  for (let tries = 0; tries < maxTries; tries += 1) {
    const stored = await ports.ledger.read(key);
    const known = stored?.record.kind === "rate" ? stored.record : undefined;
    const { record, at } = decided(ports, known, changes);
    const version = stored
      ? await put(ports.ledger, key, record, stored.version)
      : await putNew(ports.ledger, key, record);
    if (version !== undefined) return at;
  }
  throw new RetryableError(
    `Expected to settle the rate of connection ${changes.connection} within ${maxTries} tries, got a conflict each time`,
    { code: "rate-contended", effect: "none" },
  );
}

function decided(
  ports: Ports,
  known: RateRecord | undefined,
  { connection, perMinute, count, booked }: Changes,
): { readonly record: RateRecord; readonly at?: number } {
  const now = ports.clock.now();
  const granted = (known?.granted ?? []).filter((at) => at > now - windowMs);
  const bookedUntil = known?.bookedUntil ?? 0;
  const recordOf = (change: Pick<RateRecord, "granted" | "bookedUntil">): RateRecord => ({
    kind: "rate",
    v: recordVersion,
    connection,
    nonce: ports.randomness.id(),
    ...change,
  });
  // More at a time than a whole minute's worth can only ever go alone.
  const fits = granted.length + count <= perMinute || granted.length === 0;
  if (fits && (booked || bookedUntil <= now)) {
    return { record: recordOf({ granted: [...granted, ...Array<number>(count).fill(now)], bookedUntil }) };
  }
  const missing = Math.min(granted.length, granted.length + count - perMinute);
  const roomAt = missing > 0 ? (granted[missing - 1] ?? now) + windowMs : now;
  const at = Math.max(roomAt, bookedUntil, now) + 1;
  return { record: recordOf({ granted, bookedUntil: at + Math.ceil((windowMs / perMinute) * count) }), at };
}
