import { sha256Hex } from "../contracts/identifiers.ts";
import { recordVersion } from "../contracts/operation.ts";
import type { SinkConfiguration, SinkRecord } from "../contracts/sink.ts";

/** Changes of a sink's row. Each answers undefined when nothing has to be written. */

export function beginning(name: string, position: number, nonce: string): SinkRecord {
  return { kind: "sink", v: recordVersion, name, nonce, position };
}

/** Never back: a slower dispatcher must not undo what a faster one has written. */
export function movedTo(record: SinkRecord, position: number): SinkRecord | undefined {
  return position > record.position ? { ...record, position } : undefined;
}

/** Names a URL without showing it. */
const targetOf = ({ url }: Pick<SinkConfiguration, "url">) => sha256Hex(url).slice(0, 16);

export function disabledBy(record: SinkRecord, sink: SinkConfiguration, now: number, reason: string): SinkRecord {
  return { ...record, disabled: { at: now, reason, target: targetOf(sink) } };
}

/** Why nothing is sent to the sink; undefined when it is open. What one URL said does not count for another. */
export function disabledReason(record: SinkRecord | undefined, sink: SinkConfiguration): string | undefined {
  const { disabled } = record ?? {};
  return disabled?.target === targetOf(sink) ? disabled.reason : undefined;
}

export function heldUntil(record: SinkRecord, until: number): SinkRecord | undefined {
  return until > (record.heldUntil ?? 0) ? { ...record, heldUntil: until } : undefined;
}

/** The same news is not written more often than this: a row for each delivery would cost more than the delivery. */
const quietMs = 10_000;

export function succeeded(record: SinkRecord, now: number, status: number): SinkRecord | undefined {
  const { failingSince, ...rest } = record;
  const known = record.lastSuccess !== undefined && now - record.lastSuccess.at < quietMs;
  return known && failingSince === undefined ? undefined : { ...rest, lastSuccess: { at: now, status } };
}

export function failed(record: SinkRecord, now: number, why: string, status?: number): SinkRecord | undefined {
  const known = record.lastFailure !== undefined && now - record.lastFailure.at < quietMs;
  if (known && record.failingSince !== undefined) return undefined;
  const lastFailure = { at: now, why, ...(status === undefined ? {} : { status }) };
  return { ...record, lastFailure, failingSince: record.failingSince ?? now };
}

/** Open again, with nothing held against it. */
export function reopened(record: SinkRecord, position?: number): SinkRecord {
  const { disabled, heldUntil: _, failingSince, ...rest } = record;
  return { ...rest, position: Math.max(record.position, position ?? 0) };
}
