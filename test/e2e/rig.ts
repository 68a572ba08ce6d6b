import type { DroverEvent } from "../../lib/contracts/event.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import type { Ledger } from "../../lib/contracts/ports.ts";
import type { Clouds } from "./clouds.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** A whole Drover on one platform, on virtual time, with the emulated providers behind it. */
export interface Rig {
  readonly name: string;
  readonly clouds: Clouds;
  readonly ledger: Ledger;
  now(): number;
  /** Puts a message on a queue, as others do. */
  send(queue: string, body: string): Promise<void>;
  /** Asks the HTTP application, as a client with credentials. */
  http(method: string, path: string, body?: unknown): Promise<HttpAnswer>;
  /** Goes on until that is so. @throws Error when it is not after the time */
  until(what: string, done: () => Promise<boolean>, withinMs?: number): Promise<void>;
  /** In the order in which the bus took them, each once. */
  events(): Promise<readonly DroverEvent[]>;
  close(): Promise<void>;
}

export async function rowOf({ ledger }: Pick<Rig, "ledger">, id: string): Promise<OperationRecord | undefined> {
  const record = (await ledger.read(`operation/${id}`))?.record;
  return record?.kind === "operation" ? record : undefined;
}

/** Puts a request into the inbox. @returns the id that its operation has */
export async function submitted(rig: Rig, request: Record<string, unknown>): Promise<string> {
  await rig.send("inbox", JSON.stringify(request));
  return operationIdOf(String(request["source"]), String(request["id"]));
}

/** Waits for the end, sent and noted. */
export async function ended(rig: Rig, id: string, withinMs?: number): Promise<OperationRecord> {
  let last: OperationRecord | undefined;
  const isOver = async () => {
    last = await rowOf(rig, id);
    return last?.state === "ended" && last.wakeAt === undefined;
  };
  await rig.until(`${id} to end`, isOver, withinMs);
  if (!last) throw new Error(`Expected operation ${id}, got none`);
  return last;
}

/** An event that is published twice has the same id twice. */
export function eachOnce(events: readonly DroverEvent[]): readonly DroverEvent[] {
  return [...new Map(events.toReversed().map((event) => [event.id, event])).values()].toReversed();
}
