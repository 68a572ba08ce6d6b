import { expect, test } from "vitest";
import { whenFetched } from "../../functions/hand-over/pickup.ts";
import { claimHandoff } from "../../lib/operations/pickup.ts";
import { memoryHandoffs } from "../simulation/memory-handoffs.ts";
import { cancel, claimAndCrash, fetched, minutes, offered, opened } from "./hand-over-replay-world.ts";

test("a claim that was never served is no success", async () => {
  const all = opened();
  all.cloud.withoutThings = true;
  await offered({}, { deadline: "P1D" }, all);
  await claimAndCrash(all);
  await all.run(() => false, minutes(4));
  all.ask("ready", "ines");
  await all.run(() => false, minutes(1));
  expect(all.row()?.outcome).not.toBe("succeeded");
});

test("another's word within the grace deletes nothing that was plugged in in time", async () => {
  const all = await fetched({}, { deadline: "P1D" });
  // What an appliance does shows a minute later.
  let pluggedAt = Number.POSITIVE_INFINITY;
  all.cloud.onRead = (seen) =>
    all.world.clock.now() - pluggedAt < 60_000 ? { kind: "unused", status: "AWAITING_PROVISIONING" } : seen;
  await all.run(() => false, 295_000);
  expect(all.cloud.plugIn(all.served[0]?.content ?? "")).toBe("started");
  pluggedAt = all.world.clock.now();
  await all.run(() => false, 6_000);
  all.ask("ready", "otto");
  await all.runUntilQuiet();
  expect(all.cloud.violations).toEqual([]);
});

test("a cancel ends what stands in line for its turn", async () => {
  const all = opened({ provisioningMs: minutes(8 * 60) });
  all.submit("one", { deadline: "P1D" });
  all.submit("two", { deadline: "P1D" });
  await all.run(() => ["one", "two"].every((id) => all.row(id)?.waitingFor?.code === "ready-to-mint"));
  all.ask("ready", "ines");
  await all.run(() => all.phase() === "offered");
  all.ask("fetch", "ines");
  await all.run(() => all.served.length === 1);
  all.cloud.plugIn(all.served[0]?.content ?? "");
  all.ask("ready", "otto", "two");
  await all.run(() => all.row("two")?.waitingFor?.code === "turn", minutes(5));
  await cancel(all, "two");
  await all.run(() => all.row("two")?.state === "ended", minutes(60));
  expect(all.row("two")?.outcome).toBe("cancelled");
});

test("nothing is served after its end when the clock is set back", async () => {
  const all = await offered({}, { deadline: "P1D" });
  all.world.clock.jump(-minutes(60));
  await all.run(() => false, minutes(10));
  all.ask("fetch", "ines");
  await all.run(() => false, minutes(1));
  expect(all.served).toEqual([]);
});

test("a word that is accepted is answered: immediate, expired, before the sweep", async () => {
  const all = await offered({}, { mint: "immediate", deadline: "P1D" });
  const handle = all.row()?.handle as { readonly offer: { readonly expiresAt: number } } | undefined;
  all.ask("ready", "ines", "one", (handle?.offer.expiresAt ?? 0) - all.world.clock.now() + 1);
  await all.runUntilQuiet();
  expect(all.row()?.pickup?.ready === undefined || all.cloud.made() === 2).toBe(true);
});

test("a claim that has left the store counts as handed over, also when somebody ends it then", async () => {
  const all = opened();
  all.cloud.withoutThings = true;
  await offered({}, { deadline: "P1D" }, all);
  const { clock, outside } = all.world;
  const { handoff } = await claimHandoff(
    outside,
    all.row()?.id ?? "",
    (record, now) => whenFetched(record, now, { name: "ines", owns: false }),
    { by: "ines" },
  );
  expect(await memoryHandoffs(all.kept, clock).take(handoff)).toBeDefined();
  await cancel(all);
  await all.runUntilQuiet();
  expect(all.row()).toMatchObject({ outcome: "succeeded", code: "handed-over" });
});
