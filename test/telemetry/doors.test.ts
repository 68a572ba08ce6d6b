import { expect, onTestFinished, test } from "vitest";
import { serveOnLoopback } from "../../emulators/serve.ts";
import { sha256Hex } from "../../lib/contracts/identifiers.ts";
import { fixture, request, temporaryFolder } from "../functions/harness.ts";
import { hourMs, scheduledHost, scheduleOf, secondMs } from "../functions/schedule-harness.ts";
import { ManualTime } from "../platforms/local/manual-time.ts";

const all = { sources: ["*"], types: ["*"], connections: ["*"] };
const client = (token: string, actions: readonly string[], more = {}) => ({
  auth: { kind: "bearer", tokens: [`sha256:${sha256Hex(token)}`] },
  allow: { ...all, actions },
  ...more,
});

/** What `/metrics` says of one metric: labels and value, in the order of the labels. */
async function samples(host: { fetch(request: Request): Response | Promise<Response> }, name: string) {
  const text = await (await host.fetch(new Request("http://drover/metrics"))).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`))
    .map((line) => line.slice(name.length).replaceAll('"', ""))
    .sort();
}

test("requests are counted by the client's name and the status, and nobody makes up a name", async () => {
  const clients = {
    ci: client("token-of-the-ci-system", ["submit", "read"]),
    slow: client("token-of-the-slow-one", ["read"], { requestsPerMinute: 1 }),
  };
  const { host } = fixture({ clients });
  const send = async (path: string, token: string | undefined, headers = {}) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    await host.guarded.fetch(new Request(`http://drover${path}`, { headers: { ...authorization, ...headers } }));
  };
  await send("/operations", "token-of-the-ci-system");
  await send("/operations", "token-of-the-ci-system", { "drover-caller": "cli:mallory" });
  await send("/operations/nothing", "token-of-the-ci-system");
  await send("/sinks", "token-of-the-ci-system");
  await send("/operations", "some-other-token-entirely", { "drover-caller": "ci" });
  await send("/operations", undefined);
  await send("/no/such/route", undefined);
  await send("/healthz", undefined);
  for (let count = 0; count < 200; count += 1) await send("/operations", "token-of-the-slow-one");
  await host.application.fetch(new Request("http://drover/operations", { headers: { "drover-caller": "ci" } }));
  const found = await samples(host.application, "drover_http_requests_total");
  expect(found.filter((line) => !line.includes("slow"))).toEqual([
    "{drover_client=ci,http_response_status_code=200} 2",
    "{drover_client=ci,http_response_status_code=403} 1",
    "{drover_client=ci,http_response_status_code=404} 1",
    "{drover_client=owner,http_response_status_code=200} 1",
    "{drover_client=stranger,http_response_status_code=200} 1",
    "{drover_client=stranger,http_response_status_code=401} 2",
    "{drover_client=stranger,http_response_status_code=404} 1",
  ]);
  expect(found.join()).toContain("{drover_client=slow,http_response_status_code=429}");
});

test("deliveries are counted by sink and class of status", async () => {
  const told = Promise.withResolvers<void>();
  let answers = 0;
  const server = await serveOnLoopback(async () => {
    answers += 1;
    if (answers >= 3) told.resolve();
    return new Response(null, { status: answers === 1 ? 500 : 204 });
  });
  onTestFinished(() => server.close());
  const secret = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
  const crm = { url: `${server.url}/hooks`, secrets: ["vault:crm"], allowPrivateAddresses: true };
  const { host, send } = fixture({ sinks: { crm } }, { "vault:crm": secret });
  host.start();
  await send("POST", "/requests", request("one"));
  await told.promise;
  await expect
    .poll(() => samples(host.application, "drover_sink_deliveries_total"))
    .toEqual([
      expect.stringMatching(/^\{drover_sink=crm,drover_sink_result=2xx\} [2-9]$/),
      "{drover_sink=crm,drover_sink_result=5xx} 1",
    ]);
});

test("runs of schedules are counted by name and what came of them", async () => {
  const time = new ManualTime();
  const schedules = [
    scheduleOf({ every: "PT6H" }),
    scheduleOf({ name: "wrong", every: "PT6H" }, { connection: "gone" }),
  ];
  const { host } = scheduledHost({ time, schedules, folder: temporaryFolder() });
  host.start();
  await time.advance(6 * hourMs + 16 * secondMs);
  expect(await samples(host.application, "drover_schedule_runs_total")).toEqual([
    "{drover_schedule=nightly,drover_schedule_result=accepted} 1",
    "{drover_schedule=wrong,drover_schedule_result=refused} 1",
  ]);
});
