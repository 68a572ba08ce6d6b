import { RetryableError, UnauthorizedError } from "../../contracts/errors.ts";
import type { Vault, VaultEntry } from "../../contracts/ports.ts";
import type { Secret } from "../../contracts/secret.ts";
import { defaultPersistence, type Persistence, pauseBefore, trying } from "../trying.ts";
import { type OneAtATime, turnMs } from "./turns.ts";
import { pack, unpack } from "./vault-entry.ts";
import { nameIn, vaultName } from "./vault-names.ts";
import { type SecretsOptions, vaultSecrets } from "./vault-secrets.ts";

/** A name that was deleted is free again once the service has done so in the background: seconds, as a rule. */
const nameAttempts = 7;
/** Others create within a moment. Where one has crashed at it, its turn ends within a minute, and the queue comes again. */
const creationAttempts = 7;

export interface AzureVaultOptions extends SecretsOptions {
  /** Before every name, e.g. `drover-vault-`: small letters, digits and single dashes. Keys of Drover's own stand under another one. */
  readonly prefix: string;
  /** Key Vault has no creating that minds what is there: one at a time looks and writes. */
  readonly oneAtATime: OneAtATime;
  readonly monotonicMs: () => number;
  readonly persistence?: Persistence;
}

/**
 * Key Vault: one secret for each name, value and note in its value (tags hold 256 characters), a version for each `put`. Nothing is kept
 * in memory: who may read a secret, and whether it is still there, is asked each time.
 *
 * Deleted secrets stay for 7 to 90 days, with all their versions, and keep their name from being used. So `remove` purges, which frees the
 * name and ends every copy. Where the vault forbids that (purge protection), the secret is only deleted, and a later `put` recovers it
 * first: for a moment the value from before stands there again. A vault of Drover's own, without that protection, is the better place.
 */
export function azureVault(options: AzureVaultOptions): Vault {
  const { prefix, oneAtATime, monotonicMs, persistence = defaultPersistence } = options;
  const secrets = vaultSecrets(options);
  const spelled = (name: string) => vaultName(prefix, name);
  const asking = <Value>(work: () => Promise<Value>) => trying(persistence, work);

  async function look(name: string): Promise<VaultEntry | undefined> {
    const id = spelled(name);
    const found = await asking(() => secrets.get(id));
    return found && { ...unpack(name, found.value), version: found.version, storedAt: found.storedAt };
  }

  /** Goes on until the name takes it: what is being deleted, purged or recovered takes its time. */
  async function set(name: string, text: string): Promise<string> {
    const id = spelled(name);
    for (let attempt = 1; attempt <= nameAttempts; attempt += 1) {
      if (attempt > 1) await pauseBefore(attempt, persistence);
      const outcome = await asking(() => secrets.set(id, text));
      if (typeof outcome === "object") return outcome.version;
      if (outcome === "deleted") await asking(() => secrets.recover(id));
    }
    throw beingDeleted(name);
  }

  /** @param isThere it was deleted a moment ago: an answer that there is none means that the vault is still at it */
  async function purge(name: string, isThere: boolean): Promise<void> {
    const id = spelled(name);
    for (let attempt = 1; attempt <= nameAttempts; attempt += 1) {
      if (attempt > 1) await pauseBefore(attempt, persistence);
      const outcome = await asking(() => secrets.purge(id));
      // Purged now, or by a request whose answer was lost.
      if (outcome === "done" || (outcome === "none" && !isThere)) return;
    }
    throw beingDeleted(name);
  }

  return {
    describe: look,
    get: async (name) => (await look(name))?.value,
    put: async (name, value, note) => {
      spelled(name);
      return set(name, pack(name, value, note));
    },
    async create(name, value) {
      spelled(name);
      const text = pack(name, value);
      for (let attempt = 1; attempt <= creationAttempts; attempt += 1) {
        if (attempt > 1) await pauseBefore(attempt, persistence);
        const standing = await look(name);
        if (standing) return standing.value;
        const made = await oneAtATime<Secret>(spelled(name), async () => {
          const began = monotonicMs();
          const before = await look(name);
          if (before) return before.value;
          if (monotonicMs() - began > turnMs / 2) throw tooLate(name);
          await set(name, text);
          return value;
        });
        if (made) return made;
      }
      throw new RetryableError(
        `Expected a turn to create the secret ${name}, got others that create at the same time`,
        {
          code: "conflict",
          provider: "key-vault",
          effect: "none",
        },
      );
    },
    async names() {
      const all = await secrets.names((work) => asking(work));
      return all.flatMap((one) => nameIn(prefix, one) ?? []);
    },
    async remove(name) {
      const id = spelled(name);
      const removed = await asking(() => secrets.remove(id));
      try {
        // Also when there was none: whoever deleted it may have been interrupted here.
        await purge(name, removed);
      } catch (error) {
        if (!(error instanceof UnauthorizedError)) throw error;
      }
      return removed;
    },
  };
}

function beingDeleted(name: string): RetryableError {
  return new RetryableError(
    `Expected the name ${name} to be free or in use in the vault, got one that is being deleted or recovered: try again in a minute`,
    { code: "secret-being-deleted", provider: "key-vault" },
  );
}

function tooLate(name: string): RetryableError {
  return new RetryableError(`Expected to create the secret ${name} in time, got a vault that takes long to answer`, {
    code: "timeout",
    provider: "key-vault",
    effect: "none",
  });
}
