import { messageOf } from "../contracts/errors.ts";
import {
  dueAtOf,
  isQuarantined,
  type OperationRecord,
  operationKey,
  recordVersion,
  type TombstoneRecord,
} from "../contracts/operation.ts";
import type { Ports, Stored } from "../contracts/ports.ts";
import { instruments, noSpan, type Span } from "../contracts/telemetry.ts";
import { outboxSlackMs, sweepDelayMs, sweepSlackMs } from "./backoff.ts";
import { Stop } from "./control-flow.ts";
import { put } from "./ledger-write.ts";
import { countEnd } from "./observe.ts";
import { clearOutbox, mustClear, sendOutbox } from "./outbox.ts";
import { advance, amend, type Change } from "./record.ts";
import { conclusionOf, ending, endingUnseen, graceUntil, timedOut } from "./results.ts";
import { isInDoubt, openIntents } from "./run.ts";
import { isInLine } from "./turns.ts";

export interface SweepOptions {
  readonly ports: Ports;
  readonly retainMs: number;
  readonly idempotencyMs: number;
  /** Rows in one sweep at the most: what is left is due at the next one. */
  readonly limit: number;
  /** No row is begun after that time of the monotonic clock: the host would end the function in the middle. Default: never too late. */
  readonly endByMs?: number;
}

export interface Swept {
  readonly resent: number;
  readonly ended: number;
  readonly forgotten: number;
  readonly left: number;
}

/**
 * Looks at every record that is due: sends again what may have been lost, ends what has expired, forgets what may be forgotten.
 * Always writes before it sends, so that two sweeps never send for the same state.
 */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const { ports } = options;
  const { telemetry, clock } = ports;
  const counts = { resent: 0, ended: 0, forgotten: 0, left: 0 };
  const startedMs = clock.monotonicMs();
  const keys = await ports.ledger.due(clock.now(), options.limit);
  if (telemetry) telemetry.record(instruments.sweepLag, (await overdueMs(ports, keys[0])) / 1000);
  for (const key of keys) {
    if (options.endByMs !== undefined && clock.monotonicMs() >= options.endByMs) break;
    const became = await sweepKey(options, key);
    counts[became] += 1;
    telemetry?.count(instruments.sweptRows, 1, became);
  }
  telemetry?.record(instruments.sweepDuration, (clock.monotonicMs() - startedMs) / 1000);
  return counts;
}

/** How late the sweep comes to the first row, which is the most overdue one. Read again when its turn comes. */
async function overdueMs({ ledger, clock }: Ports, first: string | undefined): Promise<number> {
  if (first === undefined) return 0;
  const stored = await ledger.read(first).catch(() => undefined);
  const dueAt = stored && dueAtOf(stored.record);
  return dueAt === undefined ? 0 : Math.max(0, clock.now() - dueAt);
}

/** One row that cannot be written or sent for never keeps the sweep from the others; it stays due. */
async function sweepKey(options: SweepOptions, key: string): Promise<keyof Swept> {
  try {
    const stored = await options.ports.ledger.read(key);
    return stored ? await sweepOne(options, stored) : "left";
  } catch (error) {
    options.ports.log.warn("the sweep could not look after a record and tries again", { key, error: messageOf(error) });
    return "left";
  }
}

async function sweepOne(options: SweepOptions, stored: Stored): Promise<keyof Swept> {
  const { ports } = options;
  const { record } = stored;
  const now = ports.clock.now();
  if (record.kind === "tombstone" || record.kind === "dead-letter") {
    return record.retainUntil <= now && (await ports.ledger.remove(stored.key, stored.version)) ? "forgotten" : "left";
  }
  if (record.kind !== "operation" || record.v > recordVersion) return "left";
  if (record.wakeAt === undefined) return forget(options, record, stored.version, now);
  if (record.wakeAt > now) return "left";
  if (record.state === "ended") return resend(options, record, stored.version, now);
  // An effect may be under way: whoever sent it writes its result, and a look would come too early anyway.
  if (openIntents(record).some((intent) => intent.liveUntil > now)) return "left";
  if (now >= graceUntil(record) || (record.parked && !record.children && now >= record.deadline)) {
    return write(options, record, stored.version, expired(record, now));
  }
  if (record.resumeAt !== undefined && record.wakeAt !== record.resumeAt) {
    return resend(options, record, stored.version, now);
  }
  const waited = record.resumeAt !== undefined;
  return write(options, record, stored.version, {
    patch: { sweeps: waited ? 0 : record.sweeps + 1, resumeAt: undefined },
    owedStep: { n: record.n, attempt: 0, notBefore: now },
    wakeAt: Math.min(now + nextSweepMs(record), Math.max(record.deadline, now + sweepSlackMs)),
    history: waited
      ? { what: "resumed", step: record.step, detail: "The wait is over" }
      : { what: "swept", step: record.step, detail: "Nothing was heard in time, so the step is sent again" },
  });
}

