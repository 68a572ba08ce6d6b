import { expect, test } from "vitest";
import { cancel, claimAndCrash, events, fetched, minutes, offered, standing } from "./hand-over-replay-world.ts";

test("nothing is minted without another word when a removal's answer was lost", async () => {
  const all = await offered({ removals: ["lose-reply"] }, { deadline: "P2D" });
  await all.run(() => all.phase() === "awaiting", minutes(60));
  await all.run(() => false, minutes(60));
  expect(all.cloud.made()).toBe(1);
});

test("it says that somebody has to say ready, and a cancel ends it", async () => {
  const all = await fetched({ removals: ["lose-reply"] }, { deadline: "P2D" });
  await all.run(() => all.phase() === "awaiting", minutes(60));
  const [seq, _told] = [all.row()?.seq ?? 0, events(all)];
  await all.run(() => false, minutes(60));
  const _moved = (all.row()?.seq ?? 0) - seq;
  await cancel(all);
  await all.run(() => all.row()?.state === "ended", minutes(12 * 60));
  expect(all.row()?.outcome).toBe("cancelled");
});

test("no hot loop after the deadline while the status is unclear", async () => {
  const all = await fetched({}, { deadline: "PT10M" });
  const end = all.row()?.deadline ?? 0;
  await all.run(() => all.world.clock.now() > end - 90_000, minutes(30));
  let isUnclear = true;
  all.cloud.onRead = (seen) => (isUnclear ? { kind: "unclear", status: "UPDATING" } : seen);
  all.cloud.onPoll = (seen) => (isUnclear ? { kind: "unclear", status: "UPDATING" } : seen);
  const before = all.world.trace.length;
  let [atDeadline, _after] = [0, 0];
  all.world.afterIo = () => {
    if (all.world.clock.now() === end) atDeadline += 1;
    if (all.world.clock.now() > end) _after += 1;
    if (all.world.trace.length > before + 1500) isUnclear = false;
  };
  await all.run(() => all.row()?.state === "ended", minutes(60));
  expect(atDeadline).toBeLessThan(100);
});

test("a poll that is under way at the deadline leaves no orphan", async () => {
  const orphans: string[] = [];
  for (let second = 600; second < 660; second += 10) {
    const all = await fetched({}, { deadline: `PT${second}S` });
    const end = all.row()?.deadline ?? 0;
    all.cloud.onPoll = async (polled) => {
      const left = end - all.world.clock.now();
      if (left > 0 && left < 19_000) await all.world.clock.sleep(left + 5);
      return polled;
    };
    await all.runUntilQuiet();
    if (standing(all).length > 0)
      orphans.push(`PT${second}S ${all.row()?.outcome} ${all.row()?.reason} ${standing(all)}`);
  }
  expect(orphans).toEqual([]);
});

test("a word said after a claim whose door crashed", async () => {
  const all = await offered({}, { deadline: "P1D" });
  await claimAndCrash(all);
  await all.run(() => false, 5_000);
  all.ask("ready", "ines");
  await all.run(() => false, minutes(14));
  expect(all.cloud.made()).toBe(2);
});

test("a cancel after a claim whose door crashed", async () => {
  const all = await offered({}, { deadline: "P1D" });
  await claimAndCrash(all);
  await cancel(all);
  const at = all.world.clock.now();
  await all.run(() => all.row()?.state === "ended", minutes(120));
  expect(all.world.clock.now() - at).toBeLessThan(minutes(5));
});

test("a process frozen between the look and the intent deletes nothing that is used meanwhile", async () => {
  const all = await fetched({}, { deadline: "P1D" });
  let looked = false;
  all.cloud.onRead = async (seen) => {
    if (all.phase() === "removing" && !looked) {
      looked = true;
      // The answer is here; the process stands still for a minute, and meanwhile she plugs it in.
      all.cloud.plugIn(all.served[0]?.content ?? "");
      await all.world.clock.sleep(60_000);
    }
    return seen;
  };
  await cancel(all);
  await all.runUntilQuiet();
  expect(looked).toBe(true);
  expect(all.cloud.violations).toEqual([]);
});

test("a machine that was off beyond the deadline takes back what it made", async () => {
  const all = await offered({}, { deadline: "PT20M" });
  all.world.clock.advance(minutes(60));
  await all.runUntilQuiet();
  expect(standing(all)).toEqual([]);
});
