import { describe, expect, test } from "vitest";
import { dueOf } from "../../functions/receive-webhook/rotated-keys/due.ts";
import { readPublished } from "../../functions/receive-webhook/rotated-keys/read-targets.ts";
import { askedIn } from "../../functions/receive-webhook/rotated-keys/rotated-key.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import type { ScheduleRecord } from "../../lib/contracts/operation.ts";
import { type Schedule, scheduleSchema } from "../../lib/contracts/schedule.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { replacedBy } from "../../lib/schedules/replaced-by.ts";
import { dpsConnection, dpsSecret, dpsTargets, quickDps, rotation, rotationData, rotationType } from "./dps-harness.ts";
import { openFixture, silentLog } from "./harness.ts";

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** A Sunday. */
const at = Date.UTC(2026, 10, 22, 12);

function scheduleOf(timing: object, data = rotationData("PT1H")): Schedule {
  const request = { type: rotationType, data };
  return { ...scheduleSchema.parse({ name: "backend", request, ...timing }), request };
}

const record: ScheduleRecord = {
  kind: "schedule",
  v: 1,
  name: "backend",
  nonce: "n",
  since: at - 90 * dayMs,
  timing: "t",
  skipped: 0,
};
const stateOf = (schedule: Schedule, more: object = {}) => ({
  schedule,
  state: { name: schedule.name, enabled: schedule.enabled, record, overdue: false, nextRunAt: at + dayMs, ...more },
});

describe("a published key should have been replaced", () => {
  test("an interval after it was published, and the time that a rotation takes", () => {
    expect(replacedBy(scheduleOf({ every: "P90D" }), at)).toBe(at + 90 * dayMs + hourMs);
    expect(replacedBy(scheduleOf({ every: "P1D", jitter: "PT2H" }), at)).toBe(at + dayMs + 3 * hourMs);
    expect(replacedBy(scheduleOf({ cron: "0 3 * * 2" }), at)).toBe(at + 7 * dayMs + hourMs);
  });

  test("at the end of the window that follows", () => {
    const window = { days: ["Tue"], from: "02:00", to: "05:00" };
    expect(replacedBy(scheduleOf({ every: "P7D", window }), at)).toBe(Date.UTC(2026, 11, 1, 5) + hourMs);
  });
});

describe("a rotation is overdue", () => {
  const every = scheduleOf({ every: "P7D" });

  test("when its schedule says so", () => {
    const late = { overdue: true, nextRunAt: at - hourMs };
    expect(dueOf([stateOf(every, late)], at - dayMs, at)).toMatchObject({ overdueSince: at - hourMs });
  });

  test("when the key is older than the schedule lets it become", () => {
    expect(dueOf([stateOf(every)], at - 6 * dayMs, at)).toEqual({ schedule: "backend", nextRunAt: at + dayMs });
    expect(dueOf([stateOf(every)], at - 8 * dayMs, at)).toMatchObject({ overdueSince: at - dayMs + hourMs });
  });

  test("never without a schedule that runs, nor where no age is known", () => {
    expect(dueOf([], at - 900 * dayMs, at)).toBeUndefined();
    expect(dueOf([stateOf(scheduleOf({ every: "P7D", enabled: false }))], at - 900 * dayMs, at)).toBeUndefined();
    expect(dueOf([stateOf(every)], undefined, at)).not.toHaveProperty("overdueSince");
    expect(dueOf([stateOf(every, { problem: "its zone" })], at - 90 * dayMs, at)).not.toHaveProperty("overdueSince");
  });

  test("by the schedule that runs first", () => {
    const later = { ...every, name: "later" };
    const all = [stateOf(later, { nextRunAt: at + 2 * dayMs }), stateOf(every)];
    expect(dueOf(all, at, at)?.schedule).toBe("backend");
  });
});

test("targets are read four at a time, and one that fails hides no other", async () => {
  let [underWay, most] = [0, 0];
  const target = () => ({
    read: async (secret: string) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay -= 1;
      if (secret === "dps-3") throw new TypeError("canary");
      return { value: new Secret("a2V5"), version: "1", publishedAt: 1 };
    },
  });
  const warned: unknown[] = [];
  const parts = {
    log: { ...silentLog, warn: (...all: unknown[]) => warned.push(all) },
    now: () => at,
    rotationOf: () => ({ target, keyIn: (value: Secret) => value }),
  };
  const names = Array.from({ length: 6 }, (_, index) => `dps-${index}`);
  const publish = names.map((secret) => ({ target: "t", secret }));
  const asked = askedIn(rotationData("PT1H", { publish }));
  if (!asked) throw new Error("Expected a rotation");
  const keys = [asked, { ...asked, policy: "other" }].map((one) => ({ ...one, schedules: [] }));
  const found = [...(await readPublished(parts, keys, new AbortController().signal)).values()];
  expect(found.map((all) => all.map(({ secret }) => secret))).toEqual([names, names]);
  const failed = found.flat().filter(({ problem }) => problem !== undefined);
  expect(failed.map(({ secret }) => secret)).toEqual(["dps-3", "dps-3"]);
  expect(most).toBe(4);
  expect(JSON.stringify([found, warned])).not.toContain("canary");
});

test("a client sees the keys whose rotations it may see, and no others", async () => {
  const tokens = { ops: "token-of-the-operators-team", ci: "token-of-the-pipeline-here", crm: "token-of-other-people" };
  const client = (token: string, sources: readonly string[], types = ["*"]) => ({
    auth: { kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] },
    allow: { sources, types, connections: ["*"], actions: ["read", "submit"] },
  });
  const clients = {
    ops: client(tokens.ops, ["*"]),
    ci: client(tokens.ci, ["/ci/*"]),
    crm: client(tokens.crm, ["*"], ["drover.heat.*"]),
  };
  const dps = quickDps();
  const { host, send } = openFixture(
    { dps: dpsConnection() },
    (sent) => dps.fetch(sent),
    dpsSecret,
    { clients, publishTargets: dpsTargets },
    [scheduleOf({ every: "P90D" }, rotationData("PT1H", { policy: "provisioningserviceowner" }))],
  );
  await send("POST", "/requests", rotation("one"));
  const seenBy = async (name: keyof typeof tokens) => {
    const headers = { authorization: `Bearer ${tokens[name]}` };
    const response = await host.guarded.fetch(new Request("http://drover/keys", { headers }));
    const { keys } = (await response.json()) as { readonly keys: readonly { readonly policy: string }[] };
    return keys.map(({ policy }) => policy);
  };
  expect(await seenBy("ops")).toEqual(["backend", "provisioningserviceowner"]);
  expect(await seenBy("ci")).toEqual(["backend"]);
  expect(await seenBy("crm")).toEqual([]);
});
