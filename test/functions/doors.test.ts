import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { routeSecurity } from "../../functions/receive-webhook/security.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { ended, type Fixture, fixture, request } from "./harness.ts";

const tokens = {
  ops: "token-of-the-operators-team",
  ci: "token-of-the-pipeline-here",
  eve: "token-of-somebody-else-yet",
};
const secret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const bearer = (name: keyof typeof tokens) => ({ kind: "bearer", tokens: [`sha256:${sha256Hex(tokens[name])}`] });
const everything = { sources: ["*"], types: ["*"], connections: ["*"] };
const allActions = [...new Set(routeSecurity.flatMap(({ action }) => (action === "open" ? [] : [action])))];

const clients = {
  ops: { auth: bearer("ops"), allow: { ...everything, actions: allActions } },
  ci: {
    auth: [bearer("ci"), { kind: "standard-webhooks", secrets: ["vault:ci"] }],
    allow: {
      sources: ["/ci/*"],
      types: ["drover.azure-sphere.*"],
      connections: ["sphere"],
      actions: ["submit", "read"],
    },
    requestsPerMinute: 600,
  },
  eve: { auth: bearer("eve"), allow: { ...everything, sources: ["/eve"], actions: ["read", "cancel", "redrive"] } },
};

function doors(more: Readonly<Record<string, unknown>> = {}) {
  const opened = fixture({ clients, ...more }, { "vault:ci": secret });
  opened.host.start();
  const ask = async (who: keyof typeof tokens | undefined, method: string, path: string, body?: unknown) => {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (who) headers["authorization"] = `Bearer ${tokens[who]}`;
    return answerOf(opened, method, path, headers, body === undefined ? undefined : JSON.stringify(body));
  };
  return { ...opened, ask };
}

async function answerOf(
  { host }: Pick<Fixture, "host">,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
) {
  const sent = new Request(`http://drover${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  const response = await host.guarded.fetch(sent);
  const text = await response.text();
  const json = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, body: json, text };
}

const ours = (id: string, data = {}) => request(id, { source: "/ci/hvac" }, data);

describe("the routes", () => {
  test("are the ones that the table names, each once", () => {
    const { host } = doors();
    const keyOf = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`;
    const table = routeSecurity.map(keyOf);
    const there = new Set(host.guarded.routes.map(keyOf).filter((key) => !key.startsWith("ALL ")));
    expect(new Set(table).size).toBe(table.length);
    expect([...there].filter((key) => !table.includes(key))).toEqual([]);
    // A route that is only guarded has one handler; those that answer have two.
    const answering = table.filter((key) => host.guarded.routes.filter((one) => keyOf(one) === key).length > 1);
    expect(table.filter((key) => !answering.includes(key))).toEqual([]);
  });

  test.each(routeSecurity.filter(({ action }) => action !== "open"))(
    "$method $path is closed to strangers and to clients without the action",
    async ({ method, path, action }) => {
      const { ask } = doors();
      const url = path.replace(":name", "sphere").replace(":id", "a".repeat(52));
      const body = method === "GET" || method === "DELETE" ? undefined : {};
      const stranger = await ask(undefined, method, url, body);
      expect(stranger.status).toBe(401);
      expect(stranger.headers.get("content-type")).toBe("application/problem+json");
      if (action !== "submit" && action !== "read") expect((await ask("ci", method, url, body)).status).toBe(403);
    },
  );

  test("say no more than yes or no to strangers", async () => {
    const { ask } = doors();
    expect(await ask(undefined, "GET", "/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
    expect((await ask(undefined, "GET", "/nowhere")).status).toBe(404);
  });
});

