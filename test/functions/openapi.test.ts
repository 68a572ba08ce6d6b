import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { demoHeatIds } from "../../emulators/heat/index.ts";
import { routeSecurity } from "../../functions/receive-webhook/security.ts";
import { operationKey } from "../../lib/contracts/operation.ts";
import { makeAuthority, makeCertificate } from "../providers/azure-dps/changes/authorities.ts";
import { type ContractWorld, contractWorld, deadLetterIn, ours, tokens, webhookSecret } from "./contract-world.ts";
import { contractOf } from "./declared-contract.ts";
import { rotation, rotationData } from "./dps-harness.ts";
import { inPhase, offer, patchRow, phase, provisionRequest } from "./handoff-harness.ts";
import { heatRequest, serverAt } from "./heat-harness.ts";

/** The published document, held against the running application: every exchange has to be as it says. */

const document: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "docs", "openapi.json"), "utf8"),
);
const contract = contractOf(document);
const seen = new Map<string, Set<number>>();

interface Asked {
  readonly as?: keyof typeof tokens | "nobody";
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends as a client, and refuses an exchange that is not as declared. */
function askIn({ host }: Pick<ContractWorld, "host">) {
  return async (method: string, path: string, body?: unknown, { as = "ops", type, headers = {} }: Asked = {}) => {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const contentType = text === undefined ? undefined : (type ?? "application/json");
    const sent = new Request(`http://drover${path}`, {
      method,
      headers: {
        ...(contentType === undefined ? {} : { "content-type": contentType }),
        ...(as === "nobody" ? {} : { authorization: `Bearer ${tokens[as]}` }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const response = await host.guarded.fetch(sent);
    const answered = { status: response.status, headers: response.headers, text: await textOf(response) };
    const exchange = { method, path, sent: { contentType, body: text }, answer: answered };
    expect(
      contract.breachesOf(exchange),
      `${method} ${path} ${answered.status} ${answered.text.slice(0, 300)}`,
    ).toEqual([]);
    const key = contract.keyOf(method, path) ?? "";
    seen.set(key, (seen.get(key) ?? new Set()).add(response.status));
    const json: unknown = /json/.test(response.headers.get("content-type") ?? "") ? JSON.parse(answered.text) : {};
    return { ...answered, body: json as Record<string, unknown> };
  };
}

/** A stream has no end: its beginning does. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get("content-type") !== "text/event-stream") return response.text();
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return new TextDecoder().decode(value);
}

function world() {
  const opened = contractWorld();
  return { ...opened, ask: askIn(opened) };
}
type World = ReturnType<typeof world>;

async function submitted({ ask }: Pick<World, "ask">, request: unknown): Promise<string> {
  return String((await ask("POST", "/requests", request)).body["operation"]);
}

/** Waits until the operation shows `value` under `name`. */
async function until({ ask }: Pick<World, "ask">, id: string, name: string, value: string) {
  let since = "";
  for (;;) {
    const { body } = await ask("GET", `/operations/${id}?wait=5&since=${since}`);
    if (body[name] === value) return body;
    since = String(body["updatedAt"]);
  }
}

const statusOf = async (answer: Promise<{ readonly status: number }>) => (await answer).status;
const wrongs = ["", "{", "[1]"];

describe("what the document says of requests is what happens", () => {
  test("one at a time", async () => {
    const { ask } = world();
    const asCi = { as: "ci" } as const;
    expect(await statusOf(ask("POST", "/requests", ours("a"), { type: "application/cloudevents+json" }))).toBe(202);
    expect(await statusOf(ask("POST", "/requests", ours("a")))).toBe(200);
    expect(await statusOf(ask("POST", "/requests", ours("a", { labels: {} })))).toBe(409);
    expect(await statusOf(ask("POST", "/requests", ours("b"), { as: "nobody" }))).toBe(401);
    expect(await statusOf(ask("POST", "/requests", { ...ours("b"), source: "/x" }, asCi))).toBe(403);
    expect(await statusOf(ask("POST", "/requests", "x".repeat(600_000)))).toBe(413);
    expect(await statusOf(ask("POST", "/requests", "<a/>", { type: "text/xml" }))).toBe(415);
    expect(await statusOf(ask("POST", "/requests", { ...ours("b"), type: "drover.nothing" }))).toBe(422);
    for (const wrong of wrongs) expect(await statusOf(ask("POST", "/requests", wrong))).toBe(400);
    await ask("POST", "/requests", ours("c"), { as: "slow" });
    expect(await statusOf(ask("POST", "/requests", ours("c"), { as: "slow" }))).toBe(429);
    const cancel = (id: string) => ({
      ...ours(`cancel-${id}`),
      type: "drover.operation.cancel",
      data: { source: "/ci/hvac", id },
    });
    expect((await ask("POST", "/requests", cancel("a"))).body).toMatchObject({ status: "cancelling" });
    expect(await statusOf(ask("POST", "/requests", cancel("nothing")))).toBe(404);
    expect(await statusOf(ask("POST", "/requests", heatRequest("h", [serverAt(0), serverAt(1)])))).toBe(202);
  });

  test("signed", async () => {
    const { ask } = world();
    const body = JSON.stringify(ours("signed"));
    const at = new Date();
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(webhookSecret).sign("msg_1", at, body),
    };
    expect(await statusOf(ask("POST", "/requests", body, { as: "nobody", headers }))).toBe(202);
    expect(await statusOf(ask("POST", "/plans", body, { as: "nobody", headers }))).toBe(403);
  });

  test("in batches", async () => {
    const { ask } = world();
    const type = "application/cloudevents-batch+json";
    const batch = [ours("a"), ours("a"), { ...ours("b"), source: "/x" }];
    const { status, body } = await ask("POST", "/requests", batch, { type, as: "ci" });
    expect([status, body["requests"]]).toMatchObject([
      202,
      [{ status: "accepted" }, { status: "duplicate" }, { code: "not-allowed" }],
    ]);
    expect(await statusOf(ask("POST", "/requests", {}, { type }))).toBe(422);
  });

  test("before they are sent", async () => {
    const { ask } = world();
    const origin = { "webhook-request-origin": "eventgrid.azure.net" };
    expect(await statusOf(ask("OPTIONS", "/requests", undefined, { as: "nobody", headers: origin }))).toBe(200);
    expect(await statusOf(ask("OPTIONS", "/requests", undefined, { as: "nobody" }))).toBe(200);
    const headers = { "aeg-event-type": "SubscriptionValidation" };
    const validation = [{ id: "1", data: { validationCode: "512d38b6" } }];
    expect((await ask("POST", "/requests", validation, { headers })).body).toEqual({ validationResponse: "512d38b6" });
  });

  test("on paper", async () => {
    const { ask } = world();
    expect(await statusOf(ask("POST", "/plans", ours("a")))).toBe(200);
    expect((await ask("POST", "/plans", heatRequest("h", [serverAt(0), serverAt(1)]))).body["targets"]).toBe(2);
    expect(await statusOf(ask("POST", "/plans", { ...ours("a"), source: "/x" }, { as: "ci" }))).toBe(403);
    expect(await statusOf(ask("POST", "/plans", ours("a", { connection: "nowhere" })))).toBe(422);
    expect(await statusOf(ask("POST", "/plans", "a", { type: "text/plain" }))).toBe(415);
    expect(await statusOf(ask("POST", "/plans", "{"))).toBe(400);
  });
});

describe("what the document says of operations is what happens", () => {
  test("from the list to the end", async () => {
    const all = world();
    const { ask, host, platform } = all;
    const id = await submitted(all, ours("a"));
    await submitted(all, ours("b"));
    const { body } = await ask("GET", "/operations?limit=1&state=active&connection=sphere&label=team%3Dhvac");
    expect(await statusOf(ask("GET", `/operations?limit=1&cursor=${encodeURIComponent(String(body["cursor"]))}`))).toBe(
      200,
    );
    for (const query of ["colour=red", "limit=0", "cursor=x"]) {
      expect(await statusOf(ask("GET", `/operations?${query}`))).toBe(400);
    }
    expect(await statusOf(ask("GET", "/operations?parent=aaaaaaaaaaaa"))).toBe(404);
    host.start();
    await until(all, id, "state", "ended");
    for (const path of ["", "/history", "/explanation"]) {
      expect(await statusOf(ask("GET", `/operations/${id}${path}`))).toBe(200);
      expect(await statusOf(ask("GET", `/operations/${"a".repeat(52)}${path}`))).toBe(404);
      expect(await statusOf(ask("GET", `/operations/${id}${path}`, undefined, { as: "nobody" }))).toBe(401);
    }
    expect(await statusOf(ask("GET", `/operations/${id}?wait=31`))).toBe(400);

    const stored = await platform.ledger.read(operationKey(id));
    if (stored?.record.kind !== "operation") throw new Error("Expected an operation");
    const { v, nonce, contentHash } = stored.record;
    const tombstone = {
      kind: "tombstone",
      v,
      id,
      nonce,
      contentHash,
      outcome: "succeeded",
      endedAt: 1,
      retainUntil: Date.now() + 60_000,
    } as const;
    await platform.ledger.write(operationKey(id), tombstone, stored.version);
    expect((await ask("GET", `/operations/${id}`)).body).toMatchObject({ forgotten: true });
    expect((await ask("GET", `/operations/${id}/history`)).body).toMatchObject({ status: 404, code: "forgotten" });
  });

  test("of parents and their parts", async () => {
    const all = world();
    const id = await submitted(all, heatRequest("h", [serverAt(0), serverAt(1)]));
    all.host.start();
    expect(await until(all, id, "state", "ended")).toMatchObject({ children: { total: 2 } });
    for (const path of [`?parent=${id}`, `/${id}/explanation`, `/${id}/history`]) {
      expect(await statusOf(all.ask("GET", `/operations${path}`))).toBe(200);
    }
  });

  test("when they are cancelled, and approved", async () => {
    const all = world();
    const { ask } = all;
    const id = await submitted(all, ours("a"));
    const cancel = `/operations/${id}/actions/cancel`;
    expect(await statusOf(ask("POST", cancel, { note: "wrong image" }))).toBe(202);
    expect(await statusOf(ask("POST", cancel))).toBe(200);
    expect(await statusOf(ask("POST", cancel, {}, { as: "ci" }))).toBe(403);
    expect(await statusOf(ask("POST", cancel, { node: "x" }))).toBe(422);
    await ask("GET", `/operations/${id}`);

    const guarded = String(
      (await ask("POST", "/requests", ours("g", { connection: "guarded" }), { as: "ci" })).body["operation"],
    );
    const approve = `/operations/${guarded}/actions/approve`;
    expect((await ask("GET", `/operations/${guarded}`)).body["waitingFor"]).toMatchObject({ code: "approval" });
    expect(await statusOf(ask("POST", approve, { note: "fine" }))).toBe(202);
    expect(await statusOf(ask("POST", approve))).toBe(200);
    expect(await statusOf(ask("POST", `/operations/${id}/actions/approve`))).toBe(409);
  });

  test("when they are resolved", async () => {
    const all = world();
    all.sphere.clearOutcomes();
    all.sphere.script({ result: "unknown-state", state: 9, inProgressMs: 10, notStartedMs: 10 });
    const id = await submitted(all, ours("a"));
    all.host.start();
    await until(all, id, "outcome", "unknown");
    await all.ask("GET", `/operations/${id}/explanation`);
    const resolve = `/operations/${id}/actions/resolve`;
    expect(await statusOf(all.ask("POST", resolve, { as: "succeeded" }))).toBe(422);
    expect(await statusOf(all.ask("POST", resolve, { as: "succeeded", note: "seen in the portal" }))).toBe(200);
    expect(await statusOf(all.ask("POST", resolve, { as: "succeeded", note: "seen in the portal" }))).toBe(409);
  });

  test("when somebody reports their end", async () => {
    const all = world();
    const id = await submitted(all, heatRequest("h", [serverAt(0)], { completion: "external", cleanUp: "never" }));
    const report = `/operations/${id}/actions/report`;
    expect(await statusOf(all.ask("POST", report, { status: "COMPLETE" }))).toBe(409);
    expect(await statusOf(all.ask("POST", report, { status: "DONE" }))).toBe(422);
    all.host.start();
    await until(all, id, "step", "poll-operation");
    all.heat.addFault({ kind: "status", status: 403, method: "PUT", path: "*/software_deployments/*", times: 1 });
    expect(await statusOf(all.ask("POST", report, { status: "COMPLETE", reason: "seen on the rack" }))).toBe(502);
    expect(await statusOf(all.ask("POST", report, { status: "COMPLETE", reason: "seen on the rack" }))).toBe(202);
    await until(all, id, "state", "ended");
  });
});

describe("what the document says of rotations is what happens", () => {
  test("while consumers are waited for, and when one is aborted", async () => {
    const all = world();
    const { ask } = all;
    const id = await submitted(all, rotation("r", "PT20S"));
    const action = (name: string) => `/operations/${id}/actions/${name}`;
    const billing = { consumer: "billing", note: "seen in its log" };
    expect((await ask("POST", action("acknowledge"), billing)).body).toMatchObject({ code: "not-published" });
    all.host.start();
    await expect
      .poll(async () => (await ask("GET", `/operations/${id}`)).body["rotation"], { timeout: 15_000 })
      .toMatchObject({ phase: "grace", awaited: ["billing"] });
    expect(await statusOf(ask("POST", action("acknowledge"), { consumer: "crm" }))).toBe(409);
    for (const status of [202, 200]) expect(await statusOf(ask("POST", action("acknowledge"), billing))).toBe(status);
    expect(await statusOf(ask("POST", action("extend"), { by: "PT6H" }))).toBe(202);
    expect(await statusOf(ask("POST", action("extend"), { by: "soon" }))).toBe(422);
    expect(await statusOf(ask("POST", action("extend"), { by: "PT6H" }, { as: "ci" }))).toBe(403);
    expect(await statusOf(ask("GET", `/operations/${id}/explanation`))).toBe(200);
    const { keys } = (await ask("GET", "/keys")).body as { keys: Record<string, unknown>[] };
    expect(keys).toMatchObject([{ policy: "backend", agree: true, overdue: null, underWay: { phase: "grace" } }]);
    expect(await statusOf(ask("GET", "/keys?policy=backend"))).toBe(400);
    for (const status of [202, 200]) expect(await statusOf(ask("POST", action("abort")))).toBe(status);
    await until(all, id, "state", "ended");
    expect(await statusOf(ask("POST", action("extend"), { by: "PT6H" }))).toBe(409);
  }, 30_000);

  test("of services", async () => {
    const { ask } = world();
    const reads = "/connections/dps/dps";
    const place = "resourceGroup=iot-eu&service=dps-eu";
    for (const read of ["services", "operations", "name-availability?service=dps-eu"]) {
      expect(await statusOf(ask("GET", `${reads}/${read}`))).toBe(200);
    }
    for (const read of ["service", "keys", "certificates", "skus"]) {
      expect(await statusOf(ask("GET", `${reads}/${read}?${place}`))).toBe(200);
    }
    const key = await ask("GET", `${reads}/key?${place}&policy=backend`);
    expect(key.body["items"]).toMatchObject([{ keyName: "backend", fingerprints: { primary: expect.any(String) } }]);
    expect(key.text).not.toContain("canary");
    for (const read of ["key?policy=none", "certificate?certificate=none"]) {
      expect(await statusOf(ask("GET", `${reads}/${read}&${place}`))).toBe(404);
    }
    expect(await statusOf(ask("GET", `${reads}/keys`))).toBe(422);
    expect(await statusOf(ask("GET", `${reads}/nothing`))).toBe(422);
    expect(await statusOf(ask("GET", `${reads}/keys?colour=red`))).toBe(400);
    expect(await statusOf(ask("GET", "/connections/heat/dps/services"))).toBe(422);
    expect(await statusOf(ask("GET", "/connections/nowhere/dps/services"))).toBe(404);
  });

  test("when somebody supplies a certificate", async () => {
    const all = world();
    const authority = makeAuthority({ nowMs: Date.now() });
    const { connection, resourceGroup, service } = rotationData();
    const data = { connection, resourceGroup, service, certificate: "root", content: authority.pem };
    const id = await submitted(all, { ...ours("c"), type: "drover.azure-dps.verify-certificate", data });
    const supply = (certificate: string) => all.ask("POST", `/operations/${id}/actions/supply`, { certificate });
    const leaf = (commonName: string) => makeCertificate({ commonName, issuer: authority, nowMs: Date.now() }).pem;
    expect((await supply(leaf("x"))).body).toMatchObject({ status: 409, code: "not-waiting" });
    all.host.start();
    const detail = async () => JSON.stringify((await all.ask("GET", `/operations/${id}`)).body["waitingFor"] ?? "");
    await expect.poll(detail, { timeout: 15_000 }).toMatch(/CN=[0-9A-F]{48}/);
    const [, code = ""] = /CN=([0-9A-F]{48})/.exec(await detail()) ?? [];
    expect(await statusOf(supply(leaf("x")))).toBe(422);
    all.dps.addFault({ kind: "slow", delayMs: 2_000, path: "*/verify", times: 1 });
    const proof = leaf(code);
    for (const status of [202, 200]) expect(await statusOf(supply(proof))).toBe(status);
    await until(all, id, "state", "ended");
  }, 30_000);
});

describe("what the document says of what is handed over is what happens", () => {
  test("from the word to the fetch", async () => {
    const all = world();
    const { ask } = all;
    const { ledger } = all.platform;
    const id = await submitted(all, provisionRequest("p", { installers: ["ops"] }));
    const ready = `/operations/${id}/actions/ready`;
    const fetched = () => ask("POST", `/handoffs/${id}/fetch`);
    const see = () => ask("GET", `/handoffs/${id}`);
    expect((await see()).body).toMatchObject({ phase: "not-begun" });
    for (const answer of [await ask("POST", ready), await fetched()]) {
      expect(answer.body).toMatchObject({ status: 409, code: "not-begun" });
    }
    await patchRow(ledger, id, inPhase(phase("awaiting", { used: 0 })));
    for (const status of [202, 200]) expect(await statusOf(ask("POST", ready, { note: "here" }))).toBe(status);
    expect(await statusOf(ask("POST", ready, { node: "here" }))).toBe(422);
    await offer({ ledger, handoffs: all.handoffs }, id, Date.now());
    const { body } = await see();
    expect(body).toMatchObject({ phase: "offered", what: expect.any(String) });
    expect(await statusOf(ask("GET", `/handoffs/${id}?wait=1&since=${String(body["updatedAt"])}`))).toBe(200);
    expect(await statusOf(ask("GET", `/handoffs/${id}?wait=31`))).toBe(400);
    for (const method of ["GET", "POST"] as const) {
      const path = method === "GET" ? "" : "/fetch";
      expect(await statusOf(ask(method, `/handoffs/${id}${path}`, undefined, { as: "ci" }))).toBe(403);
      expect(await statusOf(ask(method, `/handoffs/${id}${path}`, undefined, { as: "nobody" }))).toBe(401);
      expect(await statusOf(ask(method, `/handoffs/${"a".repeat(52)}${path}`))).toBe(404);
    }
    expect(await statusOf(ask("POST", `/handoffs/${id}/fetch?out=x`))).toBe(400);
    for (const status of [200, 409]) expect(await statusOf(fetched())).toBe(status);
    expect((await see()).body["fetched"]).toMatchObject({ by: "ops" });
    expect((await ask("GET", `/operations/${id}`)).body["pickup"]).toMatchObject({ fetched: { by: "ops" } });
    await patchRow(ledger, id, { state: "ended", outcome: "timed-out", code: "not-used", reason: "Nobody used it" });
    expect((await see()).body).toMatchObject({ phase: "ended", code: "not-used" });
    expect(await statusOf(ask("GET", `/handoffs/${await submitted(all, ours("a"))}`))).toBe(409);
  });
});

describe("what the document says of everything else is what happens", () => {
  test("events", async () => {
    const all = world();
    all.sphere.script({ result: "unknown-state", state: 9, inProgressMs: 10, notStartedMs: 10 });
    const id = await submitted(all, ours("a"));
    await submitted(all, ours("refused", { connection: "nowhere" }));
    all.host.start();
    await until(all, id, "state", "ended");
    expect(await statusOf(all.ask("GET", "/events?after=0&limit=100&wait=1"))).toBe(200);
    expect(await statusOf(all.ask("GET", "/events?limit=0"))).toBe(400);
    const stream = await all.ask("GET", "/events", undefined, {
      headers: { accept: "text/event-stream", "last-event-id": "0" },
    });
    expect(stream.text).toContain("event: drover.operation.accepted");
  });

  test("dead letters", async () => {
    const all = world();
    all.host.start();
    const id = await deadLetterIn(all);
    expect(await statusOf(all.ask("GET", "/dead-letters?limit=1"))).toBe(200);
    expect(await statusOf(all.ask("GET", "/dead-letters?cursor=x"))).toBe(400);
    expect(await statusOf(all.ask("GET", `/dead-letters/${id}`))).toBe(200);
    expect(await statusOf(all.ask("GET", `/dead-letters/${"a".repeat(26)}`))).toBe(404);
    expect(await statusOf(all.ask("POST", `/dead-letters/${id}/redrive`))).toBe(202);
    expect(await statusOf(all.ask("POST", `/dead-letters/${id}/redrive`, undefined, { as: "ci" }))).toBe(403);
  });

  test("sinks", async () => {
    const all = world();
    expect(await statusOf(all.ask("POST", "/sinks/crm/enable", {}))).toBe(404);
    all.host.start();
    await submitted(all, ours("a"));
    await expect.poll(async () => (await all.ask("GET", "/sinks")).text).toContain("lastFailure");
    expect(await statusOf(all.ask("POST", "/sinks/crm/enable", { skipMissed: true }))).toBe(200);
    expect(await statusOf(all.ask("POST", "/sinks/crm/replay", { after: 0, through: 2 }))).toBe(202);
    expect(await statusOf(all.ask("POST", "/sinks/crm/replay", { after: 2 }))).toBe(422);
    expect(await statusOf(all.ask("POST", "/sinks/nobody/replay", { after: 0, through: 2 }))).toBe(404);
    expect(await statusOf(all.ask("GET", "/sinks", undefined, { as: "ci" }))).toBe(403);
  });

  test("schedules", async () => {
    const { ask } = world();
    const run = "/schedules/nightly/run";
    const headers = { "idempotency-key": "one" };
    expect(await statusOf(ask("POST", run, { note: "by hand" }, { headers }))).toBe(202);
    expect(await statusOf(ask("POST", run, undefined, { headers }))).toBe(200);
    expect(await statusOf(ask("POST", run, undefined, { headers: { "idempotency-key": "a b" } }))).toBe(400);
    expect(await statusOf(ask("POST", "/schedules/nobody/run"))).toBe(404);
    expect(await statusOf(ask("GET", "/schedules"))).toBe(200);
  });

  test("connections", async () => {
    const all = world();
    const { ask } = all;
    expect(await statusOf(ask("POST", "/connections/heat/pause", { note: "later" }))).toBe(200);
    expect(await statusOf(ask("GET", "/connections"))).toBe(200);
    expect(await statusOf(ask("POST", "/connections/heat/resume"))).toBe(200);
    for (const name of ["heat", "sphere"]) expect(await statusOf(ask("POST", `/connections/${name}/check`))).toBe(200);
    all.sphere.addFault({ kind: "status", status: 403, path: "/v2/*" });
    expect((await ask("POST", "/connections/sphere/check")).body).toMatchObject({ ok: false });
    for (const action of ["pause", "resume", "check"]) {
      expect(await statusOf(ask("POST", `/connections/nowhere/${action}`))).toBe(404);
    }
  });

  test("a Heat", async () => {
    const { ask, heat } = world();
    const configs = "/connections/heat/heat/software-configs";
    const deployments = "/connections/heat/heat/deployments";
    const made = await ask("POST", configs, {
      name: "by-hand",
      group: "script",
      config: "#!/bin/sh\n",
      inputs: [{ name: "a", type: "String" }],
    });
    expect(made.status).toBe(201);
    expect(await statusOf(ask("GET", configs))).toBe(200);
    const { id } = made.body["software_config"] as { readonly id: string };
    for (const status of [200, 404]) {
      expect(await statusOf(ask("GET", `${configs}/${id}`))).toBe(status);
      expect(await statusOf(ask("DELETE", `${configs}/${id}`))).toBe(200);
    }
    expect(await statusOf(ask("POST", configs, { nope: 1 }))).toBe(422);
    expect(await statusOf(ask("GET", `${configs}/a%2fb`))).toBe(422);
    expect(await statusOf(ask("GET", "/connections/sphere/heat/software-configs"))).toBe(422);

    heat.addFault({ kind: "status", status: 403, path: "/v1/*", times: 1 });
    expect(await statusOf(ask("GET", deployments))).toBe(502);
    heat.addFault({ kind: "status", status: 503, path: "/v1/*", times: 1, retryAfterSeconds: 7 });
    expect((await ask("GET", deployments)).headers.get("retry-after")).toBe("7");
  });

  test("deployments of a Heat", async () => {
    const all = world();
    const { ask } = all;
    const id = await submitted(all, heatRequest("h", [serverAt(0)], { cleanUp: "never" }));
    all.host.start();
    await until(all, id, "state", "ended");
    const deployments = "/connections/heat/heat/deployments";
    const { body } = await ask("GET", `${deployments}?server=${serverAt(0)}`);
    expect(await statusOf(ask("GET", `${deployments}?server=`))).toBe(400);
    const [row] = body["software_deployments"] as { readonly id: string; readonly config_id: string }[];
    const path = `${deployments}/${row?.id}`;
    expect(
      await statusOf(ask("PUT", path, { status: "FAILED", status_reason: "by hand", output_values: { a: [1] } })),
    ).toBe(200);
    expect(await statusOf(ask("PUT", path, {}))).toBe(422);
    expect(await statusOf(ask("GET", path))).toBe(200);
    expect(await statusOf(ask("DELETE", `/connections/heat/heat/software-configs/${row?.config_id}`))).toBe(409);
    expect(await statusOf(ask("DELETE", path))).toBe(200);
    expect(await statusOf(ask("GET", `${deployments}/${demoHeatIds.configId}`))).toBe(404);
  });

  test("the vault", async () => {
    const { ask } = world();
    const type = "text/plain";
    expect(await statusOf(ask("PUT", "/vault/app", "s3cret", { type }))).toBe(200);
    expect(await statusOf(ask("PUT", "/vault/app", "", { type }))).toBe(422);
    expect(await statusOf(ask("PUT", "/vault/app", "a".repeat(70_000), { type }))).toBe(413);
    expect(await statusOf(ask("PUT", "/vault/app", { a: 1 }))).toBe(415);
    expect(await statusOf(ask("GET", "/vault"))).toBe(200);
    expect(await statusOf(ask("DELETE", "/vault/app"))).toBe(200);
    expect(await statusOf(ask("DELETE", "/vault/app"))).toBe(404);
    expect(await statusOf(ask("DELETE", "/vault/a%2fb"))).toBe(422);
  });

  test("health, figures, and the document itself", async () => {
    const all = world();
    const { ask } = all;
    const nobody = { as: "nobody" } as const;
    expect(await statusOf(ask("GET", "/healthz", undefined, nobody))).toBe(200);
    expect((await ask("GET", "/openapi.json", undefined, nobody)).body).toMatchObject({ openapi: "3.1.1" });
    expect(await statusOf(ask("GET", "/health"))).toBe(200);
    expect(await statusOf(ask("GET", "/metrics"))).toBe(200);
    expect(await statusOf(ask("GET", "/metrics", undefined, nobody))).toBe(401);
  });

  test("defects, which say no more than that", async () => {
    const { ask, platform } = world();
    Object.assign(platform.ledger, { listOperations: () => Promise.reject(new TypeError("token=abc")) });
    expect(await statusOf(ask("GET", "/operations"))).toBe(500);
  });
});

test("every declared route was met, with each of its 2xx answers and every kind of problem", () => {
  const keys = routeSecurity.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  expect([...contract.declared.keys()].sort()).toEqual([...keys].sort());
  const unmet = [...contract.declared].flatMap(([key, statuses]) =>
    statuses.filter((status) => status < 300 && !seen.get(key)?.has(status)).map((status) => `${key} ${status}`),
  );
  expect(unmet).toEqual([]);
  const met = new Set([...seen.values()].flatMap((statuses) => [...statuses]));
  expect([400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 502, 503].filter((status) => !met.has(status))).toEqual([]);
});

test("the application answers the document that is published, with its own version", async () => {
  const { ask } = world();
  const { body } = await ask("GET", "/openapi.json", undefined, { as: "nobody" });
  const { info, ...rest } = body;
  expect(info).toMatchObject({ version: "0.0.0" });
  expect(document).toMatchObject(rest);
  expect({ ...body, info: {} }).toEqual({ ...(document as object), info: {} });
});
