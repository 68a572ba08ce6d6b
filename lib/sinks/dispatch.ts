import { messageOf } from "../contracts/errors.ts";
import type { Clock, Log, QueueSender, Randomness, ReadableBus, StoredEvent } from "../contracts/ports.ts";
import type { SinkConfiguration, Sinks } from "../contracts/sink.ts";
import { endOf } from "./end-of-bus.ts";
import { handoverOf } from "./handover.ts";
import { wants } from "./match.ts";
import { beginning, disabledReason, movedTo } from "./state.ts";
import { type SinkStore, update } from "./store.ts";

export interface DispatchOptions {
  readonly sinks: Sinks;
  readonly store: SinkStore;
  readonly bus: Pick<ReadableBus, "read">;
  readonly queue: Pick<QueueSender, "send">;
  readonly clock: Pick<Clock, "now">;
  readonly randomness: Pick<Randomness, "id">;
  readonly log: Log;
  /** Events read at a time: what bounds the memory. Default 100. */
  readonly pageSize?: number;
  /** Pages of one run, default 50; what is left waits for the next. */
  readonly pagesPerRun?: number;
}

export interface Dispatched {
  readonly handed: number;
  /** There is more for a sink, or it could not be served: run again soon. */
  readonly unfinished: boolean;
}

interface Reader {
  readonly name: string;
  readonly sink: SinkConfiguration;
  readonly position: number;
}

/**
 * Hands new events to the queue, for each sink from its own place on the bus. Messages first, the place second: a crash in between
 * hands an event over twice, and its id makes that harmless.
 */
export async function dispatch(options: DispatchOptions): Promise<Dispatched> {
  const { pageSize = 100, pagesPerRun = 50 } = options;
  const pages = pageReader(options.bus, pageSize);
  let handed = 0;
  let unfinished = false;
  const guarded = async <Value>(name: string, work: () => Promise<Value | undefined>): Promise<Value | undefined> => {
    try {
      return await work();
    } catch (error) {
      unfinished = true;
      options.log.warn("events could not be handed over and are tried again", { sink: name, error: messageOf(error) });
      return undefined;
    }
  };
  let readers: Reader[] = [];
  for (const [name, sink] of Object.entries(options.sinks)) {
    const reader = await guarded(name, () => readerOf(options, name, sink));
    if (reader) readers.push(reader);
  }
  for (let round = 0; round < pagesPerRun && readers.length > 0; round += 1) {
    const further: Reader[] = [];
    for (const reader of readers) {
      const moved = await guarded(reader.name, async () => handOver(options, reader, await pages(reader.position)));
      handed += moved?.handed ?? 0;
      if (moved && moved.read >= pageSize) further.push({ ...reader, position: moved.position });
    }
    readers = further;
  }
  return { handed, unfinished: unfinished || readers.length > 0 };
}

/** Where the sink stands; a new one begins at the end. Undefined while it is disabled: its events wait on the bus. */
async function readerOf(options: DispatchOptions, name: string, sink: SinkConfiguration): Promise<Reader | undefined> {
  const { store, bus, randomness, log } = options;
  let record = (await store.read(name))?.record;
  if (!record) {
    const begun = beginning(name, await endOf(bus), randomness.id());
    const created = await store.write(name, begun, undefined);
    record = created === undefined ? (await store.read(name))?.record : begun;
    if (created !== undefined) log.info("a new sink begins with the next event", { sink: name });
  }
  if (!record || disabledReason(record, sink) !== undefined) return undefined;
  return { name, sink, position: record.position };
}

/** Sinks mostly stand at the same place: the last page is kept for the next one. */
function pageReader(bus: Pick<ReadableBus, "read">, pageSize: number) {
  let last: { readonly after: number; readonly page: readonly StoredEvent[] } | undefined;
  return async (after: number): Promise<readonly StoredEvent[]> => {
    if (last?.after !== after) last = { after, page: await bus.read(after, pageSize) };
    return last.page;
  };
}

async function handOver(options: DispatchOptions, { name, sink, position }: Reader, page: readonly StoredEvent[]) {
  const { store, queue, clock, randomness, pageSize = 100 } = options;
  const last = page.at(-1)?.position ?? position;
  const messages = page.filter(({ event }) => wants(sink, event)).map((one) => handoverOf(name, one, clock.now()));
  if (messages.length > 0) await queue.send(messages);
  // Looking again at a few events that nobody wants costs less than a write after each commit.
  if (messages.length > 0 || page.length >= pageSize) {
    await update(store, randomness, name, (record) => movedTo(record, last));
  }
  return { handed: messages.length, read: page.length, position: last };
}
