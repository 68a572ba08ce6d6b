import { setTimeout as sleep } from "node:timers/promises";
import { HttpClient } from "./client.ts";
import { LoadRig, requestOf, tokens } from "./load-rig.ts";
import { connectionsTo, type Measurement, measure, megabytes, slopeOf } from "./measurements.ts";
import { EventReader } from "./reader.ts";
import { SlowReaders } from "./slow-readers.ts";
import { quantile, table } from "./table.ts";
import type { WaitingResult } from "./waiting.ts";

const perSecond = 20;
const deafReaders = 20;
const slowReaders = 4;
const shownRows = 15;

/** What may grow over the second half, as a straight line through it has it. */
const tolerances = {
  /** Of the memory at its beginning, in a run of ten minutes and more; a short one only shows the warming up. */
  memoryShare: 0.05,
  /** Connections to the provider come and go with its work, at most one for each of 64 messages at once: a leak shows in hundreds. */
  descriptors: 40,
  /**
   * A key is remembered for 29 days at least, whatever the retention: what a finished operation leaves, per operation, is a tombstone and
   * its places in the indexes.
   */
  databaseEach: 1_200,
};
const tellingMinutes = 5;
/** Two minutes of silence once what the system itself holds back is full, which takes a while at this rate. */
const droppedMinutes = 8;
/** Between an event and its reading by somebody who keeps up. */
const latencyMostMs = 5_000;

interface Sample extends Measurement {
  readonly submitted: number;
  readonly connections: number;
}

/** A steady rate of operations that come, end and are forgotten, beside readers who do not read. */
export async function soak(minutes: number, isQuick: boolean): Promise<WaitingResult> {
  const rig = await LoadRig.open({ completeAfterMs: 800, firstPoll: "PT0.5S", maxPoll: "PT1S", retention: "PT1M" });
  const slow = new SlowReaders();
  const reader = new EventReader(new HttpClient(rig.url, tokens[3]));
  try {
    reader.start();
    for (let index = 0; index < deafReaders; index += 1) slow.addDeaf(rig.port, tokens[index % 2] ?? "");
    for (let index = 0; index < slowReaders; index += 1) slow.addSlow(rig.port, tokens[2] ?? "");
    const samples: Sample[] = [];
    const everyMs = isQuick ? 1_000 : 10_000;
    const startedMs = performance.now();
    let submitted = 0;
    while (performance.now() - startedMs < minutes * 60_000) {
      const due = Math.floor(((performance.now() - startedMs) / 1_000) * perSecond);
      const bodies = Array.from({ length: Math.min(50, due - submitted) }, (_, index) => requestOf(submitted + index));
      if (bodies.length > 0 && (await rig.submit(bodies, 0)) < 300) submitted += bodies.length;
      if (performance.now() - startedMs >= (samples.length + 1) * everyMs) {
        samples.push({ ...measure(rig.drover), submitted, connections: connectionsTo(rig.port) });
      }
      await sleep(100);
    }
    for (let waited = 0; reader.ended.size < submitted && waited < 100; waited += 1) await sleep(100);
    await reader.stop();
    return judged(samples, { submitted, reader, taken: slow.taken, minutes });
  } finally {
    slow.close();
    await reader.stop();
    await rig.close();
  }
}

interface Soaked {
  readonly submitted: number;
  readonly reader: EventReader;
  readonly taken: number;
  readonly minutes: number;
}

function judged(samples: readonly Sample[], { submitted, reader, taken, minutes }: Soaked): WaitingResult {
  const half = samples.slice(Math.floor(samples.length / 2));
  const [first, last] = [half[0], half.at(-1)];
  const spanMs = (last?.atMs ?? 0) - (first?.atMs ?? 0);
  const growth = (of: (sample: Sample) => number) => slopeOf(half.map((sample) => [sample.atMs, of(sample)])) * spanMs;
  const memory = growth(({ resident }) => resident);
  const heap = growth(({ heap: value }) => value);
  const descriptors = growth((sample) => sample.descriptors);
  const disk = growth(({ database, log }) => database + log);
  const finished = (last?.submitted ?? 0) - (first?.submitted ?? 0);
  const late = reader.latenciesMs;
  const problems: string[] = [];
  const share = memory / (first?.resident ?? 1);
  if (minutes >= tellingMinutes) {
    if (share > tolerances.memoryShare) problems.push(`memory grew by ${(share * 100).toFixed(1)} %`);
    if (descriptors > tolerances.descriptors) problems.push(`${descriptors.toFixed(1)} more descriptors`);
    if (disk > tolerances.databaseEach * finished) problems.push(`the database grew by ${megabytes(disk)} MB`);
  }
  const dropped = (samples[0]?.connections ?? 0) - (samples.at(-1)?.connections ?? 0);
  if (minutes >= droppedMinutes && dropped < deafReaders) {
    problems.push(`only ${dropped} connections of readers who take nothing were closed`);
  }
  if (reader.ended.size < submitted) problems.push(`${submitted - reader.ended.size} operations without an end`);
  if (quantile(late, 0.99) > latencyMostMs) problems.push(`events came ${quantile(late, 0.99)} ms late (p99)`);
  const every = Math.max(1, Math.ceil(samples.length / shownRows));
  const shown = samples.filter((_, index) => index % every === 0 || index === samples.length - 1);
  const head = [
    "AFTER s",
    "OPERATIONS",
    "RESIDENT MB",
    "HEAP MB",
    "DESCRIPTORS",
    "CONNECTIONS",
    "DATABASE MB",
    "LOG MB",
  ];
  const startedMs = samples[0]?.atMs ?? 0;
  const cells = shown.map((sample) => [
    Math.round((sample.atMs - startedMs) / 1_000),
    sample.submitted,
    megabytes(sample.resident),
    megabytes(sample.heap),
    sample.descriptors,
    sample.connections,
    megabytes(sample.database),
    megabytes(sample.log),
  ]);
  const signed = (bytes: number) => `${bytes < 0 ? "" : "+"}${megabytes(bytes)} MB`;
  const lines = [
    ...table(head, cells),
    "",
    `${submitted} operations in ${minutes} minutes, ${reader.ended.size} ended; ${deafReaders} readers took nothing, ${slowReaders} took ${Math.round(taken / 1024)} kB together`,
    `second half: ${signed(memory)} resident, ${signed(heap)} heap, ${descriptors.toFixed(1)} descriptors, ${signed(disk)} on disk (${Math.round(disk / Math.max(1, finished))} bytes for each operation)`,
    `another reader of events was told after ${quantile(late, 0.5)} ms (p50), ${quantile(late, 0.99)} ms (p99), ${quantile(late, 1)} ms at the most`,
  ];
  return { lines, problems };
}
