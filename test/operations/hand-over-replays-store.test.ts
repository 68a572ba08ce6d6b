import { expect, test } from "vitest";
import { offered, opened } from "./hand-over-replay-world.ts";

test("a store whose put was carried out and not answered keeps nothing", async () => {
  const all = opened();
  const plain = all.cloud.provider.bind(all.cloud);
  let times = 1;
  all.cloud.provider = (io, handoffs) =>
    plain(io, {
      ...handoffs,
      put: async (...entry) => {
        const kept = await handoffs.put(...entry);
        if (times-- > 0) throw new Error("reply lost");
        return kept;
      },
    });
  await offered({}, { mint: "immediate", deadline: "P1D" }, all);
  expect(all.kept.size).toBe(1);
});