describe("a client", () => {
  test("submits by token and by signature, and its name stands in the record", async () => {
    const opened = doors();
    const byToken = await opened.ask("ci", "POST", "/requests", ours("one"));
    expect(byToken.status).toBe(202);
    const body = JSON.stringify(ours("two"));
    const at = new Date();
    const headers = {
      "content-type": "application/json",
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign("msg_1", at, body),
    };
    const bySignature = await answerOf(opened, "POST", "/requests", headers, body);
    expect(bySignature.status).toBe(202);
    const again = await answerOf(opened, "POST", "/requests", headers, body);
    expect(again).toMatchObject({
      status: 200,
      body: { operation: bySignature.body["operation"], status: "duplicate" },
    });
    const seen = await opened.ask("ci", "GET", `/operations/${bySignature.body["operation"]}`);
    expect(seen.body["requestedBy"]).toBe("ci");
    expect(await answerOf(opened, "POST", "/requests", headers, `${body} `)).toMatchObject({ status: 401 });
    const elsewhere = await answerOf(opened, "POST", "/plans", headers, body);
    expect(elsewhere).toMatchObject({ status: 403, body: { code: "signature-not-enough" } });
  });

  test.each([
    ["source", ours("one"), { source: "/other" }],
    [
      "type",
      ours("one"),
      { type: "drover.heat.deploy", data: { connection: "sphere", servers: ["s"], deployment: { config_id: "c" } } },
    ],
    ["connection", ours("one"), { data: { ...ours("one").data, connection: "other" } }],
  ])("is refused another %s than it is allowed", async (_, asked, change) => {
    const { ask } = doors();
    const answer = await ask("ci", "POST", "/requests", { ...asked, ...change });
    expect(answer).toMatchObject({ status: 403, body: { code: "not-allowed" } });
    expect((await ask("ops", "GET", "/operations")).body["operations"]).toEqual([]);
  });

  test("neither sees nor touches what is not its own, and cannot tell that it is there", async () => {
    const opened = doors();
    const { ask } = opened;
    const { body } = await ask("ci", "POST", "/requests", ours("one"));
    const id = String(body["operation"]);
    await ended(opened, id);
    for (const path of [
      `/operations/${id}`,
      `/operations/${id}/history`,
      `/operations/${id}/explanation`,
      `/operations/${id.slice(0, 12)}`,
    ]) {
      expect((await ask("eve", "GET", path)).status).toBe(404);
    }
    const unknown = await ask("eve", "GET", `/operations/${"b".repeat(52)}`);
    const hidden = await ask("eve", "GET", `/operations/${id}`);
    expect(hidden.text.replaceAll(id, "")).toBe(unknown.text.replaceAll("b".repeat(52), ""));
    expect((await ask("eve", "POST", `/operations/${id}/actions/cancel`, {})).status).toBe(404);
    expect((await ask("eve", "GET", "/operations")).body["operations"]).toEqual([]);
    expect((await ask("eve", "GET", "/events?limit=100")).body["events"]).toEqual([]);
    expect((await ask("eve", "GET", "/events?limit=100")).body["next"]).toBeGreaterThan(2);
    expect(((await ask("ci", "GET", "/events?limit=100")).body["events"] as unknown[]).length).toBeGreaterThan(2);
    expect((await ask("ci", "GET", "/connections")).body["connections"]).toMatchObject([{ name: "sphere" }]);
  });

  test("cancels what it has asked for itself by its key, and nothing else", async () => {
    const { ask } = doors();
    await ask("ci", "POST", "/requests", ours("one"));
    await ask("ops", "POST", "/requests", ours("two"));
    const cancel = (id: string) => ({
      specversion: "1.0",
      id: `cancel-${id}`,
      source: "/ci/hvac",
      type: "drover.operation.cancel",
      data: { source: "/ci/hvac", id },
    });
    expect((await ask("ci", "POST", "/requests", cancel("one"))).status).toBe(202);
    expect(await ask("ci", "POST", "/requests", cancel("two"))).toMatchObject({ status: 403 });
    expect((await ask("ci", "POST", "/requests", cancel("three"))).status).toBe(404);
  });

  test("that floods is told to wait, and others are not", async () => {
    const { ask } = doors();
    let waits: string | null = null;
    for (let count = 0; count < 150 && waits === null; count += 1) {
      const answer = await ask("ci", "GET", "/operations");
      if (answer.status === 429) waits = answer.headers.get("retry-after");
    }
    expect(Number(waits)).toBeGreaterThanOrEqual(1);
    expect((await ask("ops", "GET", "/operations")).status).toBe(200);
  });

  test("gets nothing back of what it sent", async () => {
    const { ask } = doors();
    const canary = "canary-of-the-sender";
    const answers = [
      await ask(undefined, "POST", "/requests", { canary }),
      await ask("ci", "POST", "/requests", { ...ours("one"), source: canary }),
      await ask("ci", "POST", "/requests", { ...ours("one"), data: { [canary]: canary } }),
    ];
    expect(answers.filter(({ text }) => text.includes("token-of"))).toEqual([]);
    expect(answers.slice(0, 2).filter(({ text }) => text.includes(canary))).toEqual([]);
  });
});

