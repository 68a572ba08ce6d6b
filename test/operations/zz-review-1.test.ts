import { expect, test } from "vitest";
import { whenFetched } from "../../functions/hand-over/pickup.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import type { OperationRecord } from "../../lib/contracts/operation.ts";
import { claimHandoff } from "../../lib/operations/pickup.ts";
import { type All, cancel, events, fetched, minutes, offered, opened, standing } from "./zz-review-support.ts";

/** The door crashes after it has written the claim, before it sends anything. */
export async function claimAndCrash(all: All) {
  const ports = all.world.outside;
  const dying = { ...ports, queue: { ...ports.queue, send: async () => Promise.reject(new Error("crashed")) } };
  const rule = (record: OperationRecord, now: number) => whenFetched(record, now, { name: "ines", owns: false });
  await claimHandoff(dying, operationIdOf("/test", "one"), rule, { by: "ines" }).catch(() => undefined);
}

test("R1c nothing is minted without another word when a removal's answer was lost", async () => {
  const all = await offered({ removals: ["lose-reply"] }, { deadline: "P2D" });
  await all.run(() => all.phase() === "awaiting", minutes(60));
  await all.run(() => false, minutes(60));
  expect(all.cloud.made()).toBe(1);
});

test("R1d it says that somebody has to say ready, and a cancel ends it", async () => {
  const all = await fetched({ removals: ["lose-reply"] }, { deadline: "P2D" });
  await all.run(() => all.phase() === "awaiting", minutes(60));
  const [seq, told] = [all.row()?.seq ?? 0, events(all)];
  await all.run(() => false, minutes(60));
  const moved = (all.row()?.seq ?? 0) - seq;
  await cancel(all);
  await all.run(() => all.row()?.state === "ended", minutes(12 * 60));
  console.log("R1d", told, all.row()?.waitingFor, "writes that moved seq in an hour", moved, "after a cancel", all.row()?.state, all.row()?.outcome);
  expect(all.row()?.outcome).toBe("cancelled");
});

test("R2 no hot loop after the deadline while the status is unclear", async () => {
  const all = await fetched({}, { deadline: "PT10M" });
  const end = all.row()?.deadline ?? 0;
  await all.run(() => all.world.clock.now() > end - 90_000, minutes(30));
  let isUnclear = true;
  all.cloud.onRead = (seen) => (isUnclear ? { kind: "unclear", status: "UPDATING" } : seen);
  all.cloud.onPoll = (seen) => (isUnclear ? { kind: "unclear", status: "UPDATING" } : seen);
  const before = all.world.trace.length;
  let [atDeadline, after] = [0, 0];
  all.world.afterIo = () => {
    if (all.world.clock.now() === end) atDeadline += 1;
    if (all.world.clock.now() > end) after += 1;
    if (all.world.trace.length > before + 1500) isUnclear = false;
  };
  await all.run(() => all.row()?.state === "ended", minutes(60));
  console.log("R2 I/Os at the very millisecond of the deadline", atDeadline, "after", after, "seq", all.row()?.seq, all.row()?.outcome);
  expect(atDeadline).toBeLessThan(100);
});

test("R3 a poll that is under way at the deadline leaves no orphan", async () => {
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
    if (standing(all).length > 0) orphans.push(`PT${second}S ${all.row()?.outcome} ${all.row()?.reason} ${standing(all)}`);
  }
  expect(orphans).toEqual([]);
});

test("R5 a word said after a claim whose door crashed", async () => {
  const all = await offered({}, { deadline: "P1D" });
  await claimAndCrash(all);
  await all.run(() => false, 5_000);
  all.ask("ready", "ines");
  await all.run(() => false, minutes(14));
  console.log("R5", all.row()?.pickup, all.phase(), all.refusals, all.cloud.made());
  all.ask("ready", "ines");
  await all.run(() => false, minutes(30));
  console.log("R5 later", all.row()?.pickup?.ready, all.phase(), all.row()?.waitingFor?.code, all.refusals, all.cloud.made());
  expect(all.cloud.made()).toBe(2);
});

test("R5b a cancel after a claim whose door crashed", async () => {
  const all = await offered({}, { deadline: "P1D" });
  await claimAndCrash(all);
  await cancel(all);
  const at = all.world.clock.now();
  await all.run(() => all.row()?.state === "ended", minutes(120));
  console.log("R5b", all.row()?.outcome, "after s", (all.world.clock.now() - at) / 1000);
  expect(all.world.clock.now() - at).toBeLessThan(minutes(5));
});

test("R7 a process frozen between the look and the intent deletes nothing that is used meanwhile", async () => {
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
  console.log("R7", all.cloud.violations, all.row()?.outcome);
  expect(all.cloud.violations).toEqual([]);
});

test("R8 a machine that was off beyond the deadline takes back what it made", async () => {
  const all = await offered({}, { deadline: "PT20M" });
  all.world.clock.advance(minutes(60));
  await all.runUntilQuiet();
  console.log("R8", all.row()?.outcome, all.row()?.reason, standing(all), "kept", all.kept.size);
  expect(standing(all)).toEqual([]);
});
