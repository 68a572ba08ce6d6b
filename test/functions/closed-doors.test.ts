import { Webhook } from "standardwebhooks";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { ended, fixture, request, silentLog } from "./harness.ts";

/** What one client, or a stranger, may learn of another, and do to it. */

const tokens = {
  ops: "token-of-the-operators-team",
  ci: "token-of-the-pipeline-here",
  eve: "token-of-somebody-else-yet",
};
type Who = keyof typeof tokens;
const secret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const bearer = (who: Who) => ({ kind: "bearer", tokens: [`sha256:${sha256Hex(tokens[who])}`] });
const signed = (name: string) => ({ kind: "standard-webhooks", secrets: [`vault:${name}`] });
const everything = { sources: ["*"], types: ["*"], connections: ["*"] };
const actions = ["submit", "read", "cancel", "approve", "redrive", "replay", "administer"];
const narrow = { types: ["drover.azure-sphere.*"], connections: ["sphere"] };
const clients = {
  broken: { auth: signed("broken"), allow: { ...everything, actions: ["submit"] } },
  ops: { auth: bearer("ops"), allow: { ...everything, actions } },
  ci: { auth: [bearer("ci"), signed("ci")], allow: { ...narrow, sources: ["/ci/*"], actions: ["submit", "read"] } },
  eve: { auth: bearer("eve"), allow: { ...narrow, sources: ["/eve"], actions: ["submit", "read", "redrive"] } },
};
const sinks = { crm: { url: "https://crm.example/", secrets: ["vault:crm"] } };

type Sent = { readonly body?: string | Uint8Array<ArrayBuffer>; readonly headers?: Readonly<Record<string, string>> };

function doors(more: Readonly<Record<string, unknown>> = {}) {
  const opened = fixture({ clients, sinks, ...more }, { "vault:ci": secret, "vault:broken": "none" });
  const told = (["info", "warn"] as const).map((level) => vi.spyOn(silentLog, level));
  onTestFinished(() => void told.map((spy) => spy.mockRestore()));
  const send = async (method: string, path: string, { headers = {}, body }: Sent) => {
    const init = { method, headers: { "content-type": "application/json", ...headers }, ...(body ? { body } : {}) };
    const response = await opened.host.guarded.fetch(new Request(`http://drover${path}`, init));
    const text = await response.text();
    const answer: Record<string, unknown> = text.startsWith("{") ? JSON.parse(text) : {};
    return { status: response.status, headers: response.headers, body: answer, text };
  };
  const ask = (who: Who, method: string, path: string, sent: Sent = {}) =>
    send(method, path, { ...sent, headers: { authorization: `Bearer ${tokens[who]}`, ...sent.headers } });
  const batch = (who: Who, events: readonly unknown[] | string) =>
    ask(who, "POST", "/requests", {
      headers: { "content-type": "application/cloudevents-batch+json" },
      body: typeof events === "string" ? events : JSON.stringify(events),
    });
  return { ...opened, guardedSend: send, ask, batch, said: () => told.flatMap(({ mock }) => mock.calls) };
}

function signatureOf(body: string | Buffer, at = new Date()): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return {
    "webhook-id": "m",
    "webhook-timestamp": timestamp,
    "webhook-signature": new Webhook(secret).sign("m", at, body),
  };
}

const mine = (id: string, data = {}) => request(id, { source: "/ci/hvac" }, data);
const theirs = (id: string, data = {}) => request(id, { source: "/eve" }, data);

