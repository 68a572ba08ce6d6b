import { Webhook } from "standardwebhooks";
import { expect, onTestFinished, test } from "vitest";
import { serveOnLoopback } from "../../emulators/serve.ts";
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
