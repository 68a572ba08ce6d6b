import type { DatabaseSync } from "node:sqlite";
import type { Clock, Log } from "../../contracts/ports.ts";
import { type ClockSources, createClock, reportedJumpMs, systemSources } from "../clock.ts";

/** No clock that is right says less: a machine that boots without one counts from 1970. */
const earliestMs = Date.UTC(2026, 10, 1);
/** Longest time by which the folder's time stays ahead of a clock that was put back: it takes twenty times as long to catch up. */
const longestAheadMs = 7 * 86_400_000;

/**
 * The clock of a data folder: it goes on from where it stood, although the system's was put back. What is stored says when it wants to be
 * looked at: were time to begin again before that, all of it would wait for as long.
 */
export function folderClock(database: DatabaseSync, log: Log, sources: ClockSources = systemSources): Clock {
  const jumped = (byMs: number) => log.warn("the system clock jumped", { byMs: Math.round(byMs) });
  const aheadMs = timeIn(database) - sources.wall();
  if (aheadMs > longestAheadMs && sources.wall() >= earliestMs) {
    beginAgain(database, sources.wall());
    log.error(
      "the system clock was far ahead in the last run: operations of that time may wait for it, so look at those that are active",
      { byMs: Math.round(aheadMs) },
    );
    return createClock(sources, jumped);
  }
  if (aheadMs > reportedJumpMs) {
    log.warn(
      "the system clock was put back since the last run: time goes on from there, slower until the clock is there",
      { byMs: Math.round(aheadMs) },
    );
  }
  return createClock(sources, jumped, sources.wall() + aheadMs);
}

/** 0 in a folder of a release that kept no time. */
function timeIn(database: DatabaseSync): number {
  return Number(database.prepare("SELECT value FROM counters WHERE name = 'time'").get()?.["value"] ?? 0);
}

/** Years ahead are not waited for. Messages are ready at once, which harms nobody; a row that waits by itself is for people to end. */
function beginAgain(database: DatabaseSync, nowMs: number): void {
  database.prepare("UPDATE messages SET ready_at = ? WHERE ready_at > ?").run(nowMs, nowMs);
}
