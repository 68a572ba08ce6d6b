import { describe, expect, test } from "vitest";
import type { Intent, OperationRecord } from "../../lib/contracts/operation.ts";
import { explain } from "../../lib/operations/explain.ts";

const startedAt = Date.UTC(2026, 10, 21, 9);
const now = startedAt + 90_000;
const id = "a".repeat(52);

const record: OperationRecord = {
  kind: "operation",
  v: 1,
  id,
  nonce: "n",
  contentHash: "h",
  request: {
    source: "/s",
    id: "r",
    type: "drover.azure-sphere.deploy",
    connection: "sphere",
    deadlineMs: 3_600_000,
    labels: {},
    fields: {},
  },
  requestedBy: "cli:ada",
  state: "active",
  step: "start-deployment",
  seq: 1,
  stepSince: startedAt,
  n: 0,
  intents: {},
  history: [
    { at: startedAt, what: "accepted", detail: "from cli:ada" },
    { at: startedAt + 500, what: "step-done", requestId: "req-1" },
    { at: startedAt + 900, what: "poll", requestId: "req-1" },
  ],
  outbox: [],
  createdAt: startedAt,
  updatedAt: startedAt,
  wakeAt: startedAt + 120_000,
  sweeps: 0,
  deadline: startedAt + 3_600_000,
};

const intent: Intent = {
  nonce: "i",
  attempt: 2,
  prepared: { known: ["secret-of-the-engine"] },
  writtenAt: startedAt,
  sendBefore: startedAt + 10_000,
  liveUntil: now + 10_000,
  settledAt: now + 300_000,
};

const waiting = (code: string, more: Partial<NonNullable<OperationRecord["waitingFor"]>> = {}): OperationRecord => ({
  ...record,
  waitingFor: { code, detail: "Because", since: startedAt, ...more },
});

describe("explain", () => {
  test("says where an active operation stands and when something happens", () => {
    const told = explain({ ...record, owedStep: { n: 0, attempt: 1, notBefore: now + 5_000 } }, now);
    expect(told.summary).toBe("At start-deployment for 90 s");
    expect(told.next).toEqual({ at: new Date(now + 5_000).toISOString(), what: "step start-deployment" });
    expect(told.acts).toEqual({ who: "drover", commands: [`drover operations cancel ${id}`] });
    expect(told.deadline.leftMs).toBe(3_600_000 - 90_000);
    expect(told.provider.requestIds).toEqual(["req-1"]);
    expect(told.timeline).toHaveLength(3);
  });

  test("names the sweep when the message of a step is overdue or its polls are not written down", () => {
    expect(explain(record, now).next).toMatchObject({ at: new Date(startedAt + 120_000).toISOString() });
  });

  test("leaves it to the provider once it has a handle", () => {
    expect(explain({ ...record, handle: {}, providerStatus: "InProgress" }, now)).toMatchObject({
      summary: "At start-deployment for 90 s, the provider says InProgress",
      acts: { who: "provider" },
    });
  });

  test("shows an open effect without what was prepared for it", () => {
    const told = explain({ ...record, intents: { deployment: intent } }, now);
    expect(told.effects).toEqual([
      { name: "deployment", attempt: 2, state: "open", since: new Date(startedAt).toISOString() },
    ]);
    expect(told.next?.at).toBe(new Date(intent.liveUntil).toISOString());
    expect(JSON.stringify(told)).not.toContain("secret-of-the-engine");
  });

  test.each([
    [waiting("paused"), "person", "drover connections resume sphere"],
    [waiting("unauthorized"), "person", "drover connections check sphere"],
    [waiting("configuration"), "person", "drover config check"],
    [waiting("turn", { who: "other" }), "drover", "drover explain other"],
    [waiting("claim", { who: "other" }), "drover", "drover explain other"],
    [waiting("verifying"), "drover", `drover operations cancel ${id}`],
    [waiting("settling"), "drover", `drover operations cancel ${id}`],
    [waiting("throttled"), "drover", `drover operations cancel ${id}`],
  ])("says who acts next (%#)", (row, who, command) => {
    const told = explain(row, now);
    expect(told.acts.who).toBe(who);
    expect(told.acts.commands[0]).toBe(command);
    expect(told.waitsFor).toMatchObject({ forMs: 90_000, detail: "Because" });
    expect(told.summary).toMatch(/^Waiting at start-deployment for 90 s/);
  });

  test("names the dead letter that stopped it", () => {
    const told = explain({ ...record, parked: { at: startedAt, deadLetter: "d1" } }, now);
    expect(told.acts).toMatchObject({
      who: "person",
      commands: ["drover dead-letters redrive d1", `drover operations cancel ${id}`],
    });
    expect(told.next).toEqual({ at: new Date(record.deadline).toISOString(), what: "the deadline ends it" });
  });

  test("offers no second cancel", () => {
    const told = explain({ ...record, cancelRequested: { at: now, by: "cli:ada" } }, now);
    expect(told.summary).toMatch(/^Cancel asked for by cli:ada/);
    expect(told.acts.commands).toEqual([]);
  });

  test("asks a person about an unknown outcome until it is resolved", () => {
    const unknown: OperationRecord = {
      ...record,
      state: "ended",
      outcome: "unknown",
      reason: "Nobody knows",
      endedAt: now,
    };
    const told = explain(unknown, now);
    expect(told.summary).toBe("Ended as unknown after 90 s: Nobody knows");
    expect(told.acts.who).toBe("person");
    expect(told.acts.commands[0]).toMatch(/^drover operations resolve/);
    expect(told.next).toBeUndefined();
    const resolution = { as: "failed", by: "cli:ada", note: "looked", at: now } as const;
    expect(explain({ ...unknown, resolution }, now)).toMatchObject({
      acts: { who: "nobody", commands: [] },
      summary: expect.stringMatching(/resolved as failed by cli:ada: looked$/),
    });
  });
});

