import type { LedgerRecord } from "../contracts/operation.ts";
import type { Ledger, Version } from "../contracts/ports.ts";

/**
 * A conditional write that recognises its own success: when the reply is lost, or an SDK repeats a write that had landed,
 * the stored nonce is ours. Undefined: somebody else wrote; read again and decide again.
 */
export async function put(
  ledger: Ledger,
  key: string,
  record: LedgerRecord,
  expected: Version,
): Promise<Version | undefined> {
  return adoptOwn(ledger, key, record, () => ledger.write(key, record, expected));
}

/** The same for a record that must not exist yet. */
export async function putNew(ledger: Ledger, key: string, record: LedgerRecord): Promise<Version | undefined> {
  return adoptOwn(ledger, key, record, () => ledger.create(key, record));
}

async function adoptOwn(
  ledger: Ledger,
  key: string,
  record: LedgerRecord,
  attempt: () => Promise<Version | undefined>,
): Promise<Version | undefined> {
  let failure: { readonly error: unknown } | undefined;
  try {
    const version = await attempt();
    if (version !== undefined) return version;
  } catch (error) {
    failure = { error };
  }
  const stored = await ledger.read(key);
  if (stored?.record.nonce === record.nonce) return stored.version;
  if (failure) throw failure.error;
  return undefined;
}
