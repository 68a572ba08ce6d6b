import { operationIdOf } from "../../../lib/contracts/identifiers.ts";
import type { Asked, Chain } from "../fleet/requests.ts";
import { type Calendar, minuteMs } from "./calendar.ts";

/** Something that is asked for at a time. */
export interface Ask {
  readonly atMs: number;
  readonly chain: Chain;
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** How often the same request is put into the inbox. */
  readonly copies: number;
  readonly cancelAfterMs?: number;
  readonly cancelBy?: "inbox" | "door";
}

const source = "/operations";

export function askedBy({ chain, id, type, data }: Ask): Asked {
  return {
    ...{ chain, operation: operationIdOf(source, id) },
    body: JSON.stringify({ specversion: "1.0", id, source, type, data }),
  };
}

export function cancelOf({ id, operation }: { readonly id: string; readonly operation: string }): string {
  const type = "drover.operation.cancel";
  return JSON.stringify({ specversion: "1.0", id: `cancel-${id}`, source, type, data: { operation } });
}

/** Now and then somebody thinks better of it, or asks twice. */
export function withSecondThoughts(calendar: Calendar, ask: Omit<Ask, "copies">): Ask {
  const copies = calendar.chance(0.01) ? 2 : 1;
  if (!calendar.chance(0.02)) return { ...ask, copies };
  const cancelAfterMs = 20_000 + calendar.below(20 * minuteMs);
  return { ...ask, copies, cancelAfterMs, cancelBy: calendar.chance(0.5) ? "inbox" : "door" };
}
