import { ask, calmPlan, configured, hourMs, minuteMs, type Scenario, scenario } from "./calm-plan.ts";
import { sphereGroups } from "./clouds.ts";
import { dpsScenarios } from "./dps-scenarios.ts";
import { profiles } from "./host-profile.ts";
import { nobodys } from "./invariants/traffic.ts";
import { chains } from "./requests.ts";
import type { Submission, WorldPlan } from "./world-plan.ts";

const group = { deviceGroupId: sphereGroups[0] };
const immediate = { mint: "immediate", deadline: "PT20M" };
const cancelled = (afterMinutes: number): Pick<Submission, "cancelAfterMs" | "cancelBy"> => ({
  cancelAfterMs: afterMinutes * minuteMs,
  cancelBy: "door",
});
const madeLate = {
  kind: "late-landing",
  method: "POST",
  path: "*/software_deployments",
  times: 1,
  landsAfterMs: 90_000,
};

/** The request arrives and nobody hears of it, until long after its deadline. */
const outage: Partial<WorldPlan> = {
  cloudFaults: [
    { cloud: "sphere", fromMs: 0, forMs: 1_500, fault: { kind: "drop", method: "POST", path: "*/deployments" } },
    { cloud: "sphere", fromMs: 1_500, forMs: 40 * minuteMs, fault: { kind: "drop", path: "*/deployments" } },
  ],
};

export const scenarios: readonly Scenario[] = [
  ...chains.map((chain) => scenario(chain, [ask(chain)])),
  scenario("two on one device group", [ask("sphere", group), ask("sphere", group, 1_500)]),
  scenario(
    "a fleet within limits",
    [ask("heat-fleet")],
    configured({ heatLimits: { inFlight: 1, changesPerMinute: 5 } }),
  ),
  scenario("removed after it has run", [ask("heat", { cleanUp: "always" })]),
  scenario("looked at often", [ask("heat", { deadline: "PT1H" })], {
    pace: { sphereMs: 60_000, heatMs: 20 * minuteMs, dpsMs: 20_000, panoramaMs: 60_000, canThrottle: false },
  }),
  scenario("cancelled by a person", [{ ...ask("heat"), cancelAfterMs: 20_000, cancelBy: "door" }]),
  scenario("cancelled over the inbox", [{ ...ask("sphere"), cancelAfterMs: 5_000, cancelBy: "inbox" }]),
  scenario("a fleet that is cancelled", [{ ...ask("heat-fleet"), cancelAfterMs: 20_000, cancelBy: "door" }]),
  scenario("approved by somebody else", [ask("sphere")], configured({ approvals: ["*"] })),
  scenario("given up and redriven", [ask("sphere")], { defects: [{ fromMs: 500, forMs: 5 * minuteMs }] }),
  scenario("paused and resumed", [ask("heat", {}, 7 * minuteMs)], {
    pauses: [{ atMs: 100, forMs: 12 * minuteMs, connection: "heat-openstack" }],
  }),
  scenario("minted and fetched by nobody", [ask("panorama", immediate)], { installersInFour: 0 }),
  scenario("handed out twice at once", [ask("sphere")], {
    ...configured({ usualPace: false }),
    temper: { jitterMs: 0, duplicates: 1, duplicatesLeft: 2 },
  }),
  scenario("cancelled during a request of minutes", [{ ...ask("sphere"), cancelAfterMs: 5_000, cancelBy: "door" }], {
    ...configured({ requestTimeout: "PT4M" }),
    profile: { functionMs: 10 * minuteMs },
  }),
  scenario("fetched by two at once", [ask("panorama", immediate)], { comeInPairs: true }),
  scenario("cancelled before it is plugged in", [{ ...ask("panorama", { mint: "immediate" }), ...cancelled(2) }], {
    plugInAfterMs: 80_000,
  }),
  scenario("delivered twice", [ask("heat", { deadline: "PT1H" })], {
    pace: { sphereMs: 60_000, heatMs: 20 * minuteMs, dpsMs: 20_000, panoramaMs: 60_000, canThrottle: false },
    temper: { jitterMs: 0, duplicates: 0.5, duplicatesLeft: 12 },
  }),
  scenario("asked for twice", [{ ...ask("sphere"), copies: 2 }], {
    temper: { jitterMs: 2_000, duplicates: 0, duplicatesLeft: 0 },
  }),
  scenario("cancelled at once", [{ ...ask("sphere"), cancelAfterMs: 500, cancelBy: "door" }]),
  scenario("cancelled while it is plugged in", [{ ...ask("panorama", { mint: "immediate" }), ...cancelled(12) }], {
    pace: { sphereMs: 60_000, heatMs: 60_000, dpsMs: 20_000, panoramaMs: 30 * minuteMs, canThrottle: false },
  }),
  scenario("told to look elsewhere", [ask("dps-policy")], {
    cloudFaults: [
      {
        cloud: "dps",
        fromMs: 0,
        forMs: hourMs,
        fault: { kind: "foreign-status-url", origin: "https://elsewhere.example" },
      },
    ],
  }),
  scenario("made late, after its answer was lost", [ask("heat")], {
    cloudFaults: [{ cloud: "heat", fromMs: 0, forMs: hourMs, fault: madeLate }],
  }),
  scenario("nobody can tell, and nobody waits", [ask("sphere", { ...group, deadline: "PT10M" })], {
    ...outage,
    activeMs: 2 * hourMs,
  }),
  scenario(
    "nobody can tell, until somebody says so",
    [ask("sphere", { ...group, deadline: "PT10M" }), ask("sphere", group, 2_000)],
    outage,
  ),
  ...dpsScenarios,
  scenario("asked for by a schedule", [], { hasSchedule: true, activeMs: 17 * hourMs }),
  scenario("beyond its deadline", [ask("heat", { deadline: "PT30S" })]),
  scenario("forgotten at the end", [ask("dps-read")], { untilForgotten: true }),
  scenario("what nobody should have sent", [ask("dps-read")], {
    garbage: [
      { atMs: 500, queue: "inbox", body: "{" },
      {
        atMs: 600,
        queue: "inbox",
        body: '{"specversion":"1.0","id":"x","source":"/fleet","type":"drover.unknown","data":{}}',
      },
      { atMs: 700, queue: "poll-operation", body: `{"v":1,"operation":"${nobodys}"}` },
    ],
  }),
  {
    name: "told to receivers",
    plan: (platform) =>
      profiles[platform].hasJournal ? calmPlan(platform, [ask("sphere")], configured({ hasSinks: true })) : undefined,
  },
  {
    name: "restored from a backup",
    plan: (platform) => {
      const restore = { backupAtMs: 1_012, atMs: 9_000 };
      return profiles[platform].hasJournal ? calmPlan(platform, [ask("sphere")], { restore }) : undefined;
    },
  },
];
