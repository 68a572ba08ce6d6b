import { join } from "node:path";
import { createLocalHost } from "../../functions/local.ts";
import { createProviders } from "../../functions/providers.ts";
import { parseConfiguration } from "../../lib/configuration/load.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { openLocalHandoffStore } from "../../lib/platforms/local/handoff.ts";
import { openLocalPlatform } from "../../lib/platforms/local/platform.ts";
import { localSealer } from "../../lib/platforms/local/sealer.ts";
import { localVault } from "../../lib/platforms/local/vault.ts";
import { secretResolver } from "../../lib/platforms/secret-references.ts";
import { ManualTime, silentLog } from "../platforms/local/manual-time.ts";
import { SeededRandomness } from "../simulation/virtual-clock.ts";
import { bearer, Clouds, configurationFor, secrets } from "./clouds.ts";
import { eachOnce, type Rig } from "./rig.ts";

/** Turns of the event loop without news after which nothing is under way any more; files answer within a few. */
const quietTurns = 40;

/** The host of one machine, whole, over a real data folder. */
export async function localRig(folder: string, sphereMs?: number): Promise<Rig> {
  const time = new ManualTime();
  const clouds = new Clouds(time, sphereMs === undefined ? {} : { sphereMs });
  const dataFolder = join(folder, "data");
  const text = JSON.stringify(configurationFor({ kind: "local", dataFolder }));
  const configuration = parseConfiguration(text, join(folder, "drover.json"));
  const platform = openLocalPlatform({
    folder: dataFolder,
    log: silentLog,
    clock: time,
    timers: time,
    randomness: new SeededRandomness(7),
  });
  const vault = localVault({ dataFolder });
  for (const [name, value] of Object.entries(secrets)) await vault.put(name, new Secret(value));
  const secret = secretResolver({
    environment: {},
    baseFolder: folder,
    readFile: async () => Promise.reject(new Error("no file")),
    vault,
  });
  const handoffs = await openLocalHandoffStore({ dataFolder, clock: time });
  const providers = createProviders(configuration.connections, {
    ...{ secret, clock: time, randomness: platform.randomness, ledger: platform.ledger, vault, handoffs },
    sealer: localSealer({ dataFolder }),
    publishTargets: configuration.publishTargets,
    fetch: clouds.fetch,
    startTimer: clouds.startTimer,
  });
  const host = createLocalHost({ platform, configuration, providers, vault, handoffs, secret, version: "0.0.0" });
  host.start();

  const isBusy = () =>
    platform
      .figures()
      .queues.some(
        ({ inFlight, firstReadyAt = Number.POSITIVE_INFINITY }) => inFlight > 0 || firstReadyAt <= time.now(),
      );

  /** Lets real files and threads answer while virtual time stands still, but for the commits. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; quiet = isBusy() ? 0 : quiet + 1) await time.advance(isBusy() ? 1 : 0);
  }

  /** Waits for what may need commits, and so the timers. */
  async function pumped<Value>(work: Promise<Value>, stepMs: number): Promise<Value> {
    let isDone = false;
    const noted = work.finally(() => {
      isDone = true;
    });
    noted.catch(() => undefined);
    while (!isDone) await time.advance(stepMs);
    return noted;
  }

  return {
    name: "local",
    clouds,
    ledger: platform.ledger,
    now: () => time.now(),
    async send(queue, body) {
      await platform.queue.send([{ queue, body }]);
      await settle();
    },
    async http(method, path, body) {
      const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const request = new Request(`http://drover${path}`, init);
      const answer = await pumped(Promise.resolve(host.guarded.fetch(request)), 1);
      const bytes = Buffer.from(await answer.arrayBuffer());
      return { status: answer.status, headers: Object.fromEntries(answer.headers), bytes };
    },
    async until(what, done, withinMs = 3_600_000) {
      const endsAt = time.now() + withinMs;
      for (;;) {
        await settle();
        if (await done()) return;
        if (time.now() >= endsAt) throw new Error(`Expected ${what} within ${withinMs} ms, got no end`);
        const [next = 1_000] = time.waiting;
        await time.advance(Math.max(1, next));
      }
    },
    async events() {
      await pumped(platform.commitNow(), 1);
      return eachOnce((await platform.bus.read(0, 10_000)).map(({ event }) => event));
    },
    async close() {
      await pumped(host.stop(5_000), 10);
      await pumped(platform.close(), 10);
    },
  };
}
