import { messageOf } from "../lib/contracts/errors.ts";
import type { HandoffStore, Ports, Vault } from "../lib/contracts/ports.ts";
import { removeLeftKeys } from "./rotate-dps-keys/staged-keys.ts";
import { sweepOverdue } from "./sweep-overdue/step.ts";

export interface HousekeepingParts {
  readonly ports: Ports;
  readonly vault: Vault;
  readonly handoffs: HandoffStore;
  readonly retainMs: number;
  readonly idempotencyMs: number;
  /** A sweep begins nothing more after this time; default: it has as long as it takes. */
  readonly sweepWithinMs?: number;
}

/** Staged keys of rotations that have ended are looked for this often. */
const tidyEveryMs = 3_600_000;

/** What is done on time and not on messages, on every host. */
export class Housekeeping {
  readonly #parts: HousekeepingParts;
  #tidiedAtMs = 0;
  /** When the last sweep ended, whatever came of the rest. */
  sweptAt: number | undefined;

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
  }

  /** Looks after what is overdue. Returns when. @throws what the ledger or the vault throws: the next time comes */
  async sweep(): Promise<number> {
    const { ports, retainMs, idempotencyMs, sweepWithinMs } = this.#parts;
    const bound = sweepWithinMs === undefined ? {} : { endByMs: ports.clock.monotonicMs() + sweepWithinMs };
    const swept = await sweepOverdue({ ports, retainMs, idempotencyMs, ...bound });
    const now = ports.clock.now();
    this.sweptAt = now;
    await this.#expireHandoffs(now);
    if (swept.resent + swept.ended + swept.forgotten > 0) ports.log.info("swept", { ...swept });
    if (now - this.#tidiedAtMs >= tidyEveryMs) await this.#removeLeftKeys(now);
    return now;
  }

  async #removeLeftKeys(now: number): Promise<void> {
    const { ports, vault } = this.#parts;
    this.#tidiedAtMs = now;
    const operations = await removeLeftKeys({ vault, ledger: ports.ledger });
    if (operations > 0) ports.log.info("removed keys that ended rotations had left staged", { operations });
  }

  /** What has expired is served to nobody, swept or not: a store that fails here holds up nothing else. */
  async #expireHandoffs(now: number): Promise<void> {
    const { ports, handoffs } = this.#parts;
    try {
      const expired = await handoffs.expire(now);
      if (expired > 0) ports.log.info("removed what nobody has fetched in time", { handoffs: expired });
    } catch (error) {
      ports.log.warn("expired hand-offs could not be removed, which is tried again", { error: messageOf(error) });
    }
  }
}
