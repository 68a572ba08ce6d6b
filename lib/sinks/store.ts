import { RetryableError, UnsupportedVersionError } from "../contracts/errors.ts";
import { recordVersion } from "../contracts/operation.ts";
import { parseAs } from "../contracts/parse.ts";
import type { Randomness, Version } from "../contracts/ports.ts";
import { type SinkRecord, sinkKey, sinkRecordSchema } from "../contracts/sink.ts";

/** Where the rows of sinks are. */
export interface SinkStore {
  read(name: string): Promise<{ readonly record: SinkRecord; readonly version: Version } | undefined>;
  /** Creates it when nothing is expected; undefined when somebody else wrote. */
  write(name: string, record: SinkRecord, expected: Version | undefined): Promise<Version | undefined>;
}

/** What is needed of a ledger. */
export interface SinkLedger {
  create(key: string, record: SinkRecord): Promise<Version | undefined>;
  read(
    key: string,
  ): Promise<
    { readonly record: { readonly nonce: string; readonly v: number }; readonly version: Version } | undefined
  >;
  write(key: string, record: SinkRecord, expected: Version): Promise<Version | undefined>;
}

export function sinkStoreOf(ledger: SinkLedger): SinkStore {
  return {
    async read(name) {
      const stored = await ledger.read(sinkKey(name));
      if (!stored) return undefined;
      const { v } = stored.record;
      if (v > recordVersion) {
        throw new UnsupportedVersionError(
          `Expected a row of sink ${name} of version ${recordVersion} or older, got version ${v}: finish the rollout of the newer release`,
          v,
        );
      }
      return { record: parseAs(sinkRecordSchema, stored.record, `a row of sink ${name}`), version: stored.version };
    },
    async write(name, record, expected) {
      const key = sinkKey(name);
      let failure: { readonly error: unknown } | undefined;
      try {
        const version = await (expected === undefined
          ? ledger.create(key, record)
          : ledger.write(key, record, expected));
        if (version !== undefined) return version;
      } catch (error) {
        failure = { error };
      }
      // The reply may have been lost, or a repeated write refused because the first one had landed.
      const stored = await ledger.read(key);
      if (stored?.record.nonce === record.nonce) return stored.version;
      if (failure) throw failure.error;
      return undefined;
    },
  };
}

const writeTries = 8;

/**
 * Changes the row of a sink as it is now; `undefined` from `change` leaves it. Answers the row as it then is, or undefined when
 * there is none.
 */
export async function update(
  store: SinkStore,
  randomness: Pick<Randomness, "id">,
  name: string,
  change: (record: SinkRecord) => SinkRecord | undefined,
): Promise<SinkRecord | undefined> {
  for (let tries = 0; tries < writeTries; tries += 1) {
    const stored = await store.read(name);
    if (!stored) return undefined;
    const changed = change(stored.record);
    if (!changed) return stored.record;
    const record = { ...changed, nonce: randomness.id() };
    if ((await store.write(name, record, stored.version)) !== undefined) return record;
  }
  throw new RetryableError(
    `Expected to write the row of sink ${name}, got ${writeTries} conflicts: it is tried again`,
    {
      code: "conflict",
      effect: "none",
    },
  );
}