describe("a signature", () => {
  test("is good although the secret of another client cannot be read, which strangers learn nothing of", async () => {
    const { guardedSend, said } = doors();
    const body = JSON.stringify(mine("one"));
    expect((await guardedSend("POST", "/requests", { body, headers: signatureOf(body) })).status).toBe(202);
    const stranger = await guardedSend("POST", "/requests", { body, headers: signatureOf(`${body} `) });
    expect([stranger.status, Number(stranger.headers.get("retry-after"))]).toEqual([503, expect.any(Number)]);
    expect(stranger.text).not.toMatch(/vault|broken|whsec/);
    expect(JSON.stringify(said())).toContain("vault:broken");
  });

  test("is refused on a route that it cannot open before any body is read", async () => {
    const { host } = doors();
    let reads = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          reads += 1;
          controller.enqueue(new Uint8Array(1024));
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const headers = { "content-type": "application/json", ...signatureOf("{}") };
    const sent = new Request("http://drover/plans", { method: "POST", headers, body, duplex: "half" });
    expect([(await host.guarded.fetch(sent)).status, reads]).toEqual([403, 0]);
  });

  test("covers the bytes: a byte order mark is part of them", async () => {
    const { guardedSend } = doors({ clients: { ci: clients.ci } });
    const body = JSON.stringify(mine("one"));
    const marked = Buffer.from(`\uFEFF${body}`);
    const status = async (sent: Buffer, over: string | Buffer) =>
      (await guardedSend("POST", "/requests", { body: Buffer.from(sent), headers: signatureOf(over) })).status;
    expect(await status(marked, body)).toBe(401);
    expect(await status(marked, marked)).toBe(202);
    // What is signed and no UTF-8 is its sender's mistake, and no stranger's.
    const odd = Buffer.from([0x22, 0xff, 0x22]);
    const timestamp = signatureOf("")["webhook-timestamp"] ?? "";
    const { createHmac } = await import("node:crypto");
    const hmac = createHmac("sha256", Buffer.alloc(32, 5)).update(`m.${timestamp}.`).update(odd).digest("base64");
    const headers = { "webhook-id": "m", "webhook-timestamp": timestamp, "webhook-signature": `v1,${hmac}` };
    expect((await guardedSend("POST", "/requests", { body: odd, headers })).status).toBe(400);
  });
});

describe("the vault", () => {
  const put = (body: string) => ({ body, headers: { "content-type": "text/plain" } });

  test.each(["ci", "broken", "crm", "key-of-the-vault"])(
    "keeps %s, by which others are known, from administrators",
    async (name) => {
      const { ask, send } = doors();
      const refused = await ask("ops", "PUT", `/vault/${name}`, put(secret));
      expect([refused.status, refused.body["code"]]).toEqual(
        name === "key-of-the-vault" ? [200, undefined] : [403, "not-allowed"],
      );
      expect((await ask("ops", "DELETE", `/vault/${name}`)).status).toBe(name === "key-of-the-vault" ? 200 : 403);
      // Whoever owns the process may.
      const headers = { "content-type": "text/plain", "drover-caller": "cli:ada" };
      expect((await send("PUT", `/vault/${name}`, secret, headers)).status).toBe(200);
    },
  );

  test("tells who has changed it, and no value", async () => {
    const { ask, said } = doors();
    expect((await ask("ops", "PUT", "/vault/other", put("hunter2"))).status).toBe(200);
    expect((await ask("ops", "DELETE", "/vault/other")).status).toBe(200);
    const lines = said().filter(([, fields]) => fields?.["by"] === "ops");
    expect(lines.map(([, fields]) => fields?.["name"])).toEqual(["other", "other"]);
    expect(JSON.stringify(said())).not.toContain("hunter2");
  });
});

