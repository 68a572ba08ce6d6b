import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { describe, expect, onTestFinished, test } from "vitest";
import { deliverEvent } from "../../functions/deliver-event/step.ts";
import { recordDeadLetter } from "../../functions/record-dead-letter/step.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { deliverEventQueue, type SinkConfiguration, type Sinks } from "../../lib/contracts/sink.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { LocalWorker } from "../../lib/platforms/local/worker.ts";
import { Dispatcher } from "../../lib/sinks/dispatcher.ts";
import { createPost } from "../../lib/sinks/post.ts";
import { systemResolve } from "../../lib/sinks/resolve.ts";
import { type SinkLedger, sinkStoreOf } from "../../lib/sinks/store.ts";
import { ManualTime, recordingLog } from "../platforms/local/manual-time.ts";
import { temporaryFolder } from "../platforms/local/temporary-folder.ts";
import { eventOf, publicSecret, sinkOf } from "./support.ts";

/** The real platform and the real network, on loopback; time is virtual, and moves with each commit to the disk. */

interface Receiver {
  readonly url: string;
  readonly ids: string[];
}

async function receiver(status: () => number | undefined): Promise<Receiver> {
  const ids: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    new Webhook(publicSecret).verify(body, headers);
    ids.push(headers["webhook-id"] ?? "");
    const code = status();
    if (code !== undefined) response.writeHead(code).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ids };
}

const local = (url: string, over: Partial<SinkConfiguration> = {}) =>
  sinkOf({ url, allowPrivateAddresses: true, ...over });

async function start(folder: string, sinks: Sinks, concurrency = 8) {
  const log = recordingLog();
  // The receivers' library looks at the clock of the machine.
  const time = new ManualTime(Date.now());
  const platform = openLocalPlatform({ folder, log, clock: time, timers: time });
  const { ledger, queue, bus, clock, randomness } = platform;
  const rows: SinkLedger = {
    read: (key) => ledger.read(key),
    create: (key, record) => ledger.create(key, JSON.parse(JSON.stringify(record))),
    write: (key, record, expected) => ledger.write(key, JSON.parse(JSON.stringify(record)), expected),
  };
  const after = (ms: number, callback: () => void) => time.after(ms, callback);
  const common = { sinks, store: sinkStoreOf(rows), queue, clock, randomness, log };
  const deliver = deliverEvent({
    ...common,
    readSecret: async () => new Secret(publicSecret),
    post: createPost({ resolve: systemResolve(), after }),
    atOnce: { perSink: 2, total: 4 },
  });
  const handlers = {
    [deliverEventQueue]: deliver,
    [`${deliverEventQueue}-dead-letters`]: recordDeadLetter(platform, 86_400_000),
  };
  const worker = new LocalWorker({ platform, handlers, concurrency });
  const dispatcher = new Dispatcher({ ...common, bus, after });
  worker.start();
  dispatcher.start();
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await dispatcher.stop();
      const ended = worker.stop(100);
      await time.advance(1_000);
      await ended;
      await platform.close();
    })();
    return stopped;
  };
  onTestFinished(stop);
  /** At most two minutes, in steps that leave real sockets the time of a write to the disk. */
  const until = async (done: () => boolean | Promise<boolean>) => {
    for (let step = 0; step < 2_400; step += 1) {
      if (await done()) return;
      await time.advance(50);
      await platform.commitNow();
    }
    throw new Error(`Expected it within two minutes, got ${JSON.stringify(log.lines.slice(-5))}`);
  };
  const rowOf = async (name: string) => (await common.store.read(name))?.record;
  await until(async () => {
    for (const name of Object.keys(sinks)) if (!(await rowOf(name))) return false;
    return true;
  });
  return { platform, rowOf, stop, until };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("on the local platform", () => {
  test("a sink gets all events although others hang, fail or are gone", async () => {
    const healthy = await receiver(() => 204);
    const hanging = await receiver(() => undefined);
    const failing = await receiver(() => 500);
    const gone = await receiver(() => 410);
    const folder = join(await temporaryFolder(), "data");
    const { platform, rowOf, until } = await start(folder, {
      hanging: local(hanging.url, { timeout: "PT30S" }),
      failing: local(failing.url),
      gone: local(gone.url),
      healthy: local(healthy.url),
    });
    for (const number of numbers(40)) await platform.bus.publish([eventOf(number)]);
    await until(() => new Set(healthy.ids).size === 40);
    await until(async () => (await rowOf("gone"))?.disabled !== undefined);
    await until(async () => (await rowOf("failing"))?.lastFailure?.status === 500);
    const letters = async () => (await platform.ledger.listByPrefix("dead-letter/", 10)).items;
    await until(async () => (await letters()).length > 0);
    expect((await letters())[0]?.record).toMatchObject({
      kind: "dead-letter",
      queue: "deliver-event",
      verdict: "needs-decision",
      cause: expect.stringContaining("410 Gone"),
    });
    expect(new Set(healthy.ids)).toEqual(new Set(numbers(40).map((number) => eventOf(number).id)));
  });

  test("events published while nobody ran are delivered after the next start", async () => {
    const crm = await receiver(() => 200);
    const folder = join(await temporaryFolder(), "data");
    await (await start(folder, { crm: local(crm.url) })).stop();
    const platform = openLocalPlatform({ folder, log: recordingLog() });
    await platform.bus.publish([eventOf(1), eventOf(2)]);
    await platform.close();
    const { until } = await start(folder, { crm: local(crm.url) });
    await until(() => new Set(crm.ids).size === 2);
    expect(new Set(crm.ids)).toEqual(new Set([eventOf(1).id, eventOf(2).id]));
  });
});
