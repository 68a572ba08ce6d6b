import { describeDuration } from "../contracts/duration.ts";
import { ConflictError, NotFoundError } from "../contracts/errors.ts";
import { limits } from "../contracts/limits.ts";
import type { OperationRecord } from "../contracts/operation.ts";
import type { Ports } from "../contracts/ports.ts";
import { outboxSlackMs, sweepSlackMs } from "./backoff.ts";
import { intervene, type Person } from "./intervene.ts";
import { clearOutbox } from "./outbox.ts";
import type { Change } from "./record.ts";

/** Until when an operation that waits for a set time waits now (ms since 1970). */
export function waitsUntil(record: OperationRecord): number | undefined {
  const { resumeAt, extendedUntil = 0, waitingFor, parked } = record;
  // A row that waits for somebody has a `resumeAt` too: its deadline.
  if (resumeAt === undefined || waitingFor?.code !== "waiting" || parked) return undefined;
  return Math.max(resumeAt, extendedUntil);
}

/**
 * Makes the wait of an operation longer, and its deadline with it: whoever asked for the wait did not ask for less time afterwards.
 * Returns until when it waits now (ms since 1970).
 * @throws NotFoundError; ConflictError when it does not wait for a set time
 */
export async function extendWait(ports: Ports, id: string, byMs: number, person: Person): Promise<number> {
  const written = await intervene(ports, id, (record, now) => {
    const until = waitsUntil(record);
    if (record.state === "ended" || until === undefined) {
      const found = record.state === "ended" ? `one that ended as ${record.outcome}` : `one at ${record.step}`;
      throw new ConflictError(
        `Expected operation ${id} to wait for a set time, got ${found}: see drover explain ${id}`,
        {
          code: "not-waiting",
        },
      );
    }
    const deadline = record.deadline + byMs;
    if (deadline - record.createdAt > limits.deadlineMaxMs) {
      throw new ConflictError(
        `Expected a wait that ends within ${describeDuration(limits.deadlineMaxMs)} of the request, got a longer one: end it and ask again`,
        { code: "too-long" },
      );
    }
    const extendedUntil = until + byMs;
    const reason = `${person.by} made the wait ${describeDuration(byMs)} longer${person.note === undefined ? "" : `: ${person.note}`}`;
    return {
      patch: {
        extendedUntil,
        resumeAt: extendedUntil,
        deadline,
        waitingFor: {
          ...record.waitingFor,
          code: "waiting",
          detail: `Waits ${describeDuration(extendedUntil - now)}`,
          since: record.waitingFor?.since ?? now,
        },
      },
      events: [
        {
          type: "drover.operation.waiting",
          data: { code: "extended", reason, next: `Goes on at ${new Date(extendedUntil).toISOString()}` },
        },
      ],
      wakeAt: now + outboxSlackMs,
      history: { what: "extended", step: record.step, detail: reason },
    };
  });
  if (!written) throw new NotFoundError(`Expected an operation under ${id}, got none`);
  await clearOutbox(ports, written.record, written.version, 0);
  return written.record.extendedUntil ?? 0;
}

/**
 * Notes that a consumer uses what was published. An operation that waits for nothing else goes on at once. Twice is harmless.
 * @param check refuses what nobody waits for, looking at the row as it is when it is written, and says whether an earlier word counts
 * @throws NotFoundError; what `check` throws
 */
export async function acknowledge(
  ports: Ports,
  id: string,
  consumer: string,
  person: Person,
  check: (record: OperationRecord) => { readonly counts: boolean } = hasSaid(consumer),
): Promise<"acknowledged" | "already"> {
  const written = await intervene(ports, id, (record, now) => {
    if (check(record).counts || record.state === "ended") return undefined;
    const note = person.note === undefined ? "" : `: ${person.note}`;
    const detail = `${consumer} uses what was published, says ${person.by}${note}`;
    return {
      patch: { acknowledgements: { ...record.acknowledgements, [consumer]: now } },
      ...onward(record, now),
      history: { what: "acknowledged", step: record.step, detail },
    };
  });
  if (!written) throw new NotFoundError(`Expected an operation under ${id}, got none`);
  if (written.changed && written.record.resumeAt !== undefined) {
    await clearOutbox(ports, written.record, written.version, 0);
  }
  return written.changed ? "acknowledged" : "already";
}

/** A set wait goes on; any other step is sent again, since its message no longer fits the row. */
function onward(record: OperationRecord, now: number): Pick<Change, "owedStep" | "wakeAt"> {
  if (record.resumeAt !== undefined) return { wakeAt: now + outboxSlackMs };
  return { owedStep: { n: record.n, attempt: 0, notBefore: now }, wakeAt: now + sweepSlackMs };
}

const hasSaid =
  (consumer: string) =>
  ({ acknowledgements = {} }: OperationRecord) => ({ counts: Object.hasOwn(acknowledgements, consumer) });
