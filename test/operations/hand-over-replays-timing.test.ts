import { expect, test } from "vitest";
import { PermanentError } from "../../lib/contracts/errors.ts";
import { cancel, events, fetched, minutes, offered, opened } from "./hand-over-replay-world.ts";

test("a cancel that comes while it is minted is not put off until the credential is dead", async () => {
  const all = opened();
  all.submit("one", { deadline: "P1D" });
  await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
  let done = false;
  all.world.afterIo = (label) => {
    if (label !== "provider.create" || done) return;
    done = true;
    void cancel(all);
  };
  all.ask("ready", "ines");
  await all.run(() => done);
  const at = all.world.clock.now();
  await all.run(() => all.row()?.state === "ended", minutes(60));
  expect(all.world.clock.now() - at).toBeLessThan(minutes(2));
});

test("a conclusion is not replaced by a deadline that has not passed", async () => {
  const all = await fetched({ provisioningMs: minutes(5) }, { deadline: "P1D" });
  let times = 1;
  all.cloud.onRead = (seen) => {
    if (all.phase() === "following" && times-- > 0)
      throw new PermanentError("Expected device-1 from x, got 400", { code: "refused-by-provider", status: 400 });
    return seen;
  };
  all.cloud.plugIn(all.served[0]?.content ?? "");
  all.ask("ready", "ines");
  await all.runUntilQuiet();
  expect(all.row()?.code).not.toBe("deadline");
});

test("hot loop near the deadline while a fresh device is not shown yet", async () => {
  const all = opened();
  all.submit("one", { deadline: "PT20M" });
  await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
  const end = all.row()?.deadline ?? 0;
  await all.run(() => false, end - all.world.clock.now() - 10_000);
  all.ask("ready", "ines");
  await all.run(() => all.phase() === "offered");
  all.cloud.onRead = (seen) => (all.world.clock.now() < end + 1 && io < 1500 ? { kind: "gone" } : seen);
  all.cloud.onPoll = (seen) =>
    all.world.clock.now() < end + 1 && io < 1500 ? { kind: "gone", reason: "not shown" } : seen;
  let io = 0;
  all.world.afterIo = () => {
    if (all.world.clock.now() === end) io += 1;
  };
  all.ask("fetch", "ines");
  await all.run(() => all.row()?.state === "ended", minutes(120));
  expect(io).toBeLessThan(100);
});

test("a late device of its own does not make its name somebody else's", async () => {
  const all = await offered({ creates: [{ landLateMs: 200_000 }] }, { deadline: "P1D" });
  await all.run(() => all.phase() === "awaiting", minutes(60));
  await all.run(() => false, minutes(20));
  all.ask("ready", "otto");
  await all.run(() => all.row()?.state === "ended" || all.phase() === "offered", minutes(30));
  expect(all.row()?.state).toBe("active");
});

test("a word said while a minting is held up for longer than a word holds", async () => {
  const all = opened({ creates: ["lose-reply"], deletingMs: minutes(20) });
  all.submit("one", { deadline: "P1D" });
  await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
  all.ask("ready", "ines");
  await all.run(() => all.phase() === "removing", minutes(10));
  await all.run(() => false, minutes(17));
  all.ask("ready", "ines");
  await all.run(() => all.phase() === "offered" || all.phase() === "awaiting", minutes(13));
  await all.run(() => false, minutes(1));
  expect(all.phase()).toBe("offered");
});
void fetched;
void events;
