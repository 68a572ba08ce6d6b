import type { Ledger, Log } from "../lib/contracts/ports.ts";
import type { LocalPlatform } from "../lib/platforms/local/platform.ts";

export const quiet: Log = {
  debug() {},
  info() {},
  warn() {},
  error: (message, fields) => console.error(message, fields),
};

/** The ledger, with every change of it counted. */
export function counting(ledger: Ledger, writes: { count: number }): Ledger {
  const counted = <Answer>(answer: Answer): Answer => {
    writes.count += 1;
    return answer;
  };
  return {
    create: (key, record) => counted(ledger.create(key, record)),
    write: (key, record, expected) => counted(ledger.write(key, record, expected)),
    remove: (key, expected) => counted(ledger.remove(key, expected)),
    read: (key) => ledger.read(key),
    due: (nowMs, limit) => ledger.due(nowMs, limit),
    listOperations: (filter, limit, cursor) => ledger.listOperations(filter, limit, cursor),
    listByPrefix: (prefix, limit, cursor) => ledger.listByPrefix(prefix, limit, cursor),
    durable: () => ledger.durable(),
  };
}

/** Resolves when that many operations have succeeded and the writes that follow an end are made. */
export async function succeeded({ bus }: Pick<LocalPlatform, "bus">, count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = bus.onCommit(async () => {
    const events = await bus.read(0, 100_000);
    const types = events.map(({ event }) => event.type);
    const wrong = types.find((type) => /\.(failed|timed-out|unknown|rejected)$/.test(type));
    if (wrong) reject(new Error(`Expected every deployment to succeed, got ${wrong}`));
    if (types.filter((type) => type.endsWith(".succeeded")).length === count) resolve();
  });
  await promise;
  stop();
}
