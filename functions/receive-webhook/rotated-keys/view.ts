import type { Json, JsonObject } from "../../../lib/contracts/json.ts";
import type { OperationRecord } from "../../../lib/contracts/operation.ts";
import { waitsUntil } from "../../../lib/operations/waits.ts";
import { stateOf } from "../rotation-view.ts";
import type { Due } from "./due.ts";
import type { Published } from "./read-targets.ts";
import type { RotatedKey } from "./rotated-key.ts";

const time = (ms: number | undefined) => (ms ? new Date(ms).toISOString() : undefined);

function present(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** When what consumers read was published: the oldest, since a target that lags behind is what matters. */
export function publishedSince(published: readonly Published[]): number | undefined {
  const times = published.flatMap(({ publishedAt }) => (publishedAt ? [publishedAt] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** What people and programs see of a key: never the key. */
export function keyView(
  { connection, resourceGroup, service, policy, last, underWay }: RotatedKey,
  published: readonly Published[],
  due: Due | undefined,
  now: number,
): JsonObject {
  const fingerprints = new Set(published.flatMap(({ fingerprint }) => fingerprint ?? []));
  const isOne = fingerprints.size === 1;
  const readable = published.every(({ problem }) => problem === undefined);
  const { slot, fingerprint } = published.find((one) => one.fingerprint !== undefined) ?? {};
  const since = publishedSince(published);
  const problems = published.flatMap(({ target, secret, problem }) =>
    problem === undefined ? [] : [`${target}/${secret}: ${problem}`],
  );
  return present({
    connection,
    resourceGroup,
    service,
    policy,
    slot: isOne ? slot : undefined,
    fingerprint: isOne ? fingerprint : undefined,
    publishedAt: time(since),
    ageMs: since === undefined ? undefined : Math.max(0, now - since),
    // Of targets that cannot be read nobody knows whether they agree.
    agree: fingerprints.size > 1 ? false : readable && isOne ? true : null,
    targets: published.map((one) => targetView(one, now)),
    lastRotation: last && present({ operation: last.id, outcome: last.outcome, endedAt: time(last.endedAt) }),
    underWay: underWay && underWayView(underWay),
    schedule: due?.schedule,
    nextDue: time(due?.nextDue),
    nextRunAt: time(due?.nextRunAt),
    overdue: due === undefined ? null : due.overdueSince !== undefined,
    overdueSince: time(due?.overdueSince),
    problem: problems.length === 0 ? undefined : problems.join("; "),
  });
}

function targetView({ publishedAt, ...one }: Published, now: number): JsonObject {
  return present({
    ...one,
    publishedAt: time(publishedAt),
    ageMs: publishedAt ? Math.max(0, now - publishedAt) : undefined,
  });
}

function underWayView(record: OperationRecord): JsonObject {
  return present({
    operation: record.id,
    phase: stateOf(record)?.phase ?? (record.handle === undefined ? "plan" : record.step),
    waitingFor: record.waitingFor?.code,
    waitsUntil: time(waitsUntil(record)),
  });
}
