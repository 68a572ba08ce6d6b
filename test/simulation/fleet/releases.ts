import type { LedgerRecord } from "../../../lib/contracts/operation.ts";
import type { OutgoingMessage, Stored } from "../../../lib/contracts/ports.ts";
import type { Release } from "./sim-process.ts";

/**
 * A release that comes after this one: it reads what this one writes, and writes messages and rows of a version that this one does not
 * know. Its steps are the shipped ones; what they read and write is translated.
 */
const nextVersion = 2;

const isOperation = (record: LedgerRecord) => record.kind === "operation";

export function recordWritten(release: Release, record: LedgerRecord): LedgerRecord {
  return release === "next" && isOperation(record) ? { ...record, v: nextVersion } : record;
}

export function recordRead(release: Release, stored: Stored | undefined): Stored | undefined {
  if (release === "this" || !stored || !isOperation(stored.record)) return stored;
  return { ...stored, record: { ...stored.record, v: 1 } };
}

const newer = `{"v":${nextVersion},"operation":`;
const shipped = '{"v":1,"operation":';

export function messageWritten(release: Release, message: OutgoingMessage): OutgoingMessage {
  if (release === "this" || !message.body.startsWith(shipped)) return message;
  return { ...message, body: newer + message.body.slice(shipped.length) };
}

export function bodyRead(release: Release, body: string): string {
  return release === "next" && body.startsWith(newer) ? shipped + body.slice(newer.length) : body;
}
