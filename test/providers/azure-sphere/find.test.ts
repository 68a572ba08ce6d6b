import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../../lib/contracts/json.ts";
import { baselineOf, knownIdsMax, preparedOf } from "../../../lib/providers/azure-sphere/baseline.ts";
import type { History, PastDeployment } from "../../../lib/providers/azure-sphere/history.ts";
import { judge } from "../../../lib/providers/azure-sphere/judge.ts";
import { failureOf } from "../support.ts";
import {
  appImage,
  boardImage,
  createFleet,
  type Fleet,
  groupId,
  intentFor,
  nextAppImage,
  requestFor,
  start,
} from "./support.ts";

const minuteMs = 60_000;

async function lostReply(fleet: Fleet, request = requestFor()) {
  const prepared = await fleet.provider.prepareDeployment(request, fleet.context());
  const intent = intentFor(fleet.time, prepared);
  fleet.emulator.addFault({ kind: "drop", method: "POST", path: "*/deployments", takesEffect: true, times: 1 });
  const error = await failureOf(fleet.provider.createDeployment(request, intent, fleet.context()));
  expect(error).toMatchObject({ effect: "possible" });
  return { request, intent, find: () => fleet.provider.findDeployment(request, intent, fleet.context()) };
}

/** Somebody else's deployment, at once. */
async function deployedByOther(fleet: Fleet, images: readonly string[]) {
  const { emulator } = fleet;
  const other = createFleet({ provider: { fetch: (request) => emulator.fetch(request), clock: fleet.time } });
  emulator.configure({ notStartedMs: 0, inProgressMs: 0 });
  await start(other, requestFor(images));
}

