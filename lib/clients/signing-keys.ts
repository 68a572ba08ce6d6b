import { messageOf } from "../contracts/errors.ts";
import type { Clock, Log } from "../contracts/ports.ts";
import type { Secret } from "../contracts/secret.ts";
import { signingKeyOf } from "../contracts/standard-webhooks.ts";

export interface SigningKeyParts {
  /** Reads a secret by its reference. */
  readonly secret: (reference: string) => Promise<Secret>;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly log?: Pick<Log, "warn"> | undefined;
}

/** How late a secret that was put or removed counts. Without it every stranger would make us read and unseal all of them. */
export const signingKeysFreshMs = 5_000;

interface Known {
  readonly readAtMs: number;
  readonly key: Promise<Uint8Array | undefined>;
}

/** Keys that clients sign with, by the references to their secrets. */
export class SigningKeys {
  readonly #parts: SigningKeyParts;
  readonly #known = new Map<string, Known>();

  constructor(parts: SigningKeyParts) {
    this.#parts = parts;
  }

  /** Undefined for one that cannot be read: the other clients have nothing to do with it. */
  of(reference: string): Promise<Uint8Array | undefined> {
    const nowMs = this.#parts.clock.monotonicMs();
    const known = this.#known.get(reference);
    if (known && nowMs - known.readAtMs < signingKeysFreshMs) return known.key;
    const key = this.#read(reference);
    this.#known.set(reference, { readAtMs: nowMs, key });
    return key;
  }

  async #read(reference: string): Promise<Uint8Array | undefined> {
    try {
      return signingKeyOf(await this.#parts.secret(reference), reference);
    } catch (error) {
      this.#parts.log?.warn("a secret by which a client signs cannot be read", { reference, error: messageOf(error) });
      return undefined;
    }
  }
}
