import { describe, expect, test } from "vitest";
import { demoDpsIds } from "../../emulators/azure-dps/index.ts";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import type { DroverEvent } from "../../lib/contracts/event.ts";
import { type OperationRecord, operationKey } from "../../lib/contracts/operation.ts";
import { canary, sphereGroups, sphereImages } from "./fleet/clouds.ts";
import { Coverage } from "./fleet/coverage.ts";
import { Director } from "./fleet/director.ts";
import { ListedFaults } from "./fleet/faults.ts";
import { resultsAreKept } from "./fleet/invariants/results.ts";
import { type Done, within } from "./fleet/io.ts";
import { atTheEnd } from "./fleet/oracles/at-the-end.ts";
import { noEffectTwice } from "./fleet/oracles/effects.ts";
import { providerCallOf } from "./fleet/provider-calls.ts";
import type { Asked, Chain } from "./fleet/requests.ts";
import { scenarios } from "./fleet/scenarios.ts";
import { type Invariant, invariants } from "./fleet/verdicts.ts";
import { FleetWorld } from "./fleet/world.ts";

/** Each invariant is seen red once: a check that never speaks proves nothing. */

interface Scene {
  readonly world: FleetWorld;
  readonly row: OperationRecord;
  readonly asked: readonly Asked[];
}

async function sceneOf(chain: Chain, untilMs = 24 * 3_600_000): Promise<Scene> {
  const plan = scenarios.find(({ name }) => name === chain)?.plan("aws");
  if (!plan) throw new Error(`Expected a scenario ${chain}`);
  const world = new FleetWorld(plan, new ListedFaults(), new Coverage());
  const director = new Director(world);
  director.begin();
  await world.run(() => false, untilMs);
  const [row] = world.operations();
  if (!row) throw new Error("Expected an operation");
  return { world, row, asked: director.asked };
}

const work = (row: OperationRecord, done: Partial<Done> = {}) => ({
  ...{ step: row.step, delivery: "m-test", operation: row.id },
  done: { providerCalls: 0, writes: 0, ...done },
});

const force = ({ world }: Scene, record: OperationRecord) => {
  const version = world.store.read(operationKey(record.id))?.version ?? "";
  world.store.write(operationKey(record.id), record, version);
};

const owes = (row: OperationRecord, type = "drover.operation.waiting"): OperationRecord =>
  ({
    ...row,
    seq: row.seq + 1,
    wakeAt: row.updatedAt + 1_000,
    outbox: [{ kind: "event", provedBy: row.seq + 1, seq: row.seq + 1, index: 0, type, at: 1, data: {} }],
  }) as OperationRecord;

const eventOf = (id: string, data: object = {}): DroverEvent =>
  ({
    specversion: "1.0",
    id,
    source: "/drover",
    type: "drover.operation.waiting",
    time: "",
    sequence: "",
    data,
  }) as never;

const deployment = (group: string) =>
  new Request(`http://127.0.0.1:8700/v2/tenants/${demoIds.tenantId}/devicegroups/${group}/deployments`, {
    method: "POST",
  });

const leaves = (scene: Scene, request: Request, row = scene.row) =>
  within(work(row), () => scene.world.requestsOut.leaving(providerCallOf(request), request, work(row)));

const withIntent = (row: OperationRecord, nonce = "nonce-of-the-test"): OperationRecord => ({
  ...row,
  state: "active",
  intents: {
    deployment: { nonce, attempt: 1, prepared: null, writtenAt: 9e15, sendBefore: 0, liveUntil: 0, settledAt: 0 },
  },
});

const activeAgain = ({ outcome: _, ...row }: OperationRecord): OperationRecord => ({
  ...row,
  state: "active",
  wakeAt: 1,
});