describe("a request that needs approval", () => {
  const approvals = [{ types: ["drover.azure-sphere.*"] }];

  test("begins when another client approves it, and not by its own", async () => {
    const opened = doors({ approvals });
    const { ask } = opened;
    const { body } = await ask("ci", "POST", "/requests", ours("one"));
    const id = String(body["operation"]);
    expect((await ask("ci", "GET", `/operations/${id}`)).body["waitingFor"]).toMatchObject({ code: "approval" });
    expect((await ask("ci", "POST", `/operations/${id}/actions/approve`, {})).status).toBe(403);
    expect(opened.emulator.state.acceptedCreates()).toBe(0);
    expect((await ask("ops", "POST", `/operations/${id}/actions/approve`, { note: "fine" })).status).toBe(202);
    expect((await ended(opened, id))["outcome"]).toBe("succeeded");
  });

  test.each([
    ["waits though other rules are given", {}, true],
    ["begins at once where the configuration says so", { withoutApproval: ["drover.azure-*.deploy"] }, false],
  ])("%s", async (_, more, waits) => {
    const { ask } = doors({ approvals, ...more });
    const { body } = await ask("ci", "POST", "/requests", ours("one"));
    const { body: row } = await ask("ci", "GET", `/operations/${String(body["operation"])}`);
    expect(row["waitingFor"] !== undefined).toBe(waits);
  });

  test("cannot be approved by whoever asked, whatever else is allowed", async () => {
    const { ask } = doors({ approvals });
    const { body } = await ask("ops", "POST", "/requests", ours("one"));
    const answer = await ask("ops", "POST", `/operations/${body["operation"]}/actions/approve`, {});
    expect(answer).toMatchObject({ status: 409, body: { code: "not-to-approve" } });
  });
});

describe("a sender that asks before it sends", () => {
  const http = { webhookOrigins: ["eventgrid.azure.net"] };
  const ask = (opened: Fixture, origin: string) =>
    answerOf(opened, "OPTIONS", "/requests", { "webhook-request-origin": origin, "webhook-request-rate": "120" });

  test("is told that it may, when its name is known", async () => {
    const opened = doors({ http });
    const answer = await ask(opened, "eventgrid.azure.net");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("webhook-allowed-origin")).toBe("eventgrid.azure.net");
    expect(Number(answer.headers.get("webhook-allowed-rate"))).toBeGreaterThan(0);
  });

  test.each(["evil.example", "eventgrid.azure.net.evil.example", "a b", ""])(
    "is told nothing as %s",
    async (origin) => {
      const answer = await ask(doors({ http }), origin);
      expect([answer.status, answer.headers.get("webhook-allowed-origin")]).toEqual([200, null]);
    },
  );

  const validation = (code: string) =>
    JSON.stringify([{ id: "1", data: { validationCode: code, validationUrl: "https://x" } }]);

  test("hears its validation code again, with its credentials only", async () => {
    const opened = doors();
    const headers = { "content-type": "application/json", "aeg-event-type": "SubscriptionValidation" };
    const stranger = await answerOf(opened, "POST", "/requests", headers, validation("512d38b6-c7b8"));
    expect(stranger.status).toBe(401);
    const known = { ...headers, authorization: `Bearer ${tokens.ci}` };
    expect(await answerOf(opened, "POST", "/requests", known, validation("512d38b6-c7b8"))).toMatchObject({
      status: 200,
      body: { validationResponse: "512d38b6-c7b8" },
    });
    expect((await answerOf(opened, "POST", "/requests", known, validation("<script>"))).status).toBe(422);
  });
});

describe("a batch", () => {
  const headers = {
    "content-type": "application/cloudevents-batch+json; charset=utf-8",
    authorization: `Bearer ${tokens.ci}`,
  };

  test("is taken request by request: what cannot be accepted is told, and keeps none of the others", async () => {
    const opened = doors();
    const batch = [ours("one"), { ...ours("two"), source: "/other" }, ours("one"), { id: "no event" }, ours("three")];
    const answer = await answerOf(opened, "POST", "/requests", headers, JSON.stringify(batch));
    expect(answer.status).toBe(202);
    const statuses = (answer.body["requests"] as { status: string; code?: string }[]).map(
      ({ status, code }) => code ?? status,
    );
    expect(statuses).toEqual(["accepted", "not-allowed", "duplicate", "invalid-request", "accepted"]);
    const events = (await opened.ask("ops", "GET", "/events?limit=100")).body["events"] as {
      event: { type: string };
    }[];
    expect(events.filter(({ event }) => event.type.endsWith(".rejected"))).toHaveLength(1);
  });

  test.each([
    ["an object", "{}", 422],
    ["more than a hundred", JSON.stringify(Array.from({ length: 101 }, () => 1)), 422],
    ["no JSON", "[", 400],
    ["more bytes than it may have", `[${'"x",'.repeat(200_000)}1]`, 413],
  ])("that is %s is refused as a whole", async (_, body, status) => {
    expect((await answerOf(doors(), "POST", "/requests", headers, body)).status).toBe(status);
  });
});