describe("a batch", () => {
  test("loses one event to its own flaw, not all of them", async () => {
    const { batch, said } = doors();
    const deep = `${"[".repeat(200)}${"]".repeat(200)}`;
    const veryDeep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const proto = JSON.stringify(mine("p")).replace('"labels":', '"__proto__":{},"labels":');
    const good = JSON.stringify(mine("one"));
    const forbidden = JSON.stringify(theirs("two"));
    const answer = await batch("ci", `[${[deep, veryDeep, proto, '{"a":1e400}', forbidden, good].join(",")}]`);
    expect(answer.status).toBe(202);
    const items = answer.body["requests"] as readonly { readonly status: string; readonly code?: string }[];
    expect(items.map(({ status, code }) => code ?? status)).toEqual([
      "too-deep",
      "too-deep",
      "forbidden-key",
      "number-range",
      "not-allowed",
      "accepted",
    ]);
    const [line] = said().filter(([, fields]) => fields?.["refused"] === 5);
    expect(line?.[1]).toMatchObject({ by: "ci", codes: "forbidden-key 1, not-allowed 1, number-range 1, too-deep 2" });
  });

  test("costs as much as its events, and one larger than the allowance is taken and paid off", async () => {
    const { batch, ask } = doors({ clients: { ...clients, ci: { ...clients.ci, requestsPerMinute: 60 } } });
    const events = Array.from({ length: 30 }, (_, index) => mine(`event-${index}`));
    expect((await batch("ci", events)).status).toBe(202);
    const later = await ask("ci", "GET", "/operations");
    expect(later.status).toBe(429);
    expect(Number(later.headers.get("retry-after"))).toBeGreaterThan(15);
    const again = await batch("ci", [mine("more")]);
    expect(again.status).toBe(429);
  });

  test("of which the allowance does not hold all is refused before any of it is taken", async () => {
    const { batch, ask } = doors({ clients: { ...clients, ci: { ...clients.ci, requestsPerMinute: 60 } } });
    expect(
      (
        await batch(
          "ci",
          Array.from({ length: 5 }, (_, index) => mine(`a-${index}`)),
        )
      ).status,
    ).toBe(202);
    const refused = await batch(
      "ci",
      Array.from({ length: 8 }, (_, index) => mine(`b-${index}`)),
    );
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await ask("ops", "GET", "/operations")).body["operations"]).toHaveLength(5);
  });

  test("tells a narrow sender what was rejected of its own, and nobody of what another made up", async () => {
    const { batch, ask, platform } = doors();
    await batch("ci", [
      { ...mine("bad"), data: { connection: "sphere", canary: 1 } },
      mine("x", { connection: "none" }),
    ]);
    await batch("eve", [{ ...mine("forged"), data: {} }]);
    await platform.ledger.durable();
    const seen = (await ask("ci", "GET", "/events")).body["events"] as { event: { type: string; data: object } }[];
    expect(seen.map(({ event }) => [event.type, event.data])).toMatchObject([
      ["drover.operation.rejected", { requestSource: "/ci/hvac" }],
    ]);
    expect((await ask("eve", "GET", "/events")).body["events"]).toEqual([]);
    const all = (await ask("ops", "GET", "/events")).text;
    expect(all.match(/operation\.rejected/g)).toHaveLength(2);
    expect(all.match(/"requestSource"/g)).toHaveLength(1);
  });
});