/** Whoever waits for a place and is beyond the line has nobody to wake it but the sweep: that one does not come ever more rarely. */
function nextSweepMs({ waitingFor, sweeps }: OperationRecord): number {
  return isInLine(waitingFor?.code) ? sweepSlackMs : sweepDelayMs(sweeps);
}

async function write(
  options: SweepOptions,
  record: OperationRecord,
  version: string,
  change: Change,
): Promise<keyof Swept> {
  const { ports } = options;
  const next = advance(record, change, { now: ports.clock.now(), nonce: ports.randomness.id() });
  const written = await put(ports.ledger, operationKey(record.id), next, version);
  if (written === undefined) return "left";
  const ended = next.state === "ended";
  if (ended) countEnd(ports, next);
  const span = spanOf(ports, next, ended ? "ended" : "resent");
  await sendOutbox(ports, next, span.traceparent).finally(() => span.end());
  if (mustClear(next)) await clearOutbox(ports, next, written, options.retainMs);
  else if (isInLine(next.waitingFor?.code) && next.outbox.length > 0) await noteSent(ports, next, written);
  return ended ? "ended" : "resent";
}

/** Its step finds it in line still, and writes nothing: without this every sweep would tell of it again. Whoever writes first knows more. */
async function noteSent(ports: Ports, record: OperationRecord, version: string): Promise<void> {
  const by = { now: ports.clock.now(), nonce: ports.randomness.id() };
  await put(ports.ledger, operationKey(record.id), amend(record, { outbox: [] }, by), version);
}

/** An outbox that nobody is known to have sent, of a row that has no step message outstanding. Its `seq` need not move: nothing is asked of a step. */
async function resend(
  options: SweepOptions,
  record: OperationRecord,
  version: string,
  now: number,
): Promise<keyof Swept> {
  const { ports } = options;
  const wakeAt = now + Math.max(outboxSlackMs, sweepDelayMs(record.sweeps));
  const noted = amend(record, { sweeps: record.sweeps + 1, wakeAt }, { now, nonce: ports.randomness.id() });
  const written = await put(ports.ledger, operationKey(record.id), noted, version);
  if (written === undefined) return "left";
  const span = spanOf(ports, noted, "resent");
  await sendOutbox(ports, noted, span.traceparent).finally(() => span.end());
  await clearOutbox(ports, noted, written, options.retainMs);
  return "resent";
}

/** A hop that no message began: it follows the acceptance. */
function spanOf({ telemetry }: Ports, record: OperationRecord, result: keyof Swept): Span {
  if (!telemetry?.tracing) return noSpan;
  return telemetry.span(`sweep ${record.step}`, "producer", record.traceparent, {
    "drover.operation.id": record.id,
    "drover.request.type": record.request.type,
    "drover.connection": record.request.connection,
    "drover.step": record.step,
    "drover.seq": record.seq,
    "drover.sweep.result": result,
  });
}

/** The end of an operation that no step has ended in time. An effect that nobody knows of stays unknown. */
function expired(record: OperationRecord, now: number): Change {
  if (!isInDoubt(record)) return endingUnseen(record, now, timedOut(record));
  const evidence = "The deadline passed and nothing shows whether the effect took place";
  return ending(record, now, conclusionOf(new Stop("unknown", "deadline-open-intent", evidence)));
}

/** A finished row becomes a small tombstone: its key is still known, its content is not. */
async function forget(
  options: SweepOptions,
  record: OperationRecord,
  version: string,
  now: number,
): Promise<keyof Swept> {
  if (record.retainUntil === undefined || record.retainUntil > now || isQuarantined(record)) return "left";
  const tombstone: TombstoneRecord = {
    kind: "tombstone",
    v: recordVersion,
    id: record.id,
    nonce: options.ports.randomness.id(),
    contentHash: record.contentHash,
    outcome: record.outcome ?? "unknown",
    endedAt: record.endedAt ?? now,
    retainUntil: (record.endedAt ?? now) + options.idempotencyMs,
  };
  const written = await put(options.ports.ledger, operationKey(record.id), tombstone, version);
  return written === undefined ? "left" : "forgotten";
}
