import type { ConnectionConfiguration } from "../../lib/contracts/configuration.ts";
import type { Json, JsonObject } from "../../lib/contracts/json.ts";
import { bodyOf } from "../../lib/contracts/kept-body.ts";
import type {
  ConnectionRecord,
  DeadLetterRecord,
  HistoryEntry,
  OperationRecord,
} from "../../lib/contracts/operation.ts";

import { countsOf } from "../../lib/operations/children-marks.ts";
import { pickupView } from "./handed-over/pickup-view.ts";
import { rotationView } from "./rotation-view.ts";

/**
 * What people and programs see of records, field by field: what a record keeps for the engine (prepared data, handles, what it
 * owes) stays inside, also what a later release adds to it.
 */
const time = (ms: number): string => new Date(ms).toISOString();

/** Leaves out what is absent, so that a shape has no nulls. */
function present(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

const optionalTime = (ms: number | undefined) => (ms === undefined ? undefined : time(ms));

export function operationView(record: OperationRecord): JsonObject {
  const { request, waitingFor, cancelRequested, resolution, children } = record;
  return present({
    id: record.id,
    state: record.state,
    outcome: record.outcome,
    reason: record.reason,
    code: record.code,
    request: present({
      source: request.source,
      id: request.id,
      type: request.type,
      subject: request.subject,
      time: request.time,
      deadline: `PT${request.deadlineMs / 1000}S`,
    }),
    connection: request.connection,
    labels: request.labels,
    fields: request.fields,
    requestedBy: record.requestedBy,
    parent: record.parent,
    children: children && { total: children.total, begun: children.begun, ended: countsOf(children) },
    step: record.step,
    seq: record.seq,
    waitingFor:
      waitingFor &&
      present({ code: waitingFor.code, detail: waitingFor.detail, since: time(waitingFor.since), who: waitingFor.who }),
    wakeAt: optionalTime(record.wakeAt),
    provider: present({ status: record.providerStatus, ids: record.providerIds }),
    rotation: rotationView(record),
    pickup: pickupView(record),
    result: record.result,
    deadline: time(record.deadline),
    createdAt: time(record.createdAt),
    updatedAt: time(record.updatedAt),
    endedAt: optionalTime(record.endedAt),
    cancelRequested:
      cancelRequested && present({ at: time(cancelRequested.at), by: cancelRequested.by, note: cancelRequested.note }),
    resolution: resolution && { as: resolution.as, by: resolution.by, note: resolution.note, at: time(resolution.at) },
    deadLetter: record.parked?.deadLetter,
    traceparent: record.traceparent,
  });
}

export function historyView({ at, what, step, detail, requestId }: HistoryEntry): JsonObject {
  return present({ at: time(at), what, step, detail, requestId });
}

/** With the body only where one letter is asked for: a list should stay short. */
export function deadLetterView(record: DeadLetterRecord, withBody: boolean): JsonObject {
  return present({
    id: record.id,
    queue: record.queue,
    cause: record.cause,
    receives: record.receives,
    at: time(record.at),
    verdict: record.verdict,
    operation: record.operation,
    step: record.step,
    providerStatus: record.providerStatus,
    redrivenAt: optionalTime(record.redrivenAt),
    retainUntil: time(record.retainUntil),
    body: withBody ? bodyOf(record) : undefined,
  });
}

/** What tells connections of one kind apart. */
function placeOf(connection: ConnectionConfiguration): JsonObject {
  switch (connection.kind) {
    case "azure-sphere":
      return { api: connection.api, endpoint: connection.endpoint };
    case "azure-dps":
      return { api: connection.apiVersion, endpoint: connection.endpoint };
    case "heat": {
      const { flavour, region, authUrl } = connection;
      return { flavour, region, endpoint: connection.endpoint ?? authUrl };
    }
    case "aws-panorama":
      return { region: connection.region, endpoint: connection.endpoint };
    case "aws-iot": {
      const { region, endpoint } = connection;
      return { region, ...(endpoint === undefined ? {} : { endpoint }) };
    }
  }
}

export function connectionView(
  name: string,
  connection: ConnectionConfiguration,
  record: ConnectionRecord | undefined,
): JsonObject {
  const { paused } = record ?? {};
  return present({
    name,
    kind: connection.kind,
    ...placeOf(connection),
    limits: connection.limits && present({ ...connection.limits }),
    paused: paused && present({ at: time(paused.at), by: paused.by, note: paused.note }),
  });
}
