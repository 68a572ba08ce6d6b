import { describe, expect, test } from "vitest";
import { dueOf } from "../../functions/receive-webhook/rotated-keys/due.ts";
import { readPublished } from "../../functions/receive-webhook/rotated-keys/read-targets.ts";
import { askedIn } from "../../functions/receive-webhook/rotated-keys/rotated-key.ts";
import { keyView } from "../../functions/receive-webhook/rotated-keys/view.ts";
import { fingerprintOf } from "../../lib/contracts/fingerprint.ts";
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
  const keys = [asked, { ...asked, policy: "other" }].map((one) => ({
    ...one,
    schedules: [],
    recorded: new Map(names.map((secret) => [`t/${secret}`, new Set([fingerprintOf(new Secret("a2V5"))])])),
  }));
  const found = [...(await readPublished(parts, keys, new AbortController().signal)).values()];
  expect(found.map((all) => all.map(({ secret }) => secret))).toEqual([names, names]);
  const failed = found.flat().filter(({ problem }) => problem !== undefined);
  expect(failed.map(({ secret }) => secret)).toEqual(["dps-3", "dps-3"]);
  expect(most).toBe(4);
  expect(JSON.stringify([found, warned])).not.toContain("canary");
});

describe("of what stands at a target is shown", () => {
  const ours = "ours-0123456789";
  const fingerprint = fingerprintOf(new Secret(ours));
  const asked = askedIn(rotationData("PT1H", { publish: [{ target: "kv", secret: "dps-backend" }] }));
  if (!asked) throw new Error("Expected a rotation");
  const recorded = new Map([["kv/dps-backend", new Set([fingerprint])]]);
  const schedules = [scheduleOf({ every: "P90D" })];

  /** What is shown, and how often the target was read. */
  async function shown(
    key: { recorded?: typeof recorded; schedules?: readonly Schedule[] },
    of?: string,
    value = ours,
  ) {
    const version = {
      value: new Secret(value),
      version: "7",
      publishedAt: 1,
      ...(of === undefined ? {} : { note: { of } }),
    };
    let reads = 0;
    const target = () => ({
      read: async () => {
        reads += 1;
        return version;
      },
    });
    const parts = { log: silentLog, now: () => at, rotationOf: () => ({ target, keyIn: (given: Secret) => given }) };
    const { resourceGroup = "", service = "", policy = "", publish = [] } = asked ?? {};
    const where = { connection: "dps", resourceGroup, service, policy, publish };
    const rotated = { ...where, schedules: [], recorded: new Map(), ...key };
    const [all] = (await readPublished(parts, [rotated], new AbortController().signal)).values();
    return { ...all?.[0], reads };
  }

  test("what a rotation of that key says it has published", async () => {
    expect(await shown({ recorded })).toMatchObject({ fingerprint, version: "7", reads: 1 });
  });

  test("what its note says opens that policy, whatever the case", async () => {
    const of = `${asked.service}/${asked.policy}`.toUpperCase();
    expect(await shown({ schedules }, of, "another")).toMatchObject({ version: "7", fingerprint: expect.any(String) });
  });

  test.each([
    ["that nobody has noted", undefined],
    ["of another policy", "dps-eu/another"],
  ])("nothing %s but that it is somebody else's", async (_, of) => {
    const seen = await shown({ recorded, schedules }, of, "hunter2");
    expect(seen).toEqual({
      target: "kv",
      secret: "dps-backend",
      problem: expect.stringMatching(/somebody else/i),
      reads: 1,
    });
  });

  test("nothing, unread, where neither a schedule nor a rotation that got so far leads there", async () => {
    const other = new Map([["kv/dps-other", new Set([fingerprint])]]);
    const seen = await shown({ recorded: other }, `${asked.service}/${asked.policy}`);
    expect(seen).toEqual({ target: "kv", secret: "dps-backend", problem: expect.any(String), reads: 0 });
  });
});

test("targets that show different keys do not agree", () => {
  const asked = askedIn(rotationData());
  if (!asked) throw new Error("Expected a rotation");
  const key = { ...asked, schedules: [], recorded: new Map() };
  const shown = (...fingerprints: readonly string[]) =>
    fingerprints.map((fingerprint) => ({ target: "kv", secret: "dps-backend", fingerprint }));
  const unknown = { target: "here", secret: "dps-backend", problem: "Somebody else put it there" };
  expect(keyView(key, shown("a", "b"), undefined, at)).toMatchObject({ agree: false });
  expect(keyView(key, shown("a", "a"), undefined, at)).toMatchObject({ agree: true });
  expect(keyView(key, [...shown("a"), unknown], undefined, at)).toMatchObject({ agree: null });
});

test("a request for a policy that is not there tells nothing of what stands where it would publish", async () => {
  const dps = quickDps();
  const { send, host } = openFixture({ dps: dpsConnection() }, (sent) => dps.fetch(sent), dpsSecret, {
    publishTargets: dpsTargets,
  });
  await send("PUT", "/vault/dps-payroll", "hunter2", { "content-type": "text/plain" });
  const publish = [{ target: "here", secret: "dps-payroll" }];
  const { body } = await send("POST", "/requests", rotation("x", "PT1H", { policy: "no-such-policy", publish }));
  const keys = async () => JSON.stringify((await send("GET", "/keys")).body["keys"]);
  expect(await keys()).not.toMatch(/"(?:fingerprint|version|publishedAt)":/);
  host.start();
  const state = async () => (await send("GET", `/operations/${String(body["operation"])}`)).body["state"];
  await expect.poll(state, { timeout: 20_000 }).toBe("ended");
  expect(await keys()).toContain("dps-payroll");
  expect(await keys()).not.toMatch(/"(?:fingerprint|version|publishedAt)":/);
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
