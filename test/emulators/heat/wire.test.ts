import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHeatEmulator, demoHeatIds, demoHeatScenario } from "../../../emulators/heat/index.ts";
import { delayOnTimer, type LoopbackServer, serveOnLoopback } from "../../../emulators/serve.ts";

const emulator = createHeatEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario: demoHeatScenario() });
const { projectId, userId, password } = demoHeatIds.openstack;
let server: LoopbackServer;

interface Raw {
  readonly status: number;
  readonly statusText: string;
  /** As spelled and ordered on the wire. */
  readonly names: readonly string[];
  readonly headers: NodeJS.Dict<string | string[]>;
}

function send(method: string, path: string, headers: Record<string, string> = {}, body = ""): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method, headers }, (answer) => {
      const names = answer.rawHeaders.filter((_, index) => index % 2 === 0);
      const { statusCode: status = 0, statusMessage: statusText = "" } = answer;
      answer.resume().once("end", () => resolve({ status, statusText, names, headers: answer.headers }));
    });
    sent.once("error", reject).end(body);
  });
}

beforeAll(async () => {
  server = await serveOnLoopback((incoming) => emulator.fetch(incoming));
});
afterAll(() => server.close());

describe("on loopback", () => {
  it("header names and status texts are spelled as each service spells them", async () => {
    const user = { id: userId, password };
    const auth = { identity: { methods: ["password"], password: { user } }, scope: { project: { id: projectId } } };
    const login = await send("POST", "/v3/auth/tokens", {}, JSON.stringify({ auth }));
    expect([login.status, login.statusText]).toEqual([201, "CREATED"]);
    const keystone = ["Content-Type", "Content-Length", "X-Subject-Token", "Vary", "x-openstack-request-id"];
    expect(login.names.slice(0, 5)).toEqual(keystone);
    const token = { "x-auth-token": String(login.headers["x-subject-token"]) };
    const list = await send("GET", `/v1/${projectId}/software_deployments`, token);
    expect([list.status, list.statusText]).toEqual([200, "OK"]);
    expect(list.names.slice(0, 4)).toEqual(["Content-Type", "Content-Length", "X-Openstack-Request-Id", "Date"]);
    const head = await send("HEAD", `/v1/${projectId}/software_deployments`, token);
    expect([head.status, head.headers["content-length"]]).toEqual([405, "334"]);
    const options = await send("OPTIONS", `/v1/${projectId}/software_deployments`, token);
    expect([options.status, options.headers["allow"]]).toEqual([204, "GET,POST"]);
  });

  it("a hanging up client is noticed, and its request still lands", async () => {
    const user = { id: userId, password };
    const auth = { identity: { methods: ["password"], password: { user } }, scope: { project: { id: projectId } } };
    const login = await fetch(`${server.url}/v3/auth/tokens`, { method: "POST", body: JSON.stringify({ auth }) });
    emulator.addFault({ kind: "hang", landsAfterMs: 0, method: "POST", times: 1 });
    const body = JSON.stringify({ config_id: demoHeatIds.configId, server_id: "hung", status: "IN_PROGRESS" });
    const headers = { "x-auth-token": login.headers.get("x-subject-token") ?? "" };
    const sent = fetch(`${server.url}/v1/${projectId}/software_deployments`, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(200),
    });
    await expect(sent).rejects.toThrow();
    expect(emulator.state.deployments("hung")).toHaveLength(1);
  });
});