describe("explain, of a rotation of keys,", () => {
  const rotation: OperationRecord = {
    ...record,
    request: {
      ...record.request,
      type: "drover.azure-dps.rotate-policy-key",
      fields: { consumers: { acknowledge: ["billing", "crm"] } },
    },
    step: "rotate-dps-keys",
    handle: {},
    providerStatus: "grace",
  };
  const until = now + 3_600_000;
  const at = new Date(until).toISOString();
  const inGrace = { ...rotation, resumeAt: until, waitingFor: { code: "waiting", detail: "Waits", since: startedAt } };

  test("says until when both keys are good, and what people can do meanwhile", () => {
    const told = explain({ ...inGrace, acknowledgements: { crm: startedAt } }, now);
    expect(told.summary).toMatch(`both keys stay good until ${at}`);
    expect(told.next).toEqual({
      at,
      what: "the key before is replaced, once these have said that they use the new one: billing",
    });
    expect(told.acts).toEqual({
      who: "drover",
      commands: [
        `drover operations acknowledge ${id} --as billing`,
        `drover operations extend ${id} --by PT6H`,
        `drover operations abort ${id}`,
      ],
    });
  });

  test("says that it was extended", () => {
    const extendedUntil = until + 60_000;
    const told = explain({ ...inGrace, resumeAt: extendedUntil, extendedUntil }, now);
    expect(told.summary).toMatch(new Date(extendedUntil).toISOString());
  });

  test("says when it begins while the grace of the last one goes on", () => {
    const { handle: _, providerStatus: __, ...before } = inGrace;
    expect(explain(before, now)).toMatchObject({
      summary: expect.stringMatching(`^Begins at ${at}`),
      next: { at, what: "the rotation begins" },
      acts: { who: "drover", commands: [`drover operations abort ${id}`] },
    });
  });

  test("asks consumers for their word when the grace is over", () => {
    const waitingFor = { code: "acknowledgement", detail: "Because", since: startedAt };
    const told = explain({ ...rotation, waitingFor }, now);
    expect(told.acts).toEqual({
      who: "person",
      commands: [
        `drover operations acknowledge ${id} --as billing`,
        `drover operations acknowledge ${id} --as crm`,
        `drover operations abort ${id}`,
      ],
    });
  });
});
