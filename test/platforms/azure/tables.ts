import { createStorageTablesEmulator } from "../../../emulators/storage-tables/index.ts";
import { createTablesLedger } from "../../../lib/platforms/azure/ledger/ledger.ts";
import type { Persistence } from "../../../lib/platforms/trying.ts";
import { ManualTime } from "../local/manual-time.ts";
import { account, behindProxy, noTokens, settingsFor } from "./accounts.ts";
import { impatience } from "./patience.ts";

export const table = "ledger";

/** A ledger over a new table of the emulator. */
export async function openTables(
  options: { readonly requestTimeoutMs?: number; readonly persistence?: Persistence } = {},
) {
  const clock = new ManualTime();
  const emulator = createStorageTablesEmulator({ now: () => clock.now(), account });
  emulator.seedTable(table);
  const proxy = await behindProxy((request) => emulator.fetch(request));
  const { requestTimeoutMs, persistence = impatience() } = options;
  const open = (origin: string, limit = requestTimeoutMs) =>
    createTablesLedger({
      settings: settingsFor({ tables: origin }, limit === undefined ? {} : { requestTimeoutMs: limit }),
      tokens: noTokens,
      clock,
      table,
      persistence,
    });
  return {
    clock,
    emulator,
    proxy,
    ledger: open(proxy.url),
    /** Past the proxy, and with time. */
    direct: open(proxy.origin, 5_000),
    close: async () => undefined,
  };
}