describe("what is another's", () => {
  test("stays unnamed where one's own operation waits for it", async () => {
    const opened = doors();
    const first = await opened.ask("eve", "POST", "/requests", { body: JSON.stringify(theirs("first")) });
    const hidden = String(first.body["operation"]);
    opened.host.start();
    await vi.waitFor(async () => {
      expect((await opened.ask("eve", "GET", `/operations/${hidden}`)).body["provider"]).toHaveProperty("ids");
    });
    const second = await opened.ask("ci", "POST", "/requests", { body: JSON.stringify(mine("second")) });
    const id = String(second.body["operation"]);
    const texts: string[] = [];
    const look = async (who: Who) => {
      const paths = ["/operations", `/operations/${id}`, `/operations/${id}/history`, `/operations/${id}/explanation`];
      for (const path of [...paths, "/events"]) texts.push((await opened.ask(who, "GET", path)).text);
    };
    await vi.waitFor(async () => {
      const { body } = await opened.ask("ci", "GET", `/operations/${id}`);
      expect(body["waitingFor"]).toMatchObject({ code: expect.stringMatching(/turn|claim/) });
      await look("ci");
    });
    await ended(opened, id);
    await look("ci");
    const all = texts.join("\n");
    expect(all).toMatch(/nother operation/);
    expect(all).not.toContain(hidden);
    texts.length = 0;
    await look("ops");
    expect(texts.join("\n")).toContain(hidden);
  });

  test("is not in a cursor, which nobody can make or use for another", async () => {
    const { ask, batch } = doors();
    await batch("ci", [mine("a"), mine("b"), mine("c")]);
    const { body } = await ask("eve", "GET", "/operations?limit=1");
    const cursor = String(body["cursor"]);
    expect(cursor).toMatch(/^[\w-]{64,}$/);
    expect(Buffer.from(cursor, "base64url").toString("latin1")).not.toMatch(/\d{6}/);
    expect((await ask("eve", "GET", `/operations?limit=1&cursor=${cursor}`)).status).toBe(200);
    for (const other of [`${cursor}A`, `A${cursor.slice(1)}`, "1763728751000-3"]) {
      const refused = await ask("eve", "GET", `/operations?cursor=${other}`);
      expect([refused.status, refused.body["code"]]).toEqual([400, "invalid-cursor"]);
      expect(refused.text).not.toContain(other);
    }
    expect((await ask("ci", "GET", `/operations?cursor=${cursor}`)).status).toBe(400);
    expect((await ask("eve", "GET", `/dead-letters?cursor=${cursor}`)).status).toBe(400);
  });
});

describe("an answer", () => {
  const canary = "canary4711secret";

  test("quotes nothing that was sent", async () => {
    const { ask, batch, platform } = doors();
    const answers = [
      await ask("ops", "GET", `/operations?${canary}=1`),
      await ask("ops", "POST", `/sinks/${canary}/enable`, { body: "{}" }),
      await ask("ops", "POST", "/sinks/crm/enable", { body: `{"${canary}":1}` }),
      await ask("ci", "POST", "/requests", { body: JSON.stringify(mine("a", { [canary]: 1 })) }),
      await ask("ci", "POST", "/requests", { body: JSON.stringify(mine("a", { labels: { [canary]: 7 } })) }),
      await ask("ci", "POST", "/requests", { body: JSON.stringify(mine("a", { labels: { [`${canary} `]: "x" } })) }),
      await batch("ci", [mine("a", { [canary]: 1 }), mine("b", { labels: { [canary]: 7 } })]),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 404, 422, 422, 422, 422, 202]);
    expect(answers.filter(({ text }) => text.includes(canary))).toEqual([]);
    expect(answers[3]?.text).toContain("1 unknown key: expected connection, deadline, labels, deviceGroupId, images");
    await platform.ledger.durable();
    const events = (await ask("ops", "GET", "/events")).text;
    expect(events).toContain("operation.rejected");
    expect(events).not.toContain(canary);
  });

  test("is of the type that it says", async () => {
    const { ask, guardedSend } = doors();
    const answers = [
      await ask("ops", "GET", "/operations"),
      await ask("ops", "GET", "/metrics"),
      await ask("ops", "GET", "/nowhere"),
      await ask("ops", "GET", "/operations?limit=x"),
      await guardedSend("GET", "/operations", {}),
      await guardedSend("OPTIONS", "/requests", {}),
    ];
    expect(answers.map(({ headers }) => headers.get("x-content-type-options"))).toEqual(answers.map(() => "nosniff"));
  });
});

describe("a change at a Heat or a sink", () => {
  test("is logged with whoever asked for it", async () => {
    const { ask, said, host } = doors();
    host.start();
    await vi.waitFor(async () =>
      expect((await ask("ops", "POST", "/sinks/crm/enable", { body: "{}" })).status).toBe(200),
    );
    const replay = { body: JSON.stringify({ after: 0, through: 0 }) };
    expect((await ask("ops", "POST", "/sinks/crm/replay", replay)).status).toBe(202);
    const lines = said().filter(([, fields]) => fields?.["by"] === "ops" && fields["sink"] === "crm");
    expect(lines).toHaveLength(2);
  });
});
