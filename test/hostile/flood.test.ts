import { Hono } from "hono";
import { expect, test } from "vitest";
import { authenticatingGuard } from "../../functions/receive-webhook/guard.ts";
import { createAuthentication } from "../../lib/clients/authenticate.ts";
import { FloodGates } from "../../lib/clients/flood.ts";
import { clientSchema } from "../../lib/contracts/client.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { Secret } from "../../lib/contracts/secret.ts";
import { VirtualClock } from "../simulation/virtual-clock.ts";
import { asked, expectRefusal, json, openDoor, signingSecret } from "./door.ts";

const perMinute = 60;
/** What may come at once. */
const burst = perMinute / 6;
const strangers = 600;

test("a client over its rate waits as long as it is told, the other is served, and a minute later all is as before", async () => {
  const { ask, time } = openDoor(perMinute);
  const sendAll = async (count: number) => {
    const answers = [];
    for (let sent = 0; sent < count; sent += 1) answers.push(await ask("ci", "GET", "/operations"));
    return answers;
  };
  const first = await sendAll(burst + 20);
  expect(first.filter(({ status }) => status === 200)).toHaveLength(burst);
  const refused = first.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(20);
  for (const answer of refused) expectRefusal(answer);
  const waitSeconds = Number(refused.at(-1)?.headers.get("retry-after"));
  expect(waitSeconds).toBeGreaterThanOrEqual(1);
  expect((await ask("ops", "GET", "/operations")).status).toBe(200);
  time.pass(waitSeconds * 1000);
  expect((await ask("ci", "GET", "/operations")).status).toBe(200);
  time.pass(60_000);
  expect((await sendAll(burst)).every(({ status }) => status === 200)).toBe(true);
  expect((await sendAll(1))[0]?.status).toBe(429);
});

test("strangers use up their own allowance, whatever they say, and nobody else's", async () => {
  const { ask, time } = openDoor(perMinute);
  const signature = { "webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA" };
  const guesses: [Record<string, string>, string | Uint8Array | undefined][] = [
    [{ authorization: "Bearer token-of-nobody-at-all" }, "{}"],
    [{ authorization: "Basic Y2k6Y2k=" }, "{}"],
    [{}, "{}"],
    [{ ...signature, "drover-caller": "ci" }, "{}"],
    // Bodies that cannot be read are strangers' too.
    [signature, "x".repeat(600_000)],
    [signature, Uint8Array.of(0xff)],
  ];
  for (const [headers, body] of guesses) {
    time.pass(60_000);
    const statuses = new Set<number>();
    for (let count = 0; count <= strangers / 6; count += 1) {
      const answer = await ask(undefined, "POST", "/requests", {
        headers: { ...json, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      expectRefusal(answer);
      statuses.add(answer.status);
    }
    expect(statuses).toContain(429);
    for (let count = 0; count < burst; count += 1) expect((await ask("ci", "GET", "/operations")).status).toBe(200);
  }
});

class WatchedGates extends FloodGates {
  readonly names = new Set<string>();
  override take(name: string, perMinute: number): number | undefined {
    this.names.add(name);
    return super.take(name, perMinute);
  }
}

test("nothing that a stranger says becomes the key of anything that is kept", async () => {
  const clock = new VirtualClock(0);
  const gates = new WatchedGates(clock);
  const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: ["submit"] };
  const auth = [
    { kind: "bearer", tokens: [`sha256:${sha256Hex("token-of-the-pipeline-here")}`] },
    { kind: "standard-webhooks", secrets: ["vault:ci"] },
  ];
  const clients = { ci: clientSchema.parse({ auth, allow }) };
  const authenticate = createAuthentication({ clients, secret: async () => new Secret(signingSecret), clock });
  const guard = authenticatingGuard({ authenticate, gates });
  const application = new Hono().post(
    "/requests",
    guard({ method: "POST", path: "/requests", action: "submit", signed: true }),
  );
  application.post("/requests", ({ json: answer }) => answer({}));
  for (let index = 0; index < 10_000; index += 1) {
    const headers: Record<string, string> =
      index % 2 === 0
        ? { authorization: `Bearer token-of-stranger-${index}`, "drover-caller": `name-${index}` }
        : { "webhook-id": `id-${index}`, "webhook-timestamp": String(index), "webhook-signature": `v1,${index}` };
    await application.request("/requests", { method: "POST", headers, body: `{"source":"/${index}"}` });
  }
  await application.request("/requests", {
    method: "POST",
    headers: { authorization: "Bearer token-of-the-pipeline-here" },
  });
  expect(gates.names).toEqual(new Set(["", "client/ci"]));
});

test("figures have no series for what senders make up", async () => {
  const { ask } = openDoor();
  const series = async () =>
    (await ask("ops", "GET", "/metrics")).text.split("\n").map((line) => line.replace(/ \S+$/, ""));
  const send = async (from: number, to: number) => {
    for (let index = from; index < to; index += 1) {
      const made = { ...asked(`id-${index}`), source: `/ci/${index}` };
      await ask("ci", "POST", "/requests", { headers: json, body: JSON.stringify(made) });
      await ask("ci", "POST", "/requests", {
        headers: json,
        body: JSON.stringify({ ...made, type: `made.up.${index}` }),
      });
      await ask("ci", "GET", `/made-up/${index}?by=${index}`);
    }
  };
  await send(0, 2);
  // The question itself is counted, from the first time on.
  await series();
  const before = await series();
  await send(2, 200);
  expect(await series()).toEqual(before);
});
