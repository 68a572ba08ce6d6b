import { join } from "node:path";
import { openLocalPlatform } from "../../../lib/platforms/local/platform.ts";
import { describeBus, describeReadableBus } from "../../contracts/bus.ts";
import { describeLedger } from "../../contracts/ledger.ts";
import { describeQueue } from "../../contracts/queue.ts";
import { ManualTime, silentLog } from "./manual-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function opened(sizes: { readonly cachedRecords?: number; readonly messageWindow?: number } = {}) {
  const time = new ManualTime();
  const folder = join(await temporaryFolder(), "data");
  const platform = openLocalPlatform({ folder, log: silentLog, clock: time, ...sizes });
  return { time, platform, close: async () => void (await platform.close()) };
}

/** So small that nearly everything goes through the disk. */
const tiny = { cachedRecords: 2, messageWindow: 2 };

for (const [name, sizes] of [
  ["local", {}],
  ["local, hardly anything in memory", tiny],
] as const) {
  describeLedger(name, async () => {
    const { platform, close } = await opened(sizes);
    return { ledger: platform.ledger, close };
  });

  describeQueue(name, async () => {
    const { platform, time, close } = await opened(sizes);
    const advance = async (ms: number) => {
      await platform.commitNow();
      await time.advance(ms);
    };
    return { sender: platform.queue, receiver: platform.queue, advance, close };
  });
}

describeBus("local", async () => {
  const { platform, close } = await opened();
  const delivered = async () => {
    await platform.commitNow();
    return (await platform.bus.read(0, 1000)).map(({ event }) => event);
  };
  return { bus: platform.bus, delivered, close };
});

describeReadableBus("local", async () => {
  const { platform, close } = await opened();
  return { bus: platform.bus, settled: async () => void (await platform.commitNow()), close };
});
