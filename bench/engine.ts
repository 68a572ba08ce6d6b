import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requestRoutes } from "../functions/request-routes.ts";
import { steps } from "../functions/steps.ts";
import type { DroverEvent } from "../lib/contracts/event.ts";
import { operationIdOf } from "../lib/contracts/identifiers.ts";
import { inboxQueue, type Log, type Ports } from "../lib/contracts/ports.ts";
import type { DeploymentProvider } from "../lib/contracts/provider.ts";
import { createInboxHandler } from "../lib/operations/accept.ts";
import { createRunner } from "../lib/operations/runner.ts";
import { openLocalPlatform } from "../lib/platforms/local/platform.ts";
import { LocalWorker } from "../lib/platforms/local/worker.ts";
import { keepInFlight, type Measured, startStopwatch } from "./measure.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error: (message, fields) => console.error(message, fields) };
const dayMs = 86_400_000;
/** Operations one after another once the process is warm, for their latency alone. */
const loneOperations = 200;

export interface EngineRun {
  readonly operations: number;
  readonly inFlight: number;
  readonly provider: (ports: Ports) => DeploymentProvider;
}

function requestBody(index: number): string {
  const id = String(index).padStart(12, "0");
  return JSON.stringify({
    specversion: "1.0",
    id: `bench-${index}`,
    source: "/bench",
    type: "drover.azure-sphere.deploy",
    data: {
      connection: "sphere",
      deviceGroupId: `9a0b0000-0000-4000-8000-${id}`,
      images: ["1a6e0000-0000-4000-8000-000000000001"],
    },
  });
}

/** The main chain with full engine semantics on the local platform: inbox, start, polls, event, all durable. */
export async function runEngine({ operations, inFlight, provider: providerOf }: EngineRun): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "drover-bench-"));
  const platform = openLocalPlatform({ folder: join(folder, "data"), log: quiet });
  const ended = new Map<string, () => void>();
  const resolveEnded = (event: DroverEvent) => {
    if (!event.type.endsWith(".succeeded")) {
      if (/\.(failed|timed-out|unknown|rejected)$/.test(event.type)) throw new Error(JSON.stringify(event));
      return;
    }
    ended.get(event.subject)?.();
    ended.delete(event.subject);
  };
  const ports: Ports = platform;
  const provider = providerOf(ports);
  const worker = new LocalWorker({
    platform,
    handlers: {
      [inboxQueue]: createInboxHandler({
        ports,
        routes: requestRoutes,
        connectionKind: () => "azure-sphere",
        idempotencyMs: 400 * dayMs,
      }),
      ...Object.fromEntries(
        Object.keys(steps).map((name) => [
          name,
          createRunner({ ports, steps, providerOf: async () => provider, retainMs: 90 * dayMs }),
        ]),
      ),
    },
  });
  // An operation counts as ended when its event is on disk, where a reader of the bus can see it.
  let position = 0;
  const stopListening = platform.bus.onCommit(async () => {
    for (;;) {
      const page = await platform.bus.read(position, 1000);
      for (const stored of page) {
        position = stored.position;
        resolveEnded(stored.event);
      }
      if (page.length < 1000) return;
    }
  });
  worker.start();
  const one = (index: number) =>
    new Promise<void>((resolve, reject) => {
      ended.set(operationIdOf("/bench", `bench-${index}`), resolve);
      platform.queue.send([{ queue: inboxQueue, body: requestBody(index) }]).catch(reject);
    });

  const stopwatch = startStopwatch();
  await keepInFlight(operations, inFlight, one);
  await platform.commitNow();
  const measured = stopwatch.stop(operations, join(folder, "data"));
  const loneMs: number[] = [];
  for (let index = 0; index < loneOperations; index += 1) {
    const startedAt = performance.now();
    await one(operations + index);
    loneMs.push(performance.now() - startedAt);
  }
  stopListening();
  await worker.stop();
  await platform.close();
  rmSync(folder, { recursive: true });
  return { ...measured, loneMs };
}
