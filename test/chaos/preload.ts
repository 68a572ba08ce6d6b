import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { LogEnd, type LogPlace, writePlace } from "./wal.ts";

/**
 * Loaded into the real process before anything of Drover (`node --import`). It steps the wall clock by what a file says, notes up to
 * where the database's log was flushed, and notes the size of the heap. The product itself knows nothing of it.
 */

const folder = process.env["DROVER_CHAOS_FOLDER"] ?? ".";
const lookEveryMs = 50;
const heapEveryMs = 1_000;
/** A disk that takes so long for a flush: then there is something to lose at most times. */
const flushMs = Number(process.env["DROVER_CHAOS_FLUSH_MS"] ?? 0);

let steppedMs = 0;
const RealDate = Date;
const realNow = RealDate.now.bind(RealDate);
const now = (): number => realNow() + steppedMs;
RealDate.now = now;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
});

function readStep(): void {
  try {
    steppedMs = Number(fs.readFileSync(`${folder}/clock`, "utf8")) || 0;
  } catch {
    steppedMs = 0;
  }
}
readStep();
setInterval(readStep, lookEveryMs).unref();

const realFlush = fs.fdatasync;
const ends = new Map<number, LogEnd | undefined>();
const noted = fs.openSync(`${folder}/flushed`, fs.existsSync(`${folder}/flushed`) ? "r+" : "w+");

function endOf(fd: number): LogPlace | undefined {
  if (!ends.has(fd)) ends.set(fd, fs.readlinkSync(`/proc/self/fd/${fd}`).endsWith("-wal") ? new LogEnd(fd) : undefined);
  return ends.get(fd)?.find();
}

/** What was in the log when the flush began is durable when it ends; noted before anybody is told. */
function flush(fd: number, done: (error: NodeJS.ErrnoException | null) => void): void {
  const place = endOf(fd);
  realFlush(fd, (error) => {
    if (!error && place) writePlace(noted, place);
    done(error);
  });
}

fs.fdatasync = ((fd: number, done: (error: NodeJS.ErrnoException | null) => void) => {
  if (flushMs > 0) setTimeout(() => flush(fd, done), flushMs);
  else flush(fd, done);
}) as typeof fs.fdatasync;
const realFlushNow = fs.fdatasyncSync;
fs.fdatasyncSync = (fd) => {
  const place = endOf(fd);
  realFlushNow(fd);
  if (place) writePlace(noted, place);
};
syncBuiltinESMExports();

function noteHeap(): void {
  const { heapUsed, external } = process.memoryUsage();
  try {
    fs.writeFileSync(`${folder}/heap`, `${heapUsed} ${external}`);
  } catch {
    // The disk may be full on purpose.
  }
}
if (process.env["DROVER_CHAOS_HEAP"]) setInterval(noteHeap, heapEveryMs).unref();
