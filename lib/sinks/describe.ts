import type { ReadableBus } from "../contracts/ports.ts";
import type { SinkConfiguration, SinkRecord, Sinks } from "../contracts/sink.ts";
import { wants } from "./match.ts";
import { hostOf } from "./outcomes.ts";
import { disabledReason } from "./state.ts";
import type { SinkStore } from "./store.ts";

/** How a sink stands, from its row alone. */
export interface SinkState {
  readonly name: string;
  readonly state: "new" | "open" | "failing" | "held" | "disabled";
  readonly failingSince?: number;
  readonly heldUntil?: number;
  readonly disabled?: { readonly at: number; readonly reason: string };
}

/** A sink as an operator sees it: never its URL, where receivers hide tokens, and never a secret. */
export interface SinkDescription extends SinkState {
  readonly host: string;
  /** Position on the bus up to which events were handed over. */
  readonly position?: number;
  /** Events that it wants and that were not handed over; counted up to a bound. */
  readonly waiting: number;
  readonly waitingIsMore: boolean;
  readonly lastSuccess?: SinkRecord["lastSuccess"];
  readonly lastFailure?: SinkRecord["lastFailure"];
}

/** Events looked at to count what waits for one sink. */
const countedAtMost = 1_000;

export async function describeSinks(
  sinks: Sinks,
  { store, bus, now }: { readonly store: SinkStore; readonly bus: Pick<ReadableBus, "read">; readonly now: number },
): Promise<readonly SinkDescription[]> {
  const descriptions: SinkDescription[] = [];
  for (const [name, sink] of Object.entries(sinks)) {
    const record = (await store.read(name))?.record;
    const about = { name, host: hostOf(sink) };
    if (!record) {
      descriptions.push({ ...about, state: "new", waiting: 0, waitingIsMore: false });
      continue;
    }
    const behind = await bus.read(record.position, countedAtMost);
    const waiting = behind.filter(({ event }) => wants(sink, event)).length;
    descriptions.push({
      ...about,
      ...known(record, sink, now),
      waiting,
      waitingIsMore: behind.length >= countedAtMost,
    });
  }
  return descriptions;
}

/** Without a look at the events. */
export async function sinkStates(
  sinks: Sinks,
  { store, now }: { readonly store: SinkStore; readonly now: number },
): Promise<readonly SinkState[]> {
  return Promise.all(
    Object.entries(sinks).map(async ([name, sink]): Promise<SinkState> => {
      const record = (await store.read(name))?.record;
      return record ? { name, ...known(record, sink, now) } : { name, state: "new" };
    }),
  );
}

function known(record: SinkRecord, sink: SinkConfiguration, now: number) {
  const { position, lastSuccess, lastFailure, failingSince, disabled, heldUntil } = record;
  const isDisabled = disabledReason(record, sink) !== undefined;
  const isHeld = heldUntil !== undefined && heldUntil > now;
  const state = isDisabled ? "disabled" : isHeld ? "held" : failingSince === undefined ? "open" : "failing";
  return {
    state,
    position,
    ...(lastSuccess ? { lastSuccess } : {}),
    ...(lastFailure ? { lastFailure } : {}),
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(isHeld ? { heldUntil } : {}),
    ...(isDisabled && disabled ? { disabled: { at: disabled.at, reason: disabled.reason } } : {}),
  } as const;
}
