import type { LedgerRecord } from "../../../lib/contracts/operation.ts";
import type { Ledger, Log, LogFields, Ports, QueueSender, Stored, Version } from "../../../lib/contracts/ports.ts";
import type { SeededRandomness } from "../virtual-clock.ts";
import type { HostProfile } from "./host-profile.ts";
import { currentWork, type Io, type Work } from "./io.ts";
import { messageWritten, recordRead, recordWritten } from "./releases.ts";
import type { SimProcess } from "./sim-process.ts";
import type { FleetStore } from "./store.ts";

export interface PortParts {
  readonly store: FleetStore;
  readonly profile: HostProfile;
  readonly process: SimProcess;
  readonly io: Io;
  readonly randomness: SeededRandomness;
  readonly wallNow: () => number;
  readonly lagMs: () => number;
  readonly logged: (line: string) => void;
}

/** What the engine needs of a host, over the store that everybody shares. */
export function portsOf(parts: PortParts): Ports {
  const { process, randomness } = parts;
  return {
    clock: process.clock,
    randomness,
    log: logOf(parts),
    ledger: ledgerOf(parts),
    queue: queueOf(parts),
    bus: {
      publish: (events) =>
        parts.io("bus", "publish", () => events.forEach((event) => void parts.store.publish(event)), {
          partly: () => events.slice(0, events.length >> 1).forEach((event) => void parts.store.publish(event)),
        }),
    },
  };
}

function logOf({ logged }: PortParts): Log {
  const say = (level: string) => (message: string, fields?: LogFields) =>
    logged(`${level}: ${message}${fields ? ` ${JSON.stringify(fields)}` : ""}`);
  return { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
}

function ledgerOf({ store, process, io, lagMs }: PortParts): Ledger {
  const { release } = process;
  const read = (stored: Stored | undefined) => recordRead(release, stored);
  const kindOf = (key: string) => key.slice(0, key.indexOf("/"));
  const counted = () => {
    const work = currentWork();
    if (work) work.done.writes += 1;
  };
  /** Whose write has landed, whatever he is told. */
  const landed = (work: Work | undefined, record: LedgerRecord, version: Version | undefined) => {
    if (work && version !== undefined && record.kind === "operation") work.done.wroteSeq = record.seq;
    return version;
  };
  return {
    create: (key, record) =>
      io("ledger", `create ${kindOf(key)}`, () => store.create(key, recordWritten(release, record)), {
        ownConflict: undefined,
        leaves: counted,
      }),
    read: (key) => io("ledger", `read ${kindOf(key)}`, () => read(store.read(key))),
    write: (key, record, expected) => {
      const work = currentWork();
      const apply = () => landed(work, record, store.write(key, recordWritten(release, record), expected));
      return io("ledger", `write ${kindOf(key)}`, apply, { ownConflict: undefined, leaves: counted });
    },
    remove: (key, expected) => io("ledger", `remove ${kindOf(key)}`, () => store.remove(key, expected)),
    due: (nowMs, limit) => io("ledger", "due", () => store.due(nowMs, limit, lagMs())),
    listOperations: (filter, limit, cursor) =>
      io("ledger", "list-operations", () => {
        const wanted = (stored: Stored) =>
          stored.record.kind === "operation" &&
          (filter.state === undefined || stored.record.state === filter.state) &&
          (filter.parent === undefined || stored.record.parent === filter.parent) &&
          (filter.connection === undefined || stored.record.request.connection === filter.connection);
        return pageOf(store, "operation/", wanted, limit, cursor, read);
      }),
    listByPrefix: (prefix, limit, cursor) =>
      io("ledger", "list-by-prefix", () => pageOf(store, prefix, () => true, limit, cursor, read)),
    durable: () => io("ledger", "durable", () => store.flush()),
  };
}

function pageOf(
  store: FleetStore,
  prefix: string,
  wanted: (stored: Stored) => boolean,
  limit: number,
  cursor: string | undefined,
  read: (stored: Stored | undefined) => Stored | undefined,
) {
  const keys = [...store.rows.keys()].filter((key) => key.startsWith(prefix) && key > (cursor ?? "")).sort();
  const items = keys.slice(0, limit).flatMap((key) => read(store.read(key)) ?? []);
  const last = keys[limit - 1];
  return { items: items.filter(wanted), ...(keys.length > limit && last !== undefined ? { cursor: last } : {}) };
}

function queueOf({ store, process, io, profile, wallNow }: PortParts): QueueSender {
  const sendOne = (message: Parameters<QueueSender["send"]>[0][number]) => {
    const { queue, body, delayMs = 0 } = messageWritten(process.release, message);
    if (delayMs > profile.maxDelayMs)
      throw new Error(`Expected a delay of at most ${profile.maxDelayMs} ms, got ${delayMs}`);
    store.send(queue, body, wallNow(), delayMs);
  };
  return {
    maxDelayMs: profile.maxDelayMs,
    send: (messages) =>
      io("queue", `send ${messages[0]?.queue ?? "nothing"}`, () => messages.forEach(sendOne), {
        partly: () => messages.slice(0, messages.length >> 1).forEach(sendOne),
      }),
  };
}
