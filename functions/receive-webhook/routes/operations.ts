import { Hono } from "hono";
import { outcomes } from "../../../lib/contracts/event.ts";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import type { TombstoneRecord } from "../../../lib/contracts/operation.ts";
import type { OperationFilter } from "../../../lib/contracts/ports.ts";
import { approveOperation, cancelOperation, resolveOperation } from "../../../lib/operations/commands.ts";
import { explain } from "../../../lib/operations/explain.ts";
import { noteSchema, reportSchema, resolveSchema, supplySchema } from "../bodies.ts";
import { callerOf, subjectOf } from "../callers.ts";
import { concealed } from "../conceal.ts";
import { givenCursor, shownCursor } from "../cursors.ts";
import type { ApplicationDependencies } from "../dependencies.ts";
import { bodyAs, countIn, durably, parameterError, refuseUnknown } from "../input.ts";
import { idOf, recordOf, unknownOperation, wholeOf } from "../lookup.ts";
import { placeFor, tooManyWaiting } from "../places.ts";
import { queryNames, rowsPerPage, waitSeconds } from "../query.ts";
import { reportEnd } from "../report.ts";
import { supply } from "../supply.ts";
import { historyView, operationView } from "../views.ts";
import { untilChanged } from "../wait.ts";

export function operationRoutes(dependencies: ApplicationDependencies): Hono {
  const { ports, retainMs } = dependencies;
  const routes = new Hono();

  routes.get("/operations", async ({ req, json }) => {
    const query = req.query();
    const caller = callerOf(req.raw);
    refuseUnknown(query, queryNames.operations);
    const limit = countIn(query, "limit", rowsPerPage);
    const { parent, ...others } = query;
    const ofParent = parent === undefined ? {} : { parent: await idOf(dependencies, caller, parent) };
    const cursor = givenCursor(caller, "operations", query["cursor"]);
    const page = await ports.ledger.listOperations({ ...filterOf(others), ...ofParent }, limit, cursor);
    const seen = page.items.flatMap(({ record }) =>
      record.kind === "operation" && caller.sees(subjectOf(record)) ? [{ ...record, history: [] }] : [],
    );
    const shown = await Promise.all(seen.map((record) => concealed(dependencies, caller, record)));
    return json({ operations: shown.map(operationView), ...shownCursor(caller, "operations", page.cursor) });
  });

  routes.get("/operations/:id", async ({ req, json }) => {
    const query = req.query();
    refuseUnknown(query, queryNames.operation);
    const seconds = countIn(query, "wait", waitSeconds);
    const caller = callerOf(req.raw);
    const read = () => recordOf(dependencies, caller, req.param("id"));
    const release = placeFor(dependencies, caller, seconds > 0 && query["since"] !== undefined);
    if (!release) return tooManyWaiting();
    try {
      const record = await untilChanged(dependencies, read, query["since"], seconds * 1000, req.raw.signal);
      if (record.kind === "tombstone") return json(tombstoneView(record));
      return json(operationView(await concealed(dependencies, caller, record)));
    } finally {
      release();
    }
  });

  routes.get("/operations/:id/history", async ({ req, json }) => {
    const caller = callerOf(req.raw);
    const record = await concealed(dependencies, caller, await wholeOf(dependencies, caller, req.param("id")));
    return json({ operation: record.id, history: record.history.map(historyView) });
  });

  routes.get("/operations/:id/explanation", async ({ req, json }) => {
    const caller = callerOf(req.raw);
    const record = await concealed(dependencies, caller, await wholeOf(dependencies, caller, req.param("id")));
    return json(explain(record, ports.clock.now()));
  });

  routes.post("/operations/:id/actions/cancel", async ({ req, json }) => {
    const id = await idOf(dependencies, callerOf(req.raw), req.param("id"));
    const { note } = await bodyAs(req.raw, noteSchema, "the body of a cancel");
    const by = callerOf(req.raw).name;
    const { kind } = await cancelOperation(ports, id, { by, ...(note === undefined ? {} : { note }) });
    if (kind === "absent") throw unknownOperation(id);
    await durably(dependencies);
    return json({ operation: id, cancel: kind }, kind === "requested" ? 202 : 200);
  });

  routes.post("/operations/:id/actions/approve", async ({ req, json }) => {
    const id = await idOf(dependencies, callerOf(req.raw), req.param("id"));
    const { note } = await bodyAs(req.raw, noteSchema, "the body of an approval");
    const by = callerOf(req.raw).name;
    const approval = await approveOperation(ports, id, { by, ...(note === undefined ? {} : { note }) });
    await durably(dependencies);
    return json({ operation: id, approval }, approval === "approved" ? 202 : 200);
  });

  routes.post("/operations/:id/actions/resolve", async ({ req, json }) => {
    const id = await idOf(dependencies, callerOf(req.raw), req.param("id"));
    const { as, note } = await bodyAs(req.raw, resolveSchema, "the body of a resolve");
    const record = await resolveOperation(ports, id, as, { by: callerOf(req.raw).name, note }, retainMs);
    await durably(dependencies);
    return json(operationView(await concealed(dependencies, callerOf(req.raw), record)));
  });

  routes.post("/operations/:id/actions/report", async ({ req, json }) => {
    const { status, reason } = await bodyAs(req.raw, reportSchema, "the body of a report");
    const record = await wholeOf(dependencies, callerOf(req.raw), req.param("id"));
    const report = { status, ...(reason === undefined ? {} : { reason }) };
    await reportEnd(dependencies, record, { by: callerOf(req.raw).name, report, signal: req.raw.signal });
    await durably(dependencies);
    return json({ operation: record.id, reported: status }, 202);
  });

  routes.post("/operations/:id/actions/supply", async ({ req, json }) => {
    const { certificate } = await bodyAs(req.raw, supplySchema, "the body of a supply");
    const caller = callerOf(req.raw);
    const record = await wholeOf(dependencies, caller, req.param("id"));
    const supplied = await supply(dependencies, record, certificate, { by: caller.name });
    await durably(dependencies);
    return json({ operation: record.id, supply: supplied }, supplied === "supplied" ? 202 : 200);
  });
  return routes;
}

function filterOf(query: Readonly<Record<string, string>>): OperationFilter {
  const { state, outcome, type, connection, label } = query;
  if (state !== undefined && state !== "active" && state !== "ended") throw parameterError("state", "active or ended");
  const known = outcomes.find((each) => each === outcome);
  if (outcome !== undefined && !known) throw parameterError("outcome", outcomes.join(", "));
  const separator = label?.indexOf("=") ?? -1;
  if (label !== undefined && separator < 1) throw parameterError("label", "name=value");
  return {
    ...(state === undefined ? {} : { state }),
    ...(known === undefined ? {} : { outcome: known }),
    ...(type === undefined ? {} : { type }),
    ...(connection === undefined ? {} : { connection }),
    ...(label === undefined ? {} : { label: { name: label.slice(0, separator), value: label.slice(separator + 1) } }),
  };
}

function tombstoneView({ id, outcome, endedAt }: TombstoneRecord): JsonObject {
  return { id, state: "ended", outcome, endedAt: new Date(endedAt).toISOString(), forgotten: true };
}
