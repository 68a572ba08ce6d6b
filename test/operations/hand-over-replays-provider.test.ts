import { expect, test } from "vitest";
import { RetryableError } from "../../lib/contracts/errors.ts";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { EmulatedPanorama } from "./emulated-panorama.ts";
import { cancel, fetched, minutes, offered, opened, standing } from "./hand-over-replay-world.ts";
import { HandOverWorld } from "./hand-over-world.ts";

test("a cancel deletes nothing that was plugged in while DescribeDevice lags", async () => {
  const all = await fetched({}, { deadline: "P1D" });
  let pluggedAt = Number.POSITIVE_INFINITY;
  all.cloud.onRead = (seen) =>
    all.world.clock.now() - pluggedAt < 5_000 ? { kind: "unused", status: "AWAITING_PROVISIONING" } : seen;
  await all.run(() => false, 100_000);
  expect(all.cloud.plugIn(all.served[0]?.content ?? "")).toBe("started");
  pluggedAt = all.world.clock.now();
  await all.run(() => false, 1_000);
  await cancel(all);
  await all.runUntilQuiet();
  expect(all.cloud.violations).toEqual([]);
});

test("the next of the same name is not refused for what a list still shows (shipped client, emulator)", async () => {
  const all = new HandOverWorld<EmulatedPanorama>(
    { mode: "cloud" },
    ({ clock, randomness }) => new EmulatedPanorama(clock, randomness, { settings: { listDelayMs: 60_000 } }),
  );
  all.submit("one", { deadline: "P1D" });
  all.submit("two", { deadline: "P1D" });
  await all.run(() => ["one", "two"].every((id) => all.row(id)?.waitingFor?.code === "ready-to-mint"));
  all.ask("ready", "ines");
  await all.run(() => all.phase() === "offered");
  await all.run(() => false, 290_000);
  all.ask("ready", "otto", "two");
  await all.run(() => all.row("two")?.state === "ended" || all.phase("two") === "offered", minutes(60));
  expect(all.phase("two")).toBe("offered");
});

test("a list that shows what is gone does not keep an operation from its end", async () => {
  const all = await offered({}, { deadline: "PT30M" });
  all.cloud.onList = (made) => [...made, { id: "device-ghost", words: {} }];
  await cancel(all);
  const _deadline = all.row()?.deadline ?? 0;
  await all.run(() => all.row()?.state === "ended", minutes(4 * 60));
  expect(all.row()?.state).toBe("ended");
}, 100_000);

test("what is used at the last moment is followed, and nobody says that the deadline has passed", async () => {
  const all = await fetched({ provisioningMs: minutes(60) }, { mint: "immediate", deadline: "P1D" });
  await all.run(() => false, 290_000);
  expect(all.cloud.plugIn(all.served[0]?.content ?? "")).toBe("started");
  // Shown between the decision and the removal.
  all.cloud.onRead = (seen) =>
    all.phase() === "following" ? { kind: "unused", status: "AWAITING_PROVISIONING" } : seen;
  all.cloud.onPoll = (seen) =>
    seen.kind === "in-progress" ? { kind: "ended", status: "AWAITING_PROVISIONING", outcome: "failed" } : seen;
  await all.run(() => all.phase() === "removing", minutes(30));
  await all.runUntilQuiet();
  expect(all.row()?.outcome).toBe("succeeded");
});

test("a store that cannot remove does not keep the device", async () => {
  const all = opened();
  const plain = all.cloud.provider.bind(all.cloud);
  let broken = false;
  all.cloud.provider = (io, handoffs) =>
    plain(io, {
      ...handoffs,
      remove: async (id) => {
        if (broken) throw new RetryableError("the store is away");
        return handoffs.remove(id);
      },
    });
  await offered({}, { deadline: "PT20M" }, all);
  broken = true;
  await all.run(() => all.row()?.state === "ended", minutes(24 * 60));
  expect(standing(all)).toEqual([]);
});

test("a cancel that cannot be carried out in time is told alike", async () => {
  const all = await offered({}, { deadline: "PT20M" });
  all.cloud.onRemove = () => "ignore";
  await cancelOperation(all.world.outside, operationIdOf("/test", "one"), { by: "carol" });
  await all.run(() => all.row()?.state === "ended", minutes(24 * 60));
});
test("a poll refused for an hour (5xx) around the deadline", async () => {
  const all = await fetched({}, { deadline: "PT10M" });
  const end = all.row()?.deadline ?? 0;
  const broken = () => {
    if (all.world.clock.now() < end + minutes(20)) throw new RetryableError("503", { status: 503, effect: "none" });
  };
  all.cloud.onPoll = (seen) => {
    broken();
    return seen;
  };
  all.cloud.onRead = (seen) => {
    broken();
    return seen;
  };
  await all.run(() => all.row()?.state === "ended", minutes(24 * 60));
  await all.runUntilQuiet();
  expect(standing(all)).toEqual([]);
});
