import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { OperationRequest } from "../lib/contracts/request.ts";
import { keepInFlight, type Measured, startStopwatch } from "./measure.ts";
import { createStubProvider } from "./stub-provider.ts";

/**
 * The least that a durable chain of messages can be, written for comparison only: one row for each operation that holds its state
 * and stands for its message, one row for each event, everything of one turn of the event loop in one transaction. No intents, no
 * idempotency, no turns, no reconciliation, no dead letters, no history.
 */
export async function runMinimalLoop(operations: number, inFlight: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  const database = new DatabaseSync(join(folder, "minimal.db"));
  database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA locking_mode=EXCLUSIVE");
  database.exec("CREATE TABLE operation (id INTEGER PRIMARY KEY, step INTEGER, body TEXT)");
  database.exec("CREATE TABLE event (id INTEGER PRIMARY KEY, body TEXT)");
  const store = database.prepare("INSERT OR REPLACE INTO operation VALUES (?, ?, ?)");
  const publish = database.prepare("INSERT INTO event (body) VALUES (?)");

  const pending: (() => void)[] = [];
  let waiting: (() => void)[] = [];
  let scheduled = false;
  const commit = () => {
    scheduled = false;
    database.exec("BEGIN");
    for (const write of pending.splice(0)) write();
    database.exec("COMMIT");
    const settled = waiting;
    waiting = [];
    for (const resolve of settled) resolve();
  };
  const durably = (write: () => void) =>
    new Promise<void>((resolve) => {
      pending.push(write);
      waiting.push(resolve);
      if (scheduled) return;
      scheduled = true;
      setImmediate(commit);
    });

  const provider = createStubProvider();
  const context = { signal: new AbortController().signal, nowMs: 0 };
  const stopwatch = startStopwatch();
  await keepInFlight(operations, inFlight, async (index) => {
    const request = requestOf(index);
    const body = JSON.stringify(request);
    await durably(() => store.run(index, 0, body));
    const intent = { nonce: "", attempt: 1, prepared: null, writtenAt: 0, sendBefore: 0, liveUntil: 0, settledAt: 0 };
    const started = await provider.createDeployment(request, intent, context);
    await durably(() => {
      store.run(index, 1, JSON.stringify({ request, started }));
      publish.run(JSON.stringify({ type: "started", subject: index }));
    });
    for (;;) {
      const seen = await provider.poll(request, started.handle, undefined, context);
      if (seen.kind === "ended") break;
    }
    await durably(() => {
      store.run(index, 2, JSON.stringify({ request, started, outcome: "succeeded" }));
      publish.run(JSON.stringify({ type: "succeeded", subject: index }));
    });
  });
  const measured = stopwatch.stop(operations, folder);
  database.close();
  rmSync(folder, { recursive: true });
  return measured;
}

function requestOf(index: number): OperationRequest {
  return {
    source: "/bench",
    id: String(index),
    type: "drover.azure-sphere.deploy",
    connection: "sphere",
    deadlineMs: 3_600_000,
    labels: {},
    fields: { deviceGroupId: String(index), images: ["985453bb-eb5c-4ff2-8e06-aef4786ac445"] },
  };
}
