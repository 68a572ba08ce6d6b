import { setTimeout as sleep } from "node:timers/promises";
import { LoadRig, requestOf } from "./load-rig.ts";
import { type Measurement, measure, megabytes, slopeOf } from "./measurements.ts";
import { table } from "./table.ts";

export interface WaitingResult {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

const batch = 100;
/** Requests that were taken and whose deployment has not begun; more are not sent before there are fewer. */
const aheadMost = 2_000;
const rows = 10;
/** What each waiting operation may cost in memory, where so many wait that it can be told from what the process needs anyway. */
const bytesEach = 512;
const tellingFrom = 20_000;
/** What the process may take whatever waits. */
const residentMost = 400 * 1024 * 1024;

interface Point extends Measurement {
  readonly waiting: number;
}

/** So many operations that wait for their providers at the same time, and what they cost. */
export async function measureWaiting(waiting: number, isQuick: boolean): Promise<WaitingResult> {
  const every = isQuick ? "PT5S" : "PT3M";
  const rig = await LoadRig.open({ firstPoll: every, maxPoll: every });
  try {
    const points: Point[] = [{ waiting: 0, ...measure(rig.drover) }];
    const startedMs = performance.now();
    let sent = 0;
    let begun = 0;
    while (begun < waiting) {
      if (sent < waiting && sent - begun < aheadMost) sent += await submitNext(rig, sent, waiting);
      else await sleep(20);
      begun = (await rig.provided()).created;
      if (begun >= (points.length * waiting) / rows) points.push({ waiting: begun, ...measure(rig.drover) });
    }
    const tookMs = performance.now() - startedMs;
    const polls = await pollsPerSecond(rig, isQuick ? 3_000 : 60_000);
    points.push({ waiting: begun, ...measure(rig.drover) });
    return judged(points, tookMs, polls);
  } finally {
    await rig.close();
  }
}

async function submitNext(rig: LoadRig, sent: number, most: number): Promise<number> {
  const count = Math.min(batch, most - sent);
  const bodies = Array.from({ length: count }, (_, index) => requestOf(sent + index));
  const status = await rig.submit(bodies, sent / batch);
  if (status < 300) return count;
  await sleep(50);
  return 0;
}

interface Polls {
  readonly perSecond: number;
  /** Share of one processor. */
  readonly processor: number;
}

async function pollsPerSecond(rig: LoadRig, forMs: number): Promise<Polls> {
  const before = { ...(await rig.provided()), ...measure(rig.drover) };
  await sleep(forMs);
  const after = { ...(await rig.provided()), ...measure(rig.drover) };
  const tookMs = after.atMs - before.atMs;
  return {
    perSecond: ((after.polls - before.polls) / tookMs) * 1_000,
    processor: (after.processorMs - before.processorMs) / tookMs,
  };
}

function judged(points: readonly Point[], tookMs: number, { perSecond, processor }: Polls): WaitingResult {
  const waiting = points.at(-1)?.waiting ?? 0;
  const warm = points.filter((point) => point.waiting >= waiting / 5);
  const slope = (of: (point: Point) => number) => Math.round(slopeOf(warm.map((point) => [point.waiting, of(point)])));
  const [resident, heap] = [slope(({ resident: value }) => value), slope(({ heap: value }) => value)];
  const disk = slope(({ database, log }) => database + log);
  const head = ["WAITING", "RESIDENT MB", "HEAP MB", "DATABASE MB", "LOG MB", "DESCRIPTORS", "AFTER s"];
  const startedMs = points[0]?.atMs ?? 0;
  const cells = points.map((point) => [
    point.waiting,
    megabytes(point.resident),
    megabytes(point.heap),
    megabytes(point.database),
    megabytes(point.log),
    point.descriptors,
    Math.round((point.atMs - startedMs) / 1_000),
  ]);
  const highest = Math.max(...points.map((point) => point.resident));
  const problems: string[] = [];
  if (waiting >= tellingFrom && resident > bytesEach) {
    problems.push(`memory grows by ${resident} bytes for each waiting operation, more than ${bytesEach}`);
  }
  if (highest > residentMost) problems.push(`${megabytes(highest)} MB resident, more than ${megabytes(residentMost)}`);
  const lines = [
    ...table(head, cells),
    "",
    `${waiting} operations were taken in within ${Math.round(tookMs / 1_000)} s (${Math.round((waiting / tookMs) * 1_000)} a second)`,
    `while they wait: ${Math.round(perSecond)} polls a second, ${Math.round(processor * 100)} % of a processor`,
    waiting >= tellingFrom
      ? `for each: ${resident} bytes resident and ${heap} of heap (at most ${bytesEach}), ${disk} on disk`
      : `too few to tell what each takes: that needs ${tellingFrom}`,
    `${megabytes(highest)} MB resident at the most (of ${megabytes(residentMost)})`,
  ];
  return { lines, problems };
}
