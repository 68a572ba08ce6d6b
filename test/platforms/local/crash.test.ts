import { cp, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { eventIdOf } from "../../../lib/contracts/identifiers.ts";
import { openLocalPlatform } from "../../../lib/platforms/local/platform.ts";
import { idOf } from "../../contracts/ledger.ts";
import { startChild } from "./killed.ts";
import { silentLog } from "./manual-time.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Found {
  readonly records: number;
  readonly messages: readonly number[];
  readonly events: number;
}

/** What a copy of a folder holds after a crash. Each kind has to be there from the first on, without a hole. */
async function foundIn(folder: string): Promise<Found> {
  const { ledger, queue, bus, close } = openLocalPlatform({ folder, log: silentLog });
  let records = 0;
  while (await ledger.read(`turn/${records + 1}`)) records += 1;
  const listed = await ledger.listByPrefix("turn/", 100_000);
  expect(listed.items).toHaveLength(records);
  const events = await bus.read(0, 100_000);
  expect(events.map(({ event }) => event.id)).toEqual(events.map((_, index) => eventIdOf(idOf(index + 1), 1, 0)));
  const messages: number[] = [];
  // One that was being handled when two processes ended is handed out alone.
  for (let some = await queue.receive("steps", 100, 60_000); some.length > 0; ) {
    messages.push(...some.map(({ body }) => Number(body)));
    for (const delivery of some) await queue.acknowledge(delivery);
    some = await queue.receive("steps", 100, 60_000);
  }
  messages.sort((a, b) => a - b);
  await close();
  return { records, messages, events: events.length };
}

/** The order of every step: record, message, event, and only then the message of the step before is removed. */
function expectPrefix({ records, messages, events }: Found): void {
  const sent = Math.max(...messages, 0);
  expect(records - sent).toBeOneOf([0, 1]);
  expect(sent - events).toBeOneOf([0, 1]);
  expect(records - events).toBeOneOf([0, 1]);
  // Gone only when the next one was there: without a hole there is always one, or two.
  if (records > 1) expect(messages.length).toBeOneOf([1, 2]);
  expect(messages).toEqual(messages.map((_, index) => sent - messages.length + 1 + index));
}

/** Runs the child for a while from its first promise on, and kills it. Returns the last step that it had promised. */
async function runAndKill(folder: string): Promise<number> {
  const child = startChild("crash-child.ts", [folder]);
  await child.linesReach(1);
  await wait(Math.random() * 150);
  await child.kill();
  return Number(child.lines.at(-1));
}

describe("a process that is killed at any moment", () => {
  test("leaves everything it had promised, and nothing out of order", async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, "data");
    for (let round = 0; round < 12; round += 1) {
      const promised = await runAndKill(folder);
      const copy = join(parent, `copy-${round}`);
      await cp(folder, copy, { recursive: true });
      const found = await foundIn(copy);
      expectPrefix(found);
      expect(found.events).toBeGreaterThanOrEqual(promised);
    }
  });

  test("leaves a log whose torn end takes the newest changes only", async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, "data");
    await runAndKill(folder);
    const whole = (await stat(join(folder, "drover.db-wal"))).size;
    const untorn = join(parent, "untorn");
    await cp(folder, untorn, { recursive: true });
    const all = await foundIn(untorn);
    let fewer = 0;
    for (let round = 0; round < 12; round += 1) {
      const torn = join(parent, `torn-${round}`);
      await cp(folder, torn, { recursive: true });
      const lost = Math.ceil(Math.random() * whole * 0.5);
      const log = await open(join(torn, "drover.db-wal"), "r+");
      if (round % 2 === 0) await log.truncate(whole - lost);
      else await log.write(Buffer.alloc(Math.min(lost, 3000), 0xa5), 0, undefined, whole - lost);
      await log.close();
      const found = await foundIn(torn);
      expectPrefix(found);
      if (found.records < all.records) fewer += 1;
    }
    // The end was really torn off: with all changes still there the test would show nothing.
    expect(fewer).toBeGreaterThan(0);
  });
});
