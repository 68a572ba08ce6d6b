import { deadLetterQueueOf } from "../../lib/contracts/ports.ts";
import { timerFunction } from "../../lib/platforms/azure/functions/plain-functions.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import type { Place } from "./app.ts";

/** Seconds come first. Of several instances one is called. */
const everyMinute = "0 * * * * *";

/** It looks into all queues, too: that nobody takes from one would be told by nobody. */
export function registerSweep({ app, host, queues }: Place, name: string): void {
  const open = onceDone(async () => {
    const [{ openSweep }, { queueWatch }, opened] = await Promise.all([
      import("../cloud/sweep.ts"),
      import("../../lib/platforms/azure/queue-watch.ts"),
      host.open(),
    ]);
    const { queue, clock, log } = opened.platform();
    const all = queues.flatMap((each) => [each, deadLetterQueueOf(each)]);
    return { sweep: await openSweep(opened), look: queueWatch({ queue, clock, log, queues: all }) };
  });
  const handler = timerFunction(host.parts, async () => {
    const { sweep, look } = await open();
    const sweptAt = await sweep().finally(look);
    return { sweptAt };
  });
  app.timer(name, { schedule: everyMinute, handler });
}

export function registerSchedules({ app, host }: Place, name: string): void {
  const open = onceDone(async () => (await import("../cloud/schedules.ts")).openSchedules(await host.open()));
  const handler = timerFunction(host.parts, async () => ({ submitted: await (await open())() }));
  app.timer(name, { schedule: everyMinute, handler });
}
