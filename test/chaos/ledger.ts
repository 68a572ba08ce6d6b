import type { DroverEvent } from "../../lib/contracts/event.ts";
import type { LedgerRecord } from "../../lib/contracts/operation.ts";
import type { Log } from "../../lib/contracts/ports.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const page = 1_000;

export interface LeftBehind {
  readonly records: readonly LedgerRecord[];
  readonly events: readonly { readonly position: number; readonly event: DroverEvent }[];
}

/** Everything that a folder holds that nobody works on any more. */
export async function readFolder(folder: string): Promise<LeftBehind> {
  const platform = openLocalPlatform({ folder, log: quiet });
  try {
    const records: LedgerRecord[] = [];
    let cursor: string | undefined;
    do {
      const found = await platform.ledger.listByPrefix("", page, cursor);
      records.push(...found.items.map(({ record }) => record));
      cursor = found.cursor;
    } while (cursor !== undefined);
    const events = [];
    for (let after = 0; ; ) {
      const found = await platform.bus.read(after, page);
      if (found.length === 0) break;
      events.push(...found);
      after = found.at(-1)?.position ?? after;
    }
    return { records, events };
  } finally {
    await platform.close();
  }
}
