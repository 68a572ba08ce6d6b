import { expect, test } from "vitest";
import { operationIdOf } from "../../lib/contracts/identifiers.ts";
import { cancelOperation } from "../../lib/operations/commands.ts";
import { EmulatedPanorama } from "./emulated-panorama.ts";
import { minutes } from "./hand-over-replay-world.ts";
import { HandOverWorld } from "./hand-over-world.ts";

type Settings = NonNullable<ConstructorParameters<typeof EmulatedPanorama>[2]>["settings"];
async function followed(data: Record<string, unknown> = {}, settings: Settings = {}) {
  const all = new HandOverWorld<EmulatedPanorama>(
    { mode: "cloud" },
    ({ clock, randomness }) => new EmulatedPanorama(clock, randomness, { settings }),
  );
  all.submit("one", { deadline: "P1D", ...data });
  await all.run(() => all.row()?.waitingFor?.code === "ready-to-mint");
  all.ask("ready", "ines");
  await all.run(() => all.phase() === "offered");
  all.ask("fetch", "ines");
  await all.run(() => all.phase() === "following");
  return all;
}

test.each([404, 400, 308])("a gateway's %s for one DescribeDevice ends nothing (shipped client)", async (status) => {
  const all = await followed();
  const { emulator } = all.cloud;
  const plain = emulator.fetch.bind(emulator);
  let times = 1;
  (emulator as { fetch: typeof emulator.fetch }).fetch = async (request) => {
    if (request.method === "GET" && /devices\/device-/.test(request.url) && times-- > 0)
      return new Response("<html>no such backend</html>", {
        status,
        headers: { "content-type": "text/html", ...(status === 308 ? { location: "https://proxy.example/" } : {}) },
      });
    return plain(request);
  };
  await all.run(() => all.row()?.state === "ended", minutes(10));
  expect(all.row()?.state === "ended" ? all.cloud.standing() : []).toEqual([]);
});

test("a 409 for a deletion leaves no orphan and ends nothing (shipped client)", async () => {
  const all = await followed({ graceAfterExpiry: "PT1M" });
  const { emulator } = all.cloud;
  const plain = emulator.fetch.bind(emulator);
  let times = 1;
  (emulator as { fetch: typeof emulator.fetch }).fetch = async (request) => {
    if (request.method === "DELETE" && times-- > 0)
      return Response.json(
        { Message: "being changed", ResourceId: "x", ResourceType: "device" },
        { status: 409, headers: { "x-amzn-errortype": "ConflictException" } },
      );
    return plain(request);
  };
  await all.run(() => all.row()?.state === "ended" || all.row()?.waitingFor?.code === "not-used", minutes(60));
  expect(all.cloud.standing()).toEqual([]);
});

test("frozen between the look and the DELETE (shipped client)", async () => {
  const all = await followed();
  const { emulator } = all.cloud;
  const plain = emulator.fetch.bind(emulator);
  let frozen = false;
  (emulator as { fetch: typeof emulator.fetch }).fetch = async (request) => {
    const answer = await plain(request);
    if (!frozen && all.phase() === "removing" && request.method === "GET" && /devices\/device-/.test(request.url)) {
      frozen = true;
      all.cloud.plugIn(all.served[0]?.content ?? "");
      await all.world.clock.sleep(15_000);
    }
    return answer;
  };
  await all.run(() => false, 30_000);
  // She says that it did not arrive, finds it after all, and plugs it in.
  all.ask("ready", "ines");
  await all.run(() => frozen && all.phase() !== "removing", minutes(30));
  expect(all.cloud.violations).toEqual([]);
});

test("a word said while DescribeDevice does not show the device yet is answered (shipped client)", async () => {
  const all = await followed({}, { describeDelayMs: 60_000 });
  await all.run(() => false, 20_000);
  all.ask("ready", "ines");
  await all.run(() => false, 16 * 60_000);
  expect(all.cloud.made()).toBe(2);
});

test("a cancel while DescribeDevice does not show the device yet (shipped client)", async () => {
  const all = await followed({}, { describeDelayMs: 60_000 });
  await all.run(() => false, 20_000);
  await cancelOperation(all.world.outside, operationIdOf("/test", "one"), { by: "carol" });
  const at = all.world.clock.now();
  await all.run(() => all.row()?.state === "ended", 3_600_000);
  expect(all.world.clock.now() - at).toBeLessThan(300_000);
});
