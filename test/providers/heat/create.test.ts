import { describe, expect, test } from "vitest";
import { ConfigurationError, RetryableError } from "../../../lib/contracts/errors.ts";
import type { Json, JsonObject } from "../../../lib/contracts/json.ts";
import { failureOf } from "../support.ts";
import {
  type Asked,
  createScripted,
  deployment,
  derivedId,
  handle,
  ids,
  intentFor,
  json,
  keystoneToken,
  place,
  preparedDerived,
  requestFor,
  rowId,
  type Script,
  server,
} from "./support.ts";

const answering = (answer: () => Response | Promise<Response>) =>
  createScripted((method, path) => (method === "POST" && path === "/software_deployments" ? answer() : undefined));

function creating(cloud: ReturnType<typeof createScripted>, asked: Asked = {}, prepared: Json = preparedDerived) {
  const intent = intentFor(cloud.time, prepared);
  return cloud.provider.createDeployment(requestFor(asked), intent, cloud.context());
}
const posts = (cloud: ReturnType<typeof createScripted>) =>
  cloud.sent.filter(({ method, path }) => method === "POST" && path === "/software_deployments");

describe("the one POST", () => {
  test.each([200, 201, 202])("is accepted with %i", async (status) => {
    const cloud = answering(() => json(status, deployment()));
    expect(await creating(cloud)).toEqual({
      handle,
      ids: { deploymentId: rowId, configId: derivedId, serverId: server },
      requestId: "req-1111",
    });
    expect(posts(cloud)).toHaveLength(1);
  });

  test("is the bare object, with all that any cloud asks for", async () => {
    const cloud = answering(() => json(200, deployment()));
    await creating(cloud);
    expect(JSON.parse(posts(cloud)[0]?.text ?? "")).toEqual({
      config_id: derivedId,
      server_id: server,
      action: "CREATE",
      status: "IN_PROGRESS",
      status_reason: "Deploy data available",
    });
    expect(posts(cloud)[0]?.request.headers.get("content-type")).toBe("application/json");
  });

  test("has the values of an as-is deployment, and its marker", async () => {
    const cloud = answering(() => json(200, deployment({ config_id: ids.configId })));
    const asked: Asked = {
      useConfig: "as-is",
      deployment: { action: "UPDATE", status_reason: "Why", input_values: { a: 1 }, stack_user_project_id: "p9" },
    };
    const prepared = { configId: ids.configId, derived: false, marker: "m", place };
    const started = await creating(cloud, asked, prepared);
    expect(JSON.parse(posts(cloud)[0]?.text ?? "")).toEqual({
      config_id: ids.configId,
      server_id: server,
      action: "UPDATE",
      status: "IN_PROGRESS",
      status_reason: "Why",
      input_values: { a: 1, drover_operation: expect.stringMatching(/^[a-z2-7]{52}$/) },
      stack_user_project_id: "p9",
    });
    expect(started.handle).toMatchObject({ derived: false, configId: ids.configId });
  });

  test("keeps the signal object, and no URL", async () => {
    const cloud = answering(() => json(200, deployment()));
    const started = await creating(cloud, {}, { ...preparedDerived, signalObject: "drover-x" });
    expect(started.handle).toEqual({ ...handle, signalObject: "drover-x" });
  });

  test.each([
    ["COMPLETE", "succeeded"],
    ["FAILED", "failed"],
  ] as const)("that is answered %s has ended", async (status, outcome) => {
    const cloud = answering(() => json(200, deployment({ status })));
    expect((await creating(cloud, { deployment: { status } })).ended).toMatchObject({ status, outcome });
  });

  test("is not sent too late, by either clock", async () => {
    const cloud = answering(() => json(200, deployment()));
    const intent = intentFor(cloud.time, preparedDerived);
    cloud.time.advance(10_001);
    const error = await failureOf(cloud.provider.createDeployment(requestFor(), intent, cloud.context()));
    expect(error).toMatchObject({ code: "too-late-to-send", effect: "none" });
    expect(posts(cloud)).toHaveLength(0);
  });

  test("is not sent when the login took too long", async () => {
    const cloud = createScripted((_method, path) => {
      if (path.endsWith("/tokens")) cloud.time.advance(11_000);
      return undefined;
    });
    expect(await failureOf(creating(cloud))).toMatchObject({ code: "too-late-to-send", effect: "none" });
    expect(posts(cloud)).toHaveLength(0);
  });

  test("is not sent to another project than the one it was prepared for", async () => {
    const cloud = createScripted(() => undefined, { token: keystoneToken({ project: { id: "p2" } }) });
    const error = await failureOf(creating(cloud));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ effect: "none" });
    expect(posts(cloud)).toHaveLength(0);
  });
});

describe("an answer that leaves the effect possible", () => {
  const wrong: readonly [string, Script][] = [
    ["another config", () => json(200, deployment({ config_id: ids.configId }))],
    ["another server", () => json(200, deployment({ server_id: "other" }))],
    ["no config", () => json(200, deployment({ config_id: null }))],
    ["no id", () => json(200, deployment({ id: null }))],
    ["an id that is a path", () => json(200, deployment({ id: "../x" }))],
    ["no wrapper", () => json(200, (deployment() as { software_deployment: JsonObject }).software_deployment)],
    ["an empty body", () => new Response("", { status: 200 })],
    ["HTML", () => new Response("<html>", { status: 200 })],
    ["JSON that breaks off", () => new Response('{"software_deployment": {', { status: 200 })],
    ["204", () => new Response(null, { status: 204 })],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://x.example" } })],
    ["a status below 400", () => new Response("{}", { status: 203 })],
    ["a broken connection", () => Promise.reject(new TypeError("fetch failed"))],
  ];

  test.each(wrong)("%s", async (_name, answer) => {
    const cloud = answering(() => answer("", "", "") as Response);
    const error = await failureOf(creating(cloud));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ effect: "possible" });
    expect(posts(cloud)).toHaveLength(1);
  });

  test("none at all, until the time is over", async () => {
    const cloud = answering(() => new Promise<Response>(() => {}));
    const failure = failureOf(creating(cloud));
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
    cloud.time.advance(30_000);
    expect(await failure).toMatchObject({ code: "timed-out", effect: "possible" });
  });

  test("but a connection that was never made proves that nothing happened", async () => {
    const refused = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
    const cloud = answering(() => Promise.reject(new TypeError("fetch failed", { cause: refused })));
    expect(await failureOf(creating(cloud))).toMatchObject({ code: "unreachable", effect: "none" });
  });
});
