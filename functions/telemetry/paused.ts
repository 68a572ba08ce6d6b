import { connectionKey } from "../../lib/contracts/operation.ts";
import type { Ledger } from "../../lib/contracts/ports.ts";
import type { PausedConnection } from "./health.ts";

/** Which of the connections people hold. */
export async function pausedOf(
  { ledger }: { readonly ledger: Ledger },
  connections: readonly string[],
): Promise<PausedConnection[]> {
  const stored = await Promise.all(connections.map((name) => ledger.read(connectionKey(name))));
  return stored.flatMap((one) => {
    const paused = one?.record.kind === "connection" ? one.record.paused : undefined;
    return one?.record.kind === "connection" && paused ? [{ name: one.record.name, at: paused.at, by: paused.by }] : [];
  });
}
