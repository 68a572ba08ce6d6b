import { expect, test } from "vitest";
import { fetched, minutes, offered, standing } from "./hand-over-replay-world.ts";

test("the outcome tells who fetched it, however it ends", async () => {
  const all = await fetched({}, { deadline: "P1D" });
  await all.run(() => false, minutes(4));
  for (const device of all.cloud.devices) device.status = "gone";
  await all.runUntilQuiet();
  expect(all.row()?.result).toMatchObject({ fetched: { by: "ines" } });
});

test("the clock jumps an hour forwards: what was made is taken back", async () => {
  const all = await offered({}, { mint: "immediate", deadline: "PT40M" });
  all.world.clock.jump(minutes(60));
  await all.runUntilQuiet();
  expect(standing(all)).toEqual([]);
});
