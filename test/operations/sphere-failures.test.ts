import { describe, expect, test } from "vitest";
import { type AzureSphereScenario, demoIds } from "../../emulators/azure-sphere/index.ts";
import type { Outcome } from "../../lib/contracts/event.ts";
import { wrongAtTheEnd } from "../simulation/invariants.ts";
import { SphereWorld } from "./sphere-world.ts";

type Faults = NonNullable<AzureSphereScenario["faults"]>;
type Outcomes = NonNullable<AzureSphereScenario["outcomes"]>;

interface Case {
  readonly what: string;
  readonly faults?: Faults;
  readonly outcomes?: Outcomes;
  readonly data?: Record<string, unknown>;
  readonly ends: Outcome;
  readonly effects: number;
  /** What the row says at the end. */
  readonly says?: RegExp;
  /** Codes of events on the way. */
  readonly tells?: string;
}

const create = { method: "POST", path: "*/deployments" } as const;
const poll = { method: "GET", path: "*/operations/*" } as const;
const status = (code: number, over: Partial<Faults[number]> = {}) =>
  ({ kind: "status", status: code, ...over }) as Faults[number];

const cases: Case[] = [
  { what: "400 on the create", faults: [{ ...status(400), ...create }], ends: "failed", effects: 0, says: /400/ },
  { what: "401 once", faults: [{ ...status(401), ...poll, times: 1 }], ends: "succeeded", effects: 1 },
  { what: "403 for good", faults: [{ ...status(403), ...poll }], ends: "timed-out", effects: 1, tells: "unauthorized" },
  {
    what: "404 for the group",
    data: { deviceGroupId: "9a0b0000-0000-4000-8000-0000000000ff" },
    ends: "failed",
    effects: 0,
    says: /deviceGroupId/,
  },
  {
    what: "404 for an image",
    data: { images: ["1a6e0000-0000-4000-8000-0000000000ff"] },
    ends: "failed",
    effects: 0,
    says: /image/,
  },
  {
    what: "an image that is not ready",
    data: { images: [demoIds.images.processing] },
    ends: "failed",
    effects: 0,
    says: /ready/,
  },
  {
    what: "two images of one component",
    data: { images: [demoIds.images.app, demoIds.images.appNext] },
    ends: "failed",
    effects: 0,
    says: /component/,
  },
  { what: "409 on the create", faults: [{ ...status(409), ...create }], ends: "failed", effects: 0, says: /409/ },
  { what: "413 on the create", faults: [{ ...status(413), ...create }], ends: "failed", effects: 0, says: /413/ },
  {
    what: "429 on the create, with Retry-After",
    faults: [{ ...status(429, { retryAfterSeconds: 90 }), ...create, times: 2 }],
    ends: "succeeded",
    effects: 1,
    tells: "throttled",
  },
  {
    what: "429 on a poll",
    faults: [{ ...status(429, { retryAfterSeconds: 120 }), ...poll, times: 3 }],
    ends: "succeeded",
    effects: 1,
    tells: "throttled",
  },
  {
    what: "503 on the create, with no effect",
    faults: [{ ...status(503), ...create, times: 1 }],
    ends: "succeeded",
    effects: 1,
    tells: "settling",
  },
  {
    what: "500 on the create, which took effect",
    faults: [{ ...status(500, { takesEffect: true }), ...create, times: 1 }],
    ends: "succeeded",
    effects: 1,
    tells: "settling",
  },
  { what: "500 on polls for a while", faults: [{ ...status(500), ...poll, times: 4 }], ends: "succeeded", effects: 1 },
  {
    what: "HTML for JSON on a poll",
    faults: [{ ...status(502, { body: "html" }), ...poll, times: 2 }],
    ends: "succeeded",
    effects: 1,
  },
  {
    what: "a 202 that is cut off",
    faults: [{ kind: "cut-json", ...create, times: 1 }],
    ends: "succeeded",
    effects: 1,
    tells: "settling",
  },
  {
    what: "a connection that breaks in the middle of the 202",
    faults: [{ kind: "cut-connection", ...create, times: 1 }],
    ends: "succeeded",
    effects: 1,
    tells: "settling",
  },
  {
    what: "a create that is never answered",
    faults: [{ kind: "silence", takesEffect: true, ...create, times: 1 }],
    ends: "succeeded",
    effects: 1,
    tells: "settling",
  },
  {
    what: "a create that never arrives",
    faults: [{ kind: "drop", ...create, times: 1 }],
    ends: "succeeded",
    effects: 1,
    tells: "settling",
  },
  {
    what: "polls that are never answered for a while",
    faults: [{ kind: "silence", ...poll, times: 2 }],
    ends: "succeeded",
    effects: 1,
  },
  {
    what: "pointers to another host",
    faults: [{ kind: "foreign-pointers", origin: "https://evil.example", ...poll }],
    ends: "succeeded",
    effects: 1,
  },
  {
    what: "a state that nobody knows",
    outcomes: [{ result: "unknown-state", state: 7 }],
    ends: "unknown",
    effects: 1,
    says: /7/,
  },
  {
    what: "an operation that hangs",
    outcomes: [{ result: "stuck" }],
    ends: "timed-out",
    effects: 1,
    says: /InProgress/,
  },
  {
    what: "an operation that is forgotten",
    outcomes: [{ result: "complete", forgottenAfterMs: 0 }],
    ends: "succeeded",
    effects: 1,
  },
  {
    what: "CompleteWithErrors",
    outcomes: [{ result: "complete-with-errors", detailsMessage: "two of nine" }],
    ends: "partially-succeeded",
    effects: 1,
    says: /two of nine/,
  },
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map(
    (errorCode): Case => ({
      what: `error code ${errorCode}`,
      outcomes: [{ result: "failed", errorCode }],
      ends: "failed",
      effects: 1,
      says: /./,
    }),
  ),
];

describe("an Azure Sphere deployment", () => {
  test.each(cases)(
    "ends as $ends after $what",
    async ({ faults = [], outcomes = [], data = {}, ends, effects, says, tells }) => {
      const sphere = new SphereWorld({ mode: "cloud" }, { faults, outcomes });
      sphere.submit("one", data);
      expect(await sphere.runUntilQuiet(30 * 86_400_000)).toBe(true);
      const [row] = sphere.rows();
      expect(row).toMatchObject({ outcome: ends });
      expect(sphere.emulator.state.acceptedCreates()).toBe(effects);
      expect(wrongAtTheEnd(sphere.world.store)).toEqual([]);
      if (says) expect(row?.reason ?? JSON.stringify(row?.result)).toMatch(says);
      if (tells) expect(sphere.world.store.events.map((event) => event.data.code)).toContain(tells);
      // Nobody's token or secret stands anywhere that is stored or sent.
      const everything = JSON.stringify([
        [...sphere.world.store.rows.values()],
        sphere.world.store.events,
        sphere.world.logged,
      ]);
      expect(everything).not.toContain(demoIds.clientSecret);
      expect(everything).not.toMatch(/bearer /i);
      expect(sphere.emulator.requests().every((request) => !request.path.includes("evil"))).toBe(true);
    },
  );
});
