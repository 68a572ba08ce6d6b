import type { Promised, Promises } from "../contracts/key-rotation.ts";
import {
  type OperationRecord,
  operationKey,
  type PromiseRecord,
  promiseKey,
  recordVersion,
} from "../contracts/operation.ts";
import type { Ports, Stored } from "../contracts/ports.ts";
import { put, putNew } from "./ledger-write.ts";

type Needed = Pick<Ports, "ledger" | "randomness">;

/** Writes that lose against another one, before the step is tried again. */
const maxTries = 8;

/** What consumers were promised, in the ledger. */
export function createPromises({ ledger, randomness }: Needed): Promises {
  const stored = async (resource: string): Promise<(Stored & { readonly record: PromiseRecord }) | undefined> => {
    const found = await ledger.read(promiseKey(resource));
    return found?.record.kind === "promise" ? { ...found, record: found.record } : undefined;
  };
  return {
    async read(resource) {
      const found = (await stored(resource))?.record;
      if (!found) return undefined;
      const row = (await ledger.read(operationKey(found.operation)))?.record;
      return promised(found, row?.kind === "operation" ? row : undefined);
    },
    async keep(resource, promise) {
      for (let tries = 0; tries < maxTries; tries += 1) {
        const found = await stored(resource);
        // A function that was frozen speaks of what was promised before.
        if (found && found.record.number > promise.number) return;
        const own = found?.record.number === promise.number ? found.record : undefined;
        const until = promise.until === 0 ? 0 : Math.max(promise.until, own?.until ?? 0);
        const nonce = randomness.id();
        const record: PromiseRecord = { ...promise, kind: "promise", v: recordVersion, resource, nonce, until };
        const key = promiseKey(resource);
        const version = found ? await put(ledger, key, record, found.version) : await putNew(ledger, key, record);
        if (version !== undefined) return;
      }
      throw new Error(`Expected to write what was promised within ${maxTries} tries, got a conflict each time`);
    },
  };
}

/** An operation that nobody carried to its end has what it was told in its own row alone. */
function promised(record: PromiseRecord, row: OperationRecord | undefined): Promised {
  const { operation, number, since, until, untilThere, acknowledge, published } = record;
  const said = new Map(Object.entries(row?.acknowledgements ?? {}));
  const missing = acknowledge.filter((consumer) => (said.get(consumer) ?? 0) < since);
  const extraMs = until === 0 ? 0 : Math.max(0, (row?.extendedUntil ?? 0) - until);
  const there = untilThere === undefined ? {} : { untilThere: untilThere + extraMs };
  return { operation, number, since, until: until + extraMs, missing, published, ...there };
}
