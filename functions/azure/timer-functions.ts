import { timerFunction } from "../../lib/platforms/azure/functions/plain-functions.ts";
import { onceDone } from "../../lib/platforms/made-once.ts";
import type { Place } from "./app.ts";

/** Seconds come first. Of several instances one is called. */
const everyMinute = "0 * * * * *";

export function registerSweep({ app, host }: Place, name: string): void {
  const open = onceDone(async () => (await import("../cloud/sweep.ts")).openSweep(await host.open()));
  const handler = timerFunction(host.parts, async () => ({ sweptAt: await (await open())() }));
  app.timer(name, { schedule: everyMinute, handler });
}

export function registerSchedules({ app, host }: Place, name: string): void {
  const open = onceDone(async () => (await import("../cloud/schedules.ts")).openSchedules(await host.open()));
  const handler = timerFunction(host.parts, async () => ({ submitted: await (await open())() }));
  app.timer(name, { schedule: everyMinute, handler });
}
