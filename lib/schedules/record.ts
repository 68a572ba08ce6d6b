import { canonicalJson, sha256Hex } from "../contracts/identifiers.ts";
import { recordVersion, type ScheduleRecord, scheduleKey } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import type { Schedule } from "../contracts/schedule.ts";
import { put, putNew } from "../operations/ledger-write.ts";

interface Known {
  readonly record: ScheduleRecord;
  /** Of what is stored; undefined where nothing is. */
  readonly version: string | undefined;
  /** Whether the record is still to be stored. */
  readonly isNew: boolean;
}

/** What is known of a schedule; without anything of this timing it begins now. */
export async function lookUp(ports: Ports, schedule: Schedule): Promise<Known> {
  const { every, start, cron, timeZone } = schedule;
  const timing = sha256Hex(canonicalJson([every ?? null, start ?? null, cron ?? null, timeZone])).slice(0, 16);
  const key = scheduleKey(schedule.name);
  const stored = await ports.ledger.read(key);
  if (stored?.record.kind === "schedule" && stored.record.timing === timing) {
    return { record: stored.record, version: stored.version, isNew: false };
  }
  const known = stored?.record.kind === "schedule" ? stored.record : undefined;
  const { lastDue: _, ...before } = known ?? { skipped: 0 };
  const nonce = ports.randomness.id();
  const record: ScheduleRecord = {
    ...before,
    kind: "schedule",
    v: recordVersion,
    name: schedule.name,
    nonce,
    since: ports.clock.wallMs(),
    timing,
  };
  return { record, version: stored?.version, isNew: true };
}

/** The same, stored. @throws Error when somebody else stores it at this moment */
export async function recordOf(ports: Ports, schedule: Schedule): Promise<{ record: ScheduleRecord; version: string }> {
  const { record, version: found, isNew } = await lookUp(ports, schedule);
  if (!isNew && found !== undefined) return { record, version: found };
  const key = scheduleKey(schedule.name);
  const version =
    found === undefined ? await putNew(ports.ledger, key, record) : await put(ports.ledger, key, record, found);
  if (version !== undefined) return { record, version };
  throw new Error(`Expected to note schedule ${schedule.name}, got a conflict: it is looked at again`);
}

/** A conflict means that somebody else ran it at the same time, with the same key. */
export async function keep(ports: Ports, record: ScheduleRecord, version: string): Promise<void> {
  await put(ports.ledger, scheduleKey(record.name), { ...record, nonce: ports.randomness.id() }, version);
}

export function withoutProblem({ lastProblem: _, ...record }: ScheduleRecord): ScheduleRecord {
  return record;
}