describe("find", () => {
  test("adopts the deployment of a create whose answer was lost, and polls it to its end", async () => {
    const fleet = createFleet();
    const { request, intent, find } = await lostReply(fleet, requestFor([appImage, boardImage]));
    expect(await find()).toEqual({ kind: "absent-so-far" });
    fleet.time.advance(5_000);
    const found = await find();
    const deploymentId = fleet.emulator.state.currentDeployment(groupId)?.id;
    const handle = { deploymentId, deviceGroupId: groupId };
    expect(found).toMatchObject({ kind: "found", result: { handle, ids: handle }, evidence: expect.any(String) });
    if (found.kind !== "found") return;
    expect(await fleet.provider.poll(request, found.result.handle, intent, fleet.context())).toMatchObject({
      kind: "ended",
      outcome: "succeeded",
      ids: handle,
      result: { deploymentId, state: "targeted" },
    });
  });

  test.each([
    ["upper-case ids", { imageIdCase: "upper" }],
    ["dates without an offset", { dateForm: "without-offset" }],
    ["shuffled lists", { listOrder: "shuffled" }],
    ["pages of one", { pageSize: 1 }],
    ["a last page that repeats its token", { pageSize: 1, lastPageToken: "repeated" }],
    ["a clock that is 90 s behind", { clockSkewMs: -90_000 }],
    ["a clock that is an hour ahead", { clockSkewMs: 3_600_000 }],
  ] as const)("copes with %s", async (_name, settings) => {
    const fleet = createFleet({ scenario: { settings } });
    for (const images of [[nextAppImage], [appImage], [boardImage]]) {
      await start(fleet, requestFor(images));
      fleet.time.advance(20 * minuteMs);
    }
    const { find } = await lostReply(fleet);
    expect(await find()).toEqual({ kind: "absent-so-far" });
    fleet.time.advance(5_000);
    const deploymentId = fleet.emulator.state.currentDeployment(groupId)?.id;
    expect(await find()).toMatchObject({ kind: "found", result: { handle: { deploymentId } } });
  });

  test("never takes a clock that is far behind for an absence", async () => {
    const fleet = createFleet({ scenario: { settings: { clockSkewMs: -3_600_000 } } });
    const { find, intent } = await lostReply(fleet);
    fleet.time.advance(intent.settledAt - fleet.time.now());
    expect(await find()).toMatchObject({
      kind: "ambiguous",
      evidence: expect.stringContaining("dated before the request"),
    });
  });

  test("does not take an older deployment of the same images for ours", async () => {
    const fleet = createFleet();
    await start(fleet);
    fleet.time.advance(5_000);
    const request = requestFor();
    const prepared = await fleet.provider.prepareDeployment(request, fleet.context());
    const intent = intentFor(fleet.time, prepared);
    expect(await fleet.provider.findDeployment(request, intent, fleet.context())).toEqual({ kind: "absent-so-far" });
    fleet.time.advance(intent.settledAt - fleet.time.now() + 1);
    expect(await fleet.provider.findDeployment(request, intent, fleet.context())).toEqual({ kind: "absent-so-far" });
  });

  test("is ambiguous about several of the same images, and names them", async () => {
    const fleet = createFleet();
    const { find } = await lostReply(fleet);
    await deployedByOther(fleet, [appImage]);
    fleet.time.advance(5_000);
    const found = await find();
    expect(found).toMatchObject({ kind: "ambiguous" });
    for (const { id } of fleet.emulator.state.deployments(groupId)) expect(JSON.stringify(found)).toContain(id);
  });

  test("waits, and in the end does not repeat over somebody else's newer deployment", async () => {
    const fleet = createFleet();
    const request = requestFor();
    const intent = intentFor(fleet.time, await fleet.provider.prepareDeployment(request, fleet.context()));
    await deployedByOther(fleet, [boardImage]);
    const find = () => fleet.provider.findDeployment(request, intent, fleet.context());
    expect(await find()).toEqual({ kind: "absent-so-far" });
    fleet.time.advance(intent.settledAt - fleet.time.now() - 1);
    expect(await find()).toEqual({ kind: "absent-so-far" });
    fleet.time.advance(1);
    const other = fleet.emulator.state.currentDeployment(groupId)?.id;
    expect(await find()).toMatchObject({ kind: "ambiguous", evidence: expect.stringContaining(`${other}`) });
  });

  test("finds ours under somebody else's newer deployment, and says so", async () => {
    const fleet = createFleet();
    const { find } = await lostReply(fleet);
    fleet.time.advance(5_000);
    const ours = fleet.emulator.state.currentDeployment(groupId)?.id;
    fleet.time.advance(1_000);
    await deployedByOther(fleet, [boardImage]);
    expect(await find()).toMatchObject({
      kind: "found",
      result: { ids: { deploymentId: ours } },
      evidence: expect.stringContaining("since then other images"),
    });
  });

  test.each([400, 404, 301])("proves nothing from a history that is refused: %i", async (status) => {
    const fleet = createFleet();
    const { find, intent } = await lostReply(fleet);
    fleet.emulator.addFault({ kind: "status", status, method: "GET", path: "*/deployments" });
    fleet.time.advance(5_000);
    expect(await find()).toEqual({ kind: "absent-so-far" });
    fleet.time.advance(intent.settledAt - fleet.time.now());
    expect(await find()).toMatchObject({ kind: "ambiguous", evidence: expect.stringContaining(`${status}`) });
  });

  test.each([403, 429, 503])("is tried again when the history cannot be read: %i", async (status) => {
    const fleet = createFleet();
    const { find } = await lostReply(fleet);
    fleet.emulator.addFault({ kind: "status", status, method: "GET", path: "*/deployments" });
    expect(await failureOf(find())).toMatchObject({ status, effect: "none" });
  });

  test("proves nothing from an answer without a list", async () => {
    const fleet = createFleet({
      through: async (request, next) => {
        const isList = request.method === "GET" && request.url.endsWith("/deployments");
        return isList && fleet.time.now() > began ? new Response('{"Error":"maintenance"}') : next(request);
      },
    });
    const began = fleet.time.now();
    const { find } = await lostReply(fleet);
    fleet.time.advance(5_000);
    expect(await failureOf(find())).toMatchObject({ code: "unreadable-answer-unexpected-shape" });
  });
});