const broken: Partial<Record<Invariant, () => Promise<Scene>>> = {
  async "no-effect-twice"() {
    const scene = await sceneOf("sphere");
    const { deviceGroupId, images } = scene.row.request.fields as { deviceGroupId: string; images: string[] };
    const [original] = scene.world.clouds.sphere.state.deployments(deviceGroupId);
    const twice = [original, original];
    Object.assign(scene.world.clouds.sphere.state, {
      deployments: (group: string) => (group === deviceGroupId ? twice : []),
    });
    expect(images).toContain(sphereImages[0]);
    noEffectTwice(scene.world.clouds, scene.world.verdicts.report, { all: false });
    return scene;
  },
  async "one-request-per-intent"() {
    const scene = await sceneOf("sphere");
    force(scene, withIntent(activeAgain(scene.row)));
    for (let time = 0; time < 2; time += 1) leaves(scene, deployment(sphereGroups[0] ?? ""));
    return scene;
  },
  async "intent-before-effect"() {
    const scene = await sceneOf("dps-read");
    leaves(scene, deployment(sphereGroups[0] ?? ""));
    return scene;
  },
  async "sent-in-time"() {
    const scene = await sceneOf("sphere");
    force(scene, withIntent(activeAgain(scene.row)));
    scene.world.timeline.nowMs += 10_001;
    leaves(scene, deployment(sphereGroups[0] ?? ""));
    return scene;
  },
  async "one-writer"() {
    const scene = await sceneOf("sphere");
    const row = withIntent(activeAgain(scene.row));
    force(scene, row);
    const other = { ...withIntent(row, "another"), id: "b".repeat(52) };
    scene.world.store.create(operationKey(other.id), other);
    leaves(scene, deployment(sphereGroups[0] ?? ""));
    return scene;
  },
  async "nothing-begins-while-paused"() {
    const scene = await sceneOf("sphere");
    force(scene, withIntent(activeAgain(scene.row)));
    const { connection } = scene.row.request;
    const paused = { at: scene.row.createdAt, by: "somebody" };
    scene.world.store.create(`connection/${connection}`, {
      kind: "connection",
      v: 1,
      name: connection,
      nonce: "n",
      paused,
    });
    leaves(scene, deployment(sphereGroups[0] ?? ""));
    return scene;
  },
  async "told-as-it-is"() {
    const scene = await sceneOf("sphere");
    Object.assign(scene.world.clouds.sphere.state, { deployments: () => [] });
    atTheEnd(scene.world, scene.asked);
    return scene;
  },
  async "parent-as-its-children"() {
    const scene = await sceneOf("heat-fleet");
    const child = scene.world.everyOperation().find(({ parent }) => parent !== undefined);
    if (child) Object.assign(child, { outcome: "failed" });
    atTheEnd(scene.world, scene.asked);
    return scene;
  },
  async "nothing-waits-silently"() {
    const scene = await sceneOf("sphere");
    const { wakeAt: _, ...silent } = owes(scene.row);
    force(scene, silent);
    return scene;
  },
  async "owed-until-sent"() {
    const scene = await sceneOf("sphere");
    force(scene, owes(scene.row));
    force(scene, { ...scene.row, seq: scene.row.seq + 2 });
    return scene;
  },
  async "outbox-before-acknowledge"() {
    const scene = await sceneOf("sphere");
    const row = { ...owes(scene.row), writer: "m-test" };
    force(scene, row);
    scene.world.traffic.acknowledging(work(row, { wroteSeq: row.seq }));
    return scene;
  },
  async "message-after-write"() {
    const scene = await sceneOf("sphere");
    const { id, seq, step } = scene.row;
    scene.world.submit(`{"v":1,"operation":"${id}","step":"${step}","seq":${seq + 1}}`, step);
    return scene;
  },
  async "stale-changes-nothing"() {
    const scene = await sceneOf("sphere");
    within({ ...work(scene.row), isStale: true }, () => scene.world.submit("{}", "start-deployment"));
    return scene;
  },
  async "every-request-answered"() {
    const scene = await sceneOf("sphere");
    atTheEnd(scene.world, [...scene.asked, { chain: "sphere", operation: "c".repeat(52), body: '{"id":"lost"}' }]);
    return scene;
  },
  async "nothing-left-over"() {
    const scene = await sceneOf("sphere");
    const holders = [{ operation: scene.row.id, k: 1 }];
    const turn = { kind: "turn", v: 1, resource: "left", nonce: "n", capacity: 1, holders, line: [] } as const;
    scene.world.store.create("turn/left", turn);
    atTheEnd(scene.world, scene.asked);
    return scene;
  },
  async "kept-and-forgotten"() {
    const scene = await sceneOf("sphere");
    force(scene, activeAgain(scene.row));
    const key = operationKey(scene.row.id);
    scene.world.store.remove(key, scene.world.store.read(key)?.version ?? "");
    return scene;
  },
  async "event-was-owed"() {
    const scene = await sceneOf("sphere");
    scene.world.store.publish(eventOf(`${scene.row.id}-99-0`));
    return scene;
  },
  async "stable-events"() {
    const scene = await sceneOf("sphere");
    const [event] = scene.world.store.events;
    if (event) scene.world.store.publish({ ...event, time: "another" });
    return scene;
  },
  async "one-terminal-event"() {
    const scene = await sceneOf("sphere");
    force(scene, owes(scene.row, "drover.operation.failed"));
    return scene;
  },
  async "ended-stays-ended"() {
    const scene = await sceneOf("sphere");
    force(scene, activeAgain(scene.row));
    return scene;
  },
  async "sequence-only-grows"() {
    const scene = await sceneOf("sphere");
    force(scene, { ...scene.row, seq: scene.row.seq - 1 });
    return scene;
  },
  async "sequence-not-reused"() {
    const scene = await sceneOf("sphere");
    force(scene, { ...owes(scene.row), seq: scene.row.seq });
    return scene;
  },
  async "no-secret-travels"() {
    const scene = await sceneOf("sphere");
    force(scene, { ...scene.row, reason: `the key is ${canary}abc` });
    return scene;
  },
  async "token-only-to-its-host"() {
    const scene = await sceneOf("sphere");
    leaves(
      scene,
      new Request("https://elsewhere.example/", { headers: { authorization: "Bearer something-to-open-it" } }),
    );
    return scene;
  },
  async "served-once"() {
    const scene = await sceneOf("iot");
    scene.world.people.installers.serve("handoff");
    scene.world.people.installers.serve("handoff");
    return scene;
  },
  async "fetched-by-one"() {
    const scene = await sceneOf("iot");
    const fetchedBy = (by: string) => ({ ...scene.row, pickup: { fetched: { handoff: "one", by, at: 1, leftMs: 1 } } });
    force(scene, fetchedBy("first"));
    force(scene, fetchedBy("second"));
    return scene;
  },
  async "sweeps-only-what-is-due"() {
    const scene = await sceneOf("sphere");
    const early = { ...scene.row, state: "active" as const, wakeAt: scene.world.wallNow() + 60_000 };
    force(scene, early);
    within({ ...work(scene.row), step: "sweep" }, () => force(scene, { ...early, seq: early.seq + 1 }));
    return scene;
  },
  async "results-are-kept"() {
    const scene = await sceneOf("sphere");
    const { report } = scene.world.verdicts;
    resultsAreKept(work(scene.row, { answered: ["nonce-of-the-test"] }), withIntent(scene.row), report);
    return scene;
  },
  async "events-reach-receivers"() {
    const scene = await sceneOf("sphere");
    const { world } = scene;
    const sinks = { one: { url: "https://one.example", secrets: [], contentMode: "structured" as const } };
    world.receivers.atTheEnd(sinks as never, world.store);
    return scene;
  },
  async "nothing-left-behind"() {
    const scene = await sceneOf("panorama");
    const [device] = scene.world.clouds.panorama.state.devices().filter(({ name }) => name.startsWith("cam-"));
    const devices = () => [{ ...device, status: "AWAITING_PROVISIONING" }];
    Object.assign(scene.world.clouds.panorama.state, { devices });
    atTheEnd(scene.world, scene.asked);
    return scene;
  },
  async "only-ours-removed"() {
    const scene = await sceneOf("panorama");
    const effects = scene.world.clouds.panorama.state.effects();
    const theirs = { atMs: 0, kind: "delete-accepted", deviceId: "theirs", name: "theirs", by: "caller", detail: {} };
    Object.assign(scene.world.clouds.panorama.state, { effects: () => [...effects, theirs] });
    atTheEnd(scene.world, scene.asked);
    return scene;
  },
  async "consumers-never-refused"() {
    const scene = await sceneOf("rotation");
    const versions = scene.world.clouds.dps.vaults.versions("drover-keys", "dps-backend");
    const [first] = versions;
    Object.assign(scene.world.clouds.dps.vaults, {
      versions: () => [...versions, { ...first, createdAtMs: scene.world.wallNow() - 1 }],
    });
    atTheEnd(scene.world, scene.asked);
    return scene;
  },
  async "keys-one-at-a-time"() {
    const scene = await sceneOf("rotation");
    const { state } = scene.world.clouds.dps;
    const { service: resource, policy: keyName } = demoDpsIds;
    const after = { policies: [{ keyName, primaryKey: "of nobody", secondaryKey: "of nobody either" }] };
    const theirs = { atMs: scene.world.wallNow(), kind: "updated", resource, by: "caller" as const, detail: { after } };
    const effects = [...state.effects(), theirs];
    Object.assign(state, { effects: () => effects });
    atTheEnd(scene.world, scene.asked);
    return scene;
  },
  async "poll-is-cheap"() {
    const scene = await sceneOf("sphere");
    const poll = { ...work(scene.row, { writes: 1 }), step: "poll-operation" };
    for (let polls = 0; polls < 40; polls += 1) scene.world.polls.acknowledging(poll);
    atTheEnd(scene.world, scene.asked);
    return scene;
  },
  async "no-defect"() {
    const scene = await sceneOf("sphere");
    scene.world.host.run("door", "door test", () => Promise.reject(new TypeError("a defect")));
    await scene.world.run(() => false, scene.world.timeline.nowMs + 1);
    return scene;
  },
  async "everything-ends"() {
    const scene = await sceneOf("sphere", 1_020);
    scene.world.reportUnended();
    return scene;
  },
};

describe("each invariant speaks", () => {
  test.each(invariants)("%s", async (name) => {
    const breaks = broken[name];
    if (!breaks) throw new Error(`Expected a violation of ${name}, made by hand`);
    const { world } = await breaks();
    expect(world.verdicts.violations.map(({ invariant }) => invariant)).toContain(name);
  });

  test.each(["sphere", "heat-fleet", "rotation", "panorama", "iot"] as const)(
    "and is silent where %s goes well",
    async (chain) => {
      const { world, asked } = await sceneOf(chain);
      atTheEnd(world, asked);
      expect(world.verdicts.violations).toEqual([]);
    },
  );
});
