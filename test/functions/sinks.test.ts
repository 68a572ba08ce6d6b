import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, test } from "vitest";
import { serveOnLoopback } from "../../emulators/serve.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { fixture, request } from "./harness.ts";

const secret = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

test("a receiver gets each event of an operation, signed, and is shown to operators without its URL", async () => {
  const received: { readonly id: string; readonly type: string }[] = [];
  const done = Promise.withResolvers<void>();
  const server = await serveOnLoopback(
    async (sent) => {
      const body = await sent.text();
      const event = new Webhook(secret).verify(body, Object.fromEntries(sent.headers)) as { id: string; type: string };
      received.push(event);
      if (event.type.endsWith(".succeeded")) done.resolve();
      return new Response(null, { status: 204 });
    },
    { port: 0 },
  );
  onTestFinished(() => server.close());
  const crm = { url: `${server.url}/hooks/secret-path`, secrets: ["vault:crm"], allowPrivateAddresses: true };
  const { host, send } = fixture({ sinks: { crm } }, { "vault:crm": secret });
  host.start();
  await send("POST", "/requests", request("one"));
  await done.promise;
  const { body } = await send("GET", "/sinks");
  expect(body["sinks"]).toMatchObject([{ name: "crm", state: "open" }]);
  expect(JSON.stringify(body)).not.toContain("secret-path");
  expect(new Set(received.map((event) => event.id)).size).toBe(received.length);
  const types = received.map((event) => event.type.replace("drover.operation.", ""));
  expect(types).toEqual(expect.arrayContaining(["accepted", "started", "succeeded"]));

  const before = received.length;
  const { body: page } = await send("GET", "/events?limit=2");
  const replayed = await send("POST", "/sinks/crm/replay", { after: 0, through: page["next"] });
  expect(replayed).toMatchObject({ status: 202, body: { handed: 2, done: true } });
  while (received.length < before + 2) await new Promise((resolve) => setImmediate(resolve));
  expect(new Set(received.map((event) => event.id)).size).toBe(before);
  expect((await send("POST", "/sinks/nobody/replay", { after: 0, through: 2 })).status).toBe(404);
});

test("who does not see everything sees no sink, hands nothing over again and skips nothing", async () => {
  const client = (token: string, allow: Readonly<Record<string, readonly string[]>>) => ({
    auth: { kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] },
    allow: { sources: ["*"], types: ["*"], connections: ["*"], actions: ["replay"], ...allow },
  });
  const clients = {
    all: client("token-of-one-that-sees-all", {}),
    sources: client("token-of-the-sources-one", { sources: ["/ci/*"] }),
    types: client("token-of-the-types-client", { types: ["drover.heat.*"] }),
    connections: client("token-of-connections-one", { connections: ["sphere"] }),
  };
  const crm = { url: "https://crm.example/hooks", secrets: ["vault:crm"] };
  const { host } = fixture({ clients, sinks: { crm } }, { "vault:crm": secret });
  host.start();
  const ask = async (token: string, method: string, path: string, body?: unknown) => {
    const init = { method, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } };
    const sent = new Request(
      `http://drover${path}`,
      body === undefined ? init : { ...init, body: JSON.stringify(body) },
    );
    const answer = await host.guarded.fetch(sent);
    return { status: answer.status, body: await answer.json() };
  };
  const range = { after: 0, through: 10 };
  for (const name of ["sources", "types", "connections"] as const) {
    const token = {
      sources: "token-of-the-sources-one",
      types: "token-of-the-types-client",
      connections: "token-of-connections-one",
    }[name];
    const refused = { status: 403, body: { code: "not-allowed" } };
    expect(await ask(token, "GET", "/sinks")).toEqual({ status: 200, body: { sinks: [] } });
    for (const sink of ["crm", "nobody"]) {
      expect(await ask(token, "POST", `/sinks/${sink}/replay`, range)).toMatchObject(refused);
      expect(await ask(token, "POST", `/sinks/${sink}/enable`, { skipMissed: true })).toMatchObject(refused);
    }
  }
  expect((await ask("token-of-one-that-sees-all", "GET", "/sinks")).body).toMatchObject({ sinks: [{ name: "crm" }] });
  await expect
    .poll(
      async () => (await ask("token-of-one-that-sees-all", "POST", "/sinks/crm/enable", { skipMissed: true })).status,
    )
    .toBe(200);
  expect((await ask("token-of-one-that-sees-all", "POST", "/sinks/crm/replay", range)).status).toBe(202);
});