const at = (ms: number | undefined, id: string, images = [appImage]): PastDeployment => ({
  id,
  images: new Set(images),
  atMs: ms,
});
const whole = (...deployments: PastDeployment[]): History => ({ deployments, complete: true });

function prepared(before: readonly PastDeployment[], requestedAt: number): ReturnType<typeof preparedOf> {
  const windowMs = 15 * minuteMs;
  const json: Json = baselineOf(before, { currentId: undefined, requestedAt, windowMs, notes: [] });
  return preparedOf(JSON.parse(JSON.stringify(json)));
}

describe("the verdict", () => {
  const now = Date.parse("2026-11-21T09:00:00Z");
  const margin = 2 * minuteMs;

  test("takes a deployment without a readable date for possibly new", () => {
    const baseline = prepared([at(undefined, "old"), at(now - 1, "older")], now);
    const history = whole(at(undefined, "old"), at(now - 1, "older"), at(undefined, "new"));
    expect(judge(history, [appImage], baseline, margin)).toMatchObject({ kind: "found", deploymentId: "new" });
  });

  test("keeps few ids of a long history", () => {
    const long = Array.from({ length: 5_000 }, (_, index) => at(now - index * 5 * minuteMs, `d${index}`));
    const baseline = prepared(long, now);
    expect(baseline.known).toEqual(["d0", "d1", "d2", "d3"]);
    expect(judge(whole(...long), [appImage], baseline, margin)).toEqual({ kind: "absent" });
  });

  test("refuses a history in which a new one could not be told", () => {
    const undated = Array.from({ length: knownIdsMax + 1 }, (_, index) => at(undefined, `d${index}`));
    expect(() => prepared(undated, now)).toThrow(expect.objectContaining({ code: "history-not-comparable" }));
  });

  test("counts a history that was not read to its end as no proof", () => {
    const baseline = prepared([], now);
    expect(judge({ deployments: [], complete: false }, [appImage], baseline, margin)).toMatchObject({
      kind: "ambiguous",
    });
  });

  test("needs exactly the same images", () => {
    const baseline = prepared([], now);
    for (const images of [[], [appImage, boardImage], [boardImage]]) {
      expect(judge(whole(at(now, "x", images)), [appImage], baseline, margin)).toMatchObject({ kind: "undecided" });
    }
    const upper = whole(at(now, "x", [boardImage, appImage]));
    expect(judge(upper, [appImage.toUpperCase(), boardImage], baseline, margin)).toMatchObject({ kind: "found" });
  });

  test("is never absent once something new is there, whatever the history, the dates and the clocks", () => {
    const past = fc.record({
      agoMs: fc.option(fc.integer({ min: 0, max: 3_600_000 }), { nil: undefined }),
      ours: fc.boolean(),
    });
    const skewMs = fc.integer({ min: -86_400_000, max: 86_400_000 });
    fc.assert(
      fc.property(fc.array(past, { maxLength: 20 }), skewMs, fc.nat(300_000), (olds, skew, laterMs) => {
        const before = olds.map(({ agoMs, ours }, index) => {
          const ms = agoMs === undefined ? undefined : now + skew - agoMs;
          return at(ms, `old-${index}`, [ours ? appImage : boardImage]);
        });
        const baseline = prepared(before, now);
        expect(judge(whole(...before), [appImage], baseline, margin)).toEqual({ kind: "absent" });
        const after = whole(...before, at(now + skew + laterMs, "new"));
        expect(judge(after, [appImage], baseline, margin).kind).not.toBe("absent");
        if (Math.abs(skew) < margin) {
          expect(judge(after, [appImage], baseline, margin)).toMatchObject({ kind: "found", deploymentId: "new" });
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
