import { openLocalPlatform } from "../../../../lib/platforms/local/platform.ts";
import { eventOf } from "../../../contracts/bus.ts";
import { turnOf } from "../../../contracts/ledger.ts";
import { silentLog } from "../manual-time.ts";

/**
 * Changes records, messages and events in one fixed order, a step after the other, until it is killed, and says on its standard
 * output up to which step everything was durable. Within a step it lets the event loop turn here and there, so that groups end anywhere.
 */
const folder = process.argv[2] ?? "";
const platform = openLocalPlatform({ folder, log: silentLog, cachedRecords: 50, messageWindow: 20 });
const { ledger, queue, bus } = platform;
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

async function maybePause(): Promise<void> {
  if (Math.random() < 0.2) await pause();
}

async function countOf(): Promise<number> {
  let count = 0;
  while (await ledger.read(`turn/${count + 1}`)) count += 1;
  return count;
}

/** The one message that is left of the step before is received, and goes with this step. */
async function removeMessageBefore(step: number): Promise<void> {
  const deliveries = await queue.receive("steps", 10, 60_000);
  for (const delivery of deliveries) {
    if (Number(delivery.body) < step) await queue.acknowledge(delivery);
    else await queue.release(delivery, 0);
  }
}

/** A crash may have cut a step in two: its second part comes first then. */
async function completeStep(step: number): Promise<void> {
  const deliveries = await queue.receive("steps", 10, 60_000);
  if (!deliveries.some(({ body }) => Number(body) === step)) await queue.send([{ queue: "steps", body: String(step) }]);
  for (const delivery of deliveries) await queue.release(delivery, 0);
  if ((await bus.read(0, 1_000_000)).length < step) await bus.publish([eventOf(step)]);
  await removeMessageBefore(step);
}

const before = await countOf();
if (before > 0) await completeStep(before);

for (let step = before + 1; ; step += 1) {
  await ledger.create(`turn/${step}`, turnOf(String(step)));
  await maybePause();
  await queue.send([{ queue: "steps", body: String(step) }]);
  await maybePause();
  await bus.publish([eventOf(step)]);
  await maybePause();
  await removeMessageBefore(step);
  if (Math.random() < 0.3) {
    await ledger.durable();
    process.stdout.write(`${step}\n`);
  }
}
