import { expect, test } from "vitest";
import { ScheduleTimer } from "../../functions/schedule-timer.ts";
import { ManualTime, recordingLog } from "../platforms/local/manual-time.ts";

const everyMs = 15_000;

function timer(run: () => Promise<number>, isHealthy = () => true) {
  const time = new ManualTime();
  const log = recordingLog();
  return { time, log, timer: new ScheduleTimer({ after: (ms, done) => time.after(ms, done), isHealthy, run, log }) };
}

test("schedules are looked at at once, then every 15 seconds", async () => {
  const at: number[] = [];
  const { time, timer: looking } = timer(async () => at.push(time.now()));
  const start = time.now();
  looking.start();
  looking.start();
  await time.advance(2 * everyMs);
  expect(at.map((ms) => ms - start)).toEqual([0, everyMs, 2 * everyMs]);
});

test("two looks never run at once, and stopping waits for the one under way", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  let looks = 0;
  const { time, timer: looking } = timer(() => {
    looks += 1;
    return promise;
  });
  looking.start();
  await time.advance(10 * everyMs);
  expect(looks).toBe(1);
  let stopped = false;
  const stopping = looking.stop().then(() => {
    stopped = true;
  });
  await time.advance(everyMs);
  expect(stopped).toBe(false);
  resolve(0);
  await stopping;
  await time.advance(10 * everyMs);
  expect(looks).toBe(1);
});

test("nothing is looked at while storage refuses changes", async () => {
  let [looks, healthy] = [0, false];
  const { time, timer: looking } = timer(
    async () => {
      looks += 1;
      return 0;
    },
    () => healthy,
  );
  looking.start();
  await time.advance(4 * everyMs);
  expect(looks).toBe(0);
  healthy = true;
  await time.advance(everyMs);
  expect(looks).toBe(1);
});

test("a look that fails is said and tried again", async () => {
  let looks = 0;
  const {
    time,
    log,
    timer: looking,
  } = timer(async () => {
    looks += 1;
    if (looks === 1) throw new Error("no disk");
    return 0;
  });
  looking.start();
  await time.advance(everyMs);
  expect(looks).toBe(2);
  expect(log.lines).toEqual(["error: the schedules could not be looked at and are tried again"]);
  expect(log.fields).toEqual([{ error: "no disk" }]);
});
