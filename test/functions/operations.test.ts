import { describe, expect, test } from "vitest";
import { demoIds } from "../../emulators/azure-sphere/index.ts";
import { ended, type Fixture, fixture, request } from "./harness.ts";

async function submitted({ send }: Fixture, id: string, data: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return String((await send("POST", "/requests", request(id, {}, data))).body["operation"]);
}

describe("GET /operations", () => {
  test("lists the newest first, filtered, page by page", async () => {
    const all = fixture();
    const { send } = all;
    for (const id of ["a", "b", "c"]) await submitted(all, id, { labels: { name: id } });
    const first = await send("GET", "/operations?limit=2");
    expect((first.body["operations"] as unknown[]).length).toBe(2);
    const second = await send("GET", `/operations?limit=2&cursor=${String(first.body["cursor"])}`);
    expect(second.body["operations"]).toMatchObject([{ request: { id: "a" } }]);
    expect((await send("GET", "/operations?label=name=b")).body["operations"]).toMatchObject([
      { request: { id: "b" } },
    ]);
    expect((await send("GET", "/operations?state=ended")).body["operations"]).toEqual([]);
    expect((await send("GET", "/operations?connection=sphere&state=active")).body["operations"]).toHaveLength(3);
  });

  test.each(["state=x", "outcome=x", "label=x", "limit=0", "limit=501", "cursor=x", "colour=red"])(
    "refuses %s",
    async (query) => {
      const { send } = fixture();
      expect((await send("GET", `/operations?${query}`)).status).toBe(400);
    },
  );
});

describe("GET /operations/{id}", () => {
  test("shows an operation without what is kept for the engine", async () => {
    const all = fixture();
    const id = await submitted(all, "a");
    all.host.start();
    const view = await ended(all, id);
    expect(view).toMatchObject({
      id,
      outcome: "succeeded",
      labels: { team: "hvac" },
      connection: "sphere",
      fields: { deviceGroupId: demoIds.groups.happy },
    });
    for (const inner of ["intents", "handle", "outbox", "nonce", "writer", "contentHash", "owedStep"])
      expect(view).not.toHaveProperty(inner);
    const history = await all.send("GET", `/operations/${id}/history`);
    expect(history.body["history"]).toMatchObject([
      { what: "accepted" },
      { what: "intent-written" },
      { what: "step-done" },
      { what: "succeeded" },
    ]);
    const explanation = await all.send("GET", `/operations/${id}/explanation`);
    expect(explanation.body).toMatchObject({ state: "ended", acts: { who: "nobody" } });
    expect(JSON.stringify(explanation.body)).not.toContain("knownBefore");
  });

  test("takes the beginning of an id", async () => {
    const all = fixture();
    const id = await submitted(all, "a");
    expect((await all.send("GET", `/operations/${id.slice(0, 12)}`)).body).toMatchObject({ id });
  });

  test.each(["abc", "a".repeat(52), "aaaaaaaa", "%2e%2e%2fturn", "A".repeat(52)])("answers 404 to %s", async (id) => {
    const { send } = fixture();
    for (const path of [`/operations/${id}`, `/operations/${id}/history`, `/operations/${id}/explanation`]) {
      expect((await send("GET", path)).status).toBe(404);
    }
    for (const action of ["cancel", "resolve"]) {
      const body = action === "resolve" ? { as: "failed", note: "x" } : {};
      expect((await send("POST", `/operations/${id}/actions/${action}`, body)).status).toBe(404);
    }
  });

  test("holds the answer back until something changes", async () => {
    const all = fixture();
    const id = await submitted(all, "a");
    const seen = await all.send("GET", `/operations/${id}`);
    const waiting = all.send("GET", `/operations/${id}?wait=20&since=${String(seen.body["updatedAt"])}`);
    await all.send("POST", `/operations/${id}/actions/cancel`, {});
    expect((await waiting).body).toHaveProperty("cancelRequested");
  });
});

describe("actions", () => {
  test("cancel an operation once, with a note", async () => {
    const all = fixture();
    const id = await submitted(all, "a");
    const first = await all.send("POST", `/operations/${id}/actions/cancel`, { note: "wrong image" });
    expect([first.status, first.body["cancel"]]).toEqual([202, "requested"]);
    const second = await all.send("POST", `/operations/${id}/actions/cancel`);
    expect([second.status, second.body["cancel"]]).toEqual([200, "already"]);
    all.host.start();
    expect(await ended(all, id)).toMatchObject({
      outcome: "cancelled",
      cancelRequested: { by: "cli:ada", note: "wrong image" },
    });
    expect((await all.send("POST", `/operations/${id}/actions/cancel`)).body).toMatchObject({ cancel: "ended" });
  });

  test("resolve only what is unknown, and only with a note", async () => {
    const all = fixture();
    const id = await submitted(all, "a");
    const path = `/operations/${id}/actions/resolve`;
    expect((await all.send("POST", path, { as: "succeeded", note: "seen" })).status).toBe(409);
    expect((await all.send("POST", path, { as: "succeeded" })).status).toBe(422);
    expect((await all.send("POST", path, { as: "maybe", note: "x" })).status).toBe(422);
    expect((await all.send("POST", path, "{")).status).toBe(400);
  });

  test("resolve an unknown outcome", async () => {
    const all = fixture();
    all.emulator.clearOutcomes();
    all.emulator.script({ result: "unknown-state", state: 9, inProgressMs: 10, notStartedMs: 10 });
    const id = await submitted(all, "a");
    all.host.start();
    expect(await ended(all, id)).toMatchObject({ outcome: "unknown" });
    expect((await all.send("GET", `/operations/${id}/explanation`)).body).toMatchObject({ acts: { who: "person" } });
    const answer = await all.send("POST", `/operations/${id}/actions/resolve`, {
      as: "succeeded",
      note: "seen in the portal",
    });
    expect(answer.body).toMatchObject({ outcome: "unknown", resolution: { as: "succeeded", by: "cli:ada" } });
  });
});
