import { describe, expect, test } from "vitest";
import { createScripted, ids, requestFor, scriptedConnection, server } from "./support.ts";

const endpoint = "https://heat.example/v1/p1";
const { provider } = createScripted(() => undefined, { connection: { ...scriptedConnection, endpoint } });

describe("the plan", () => {
  test("of a derived config shows both changes, references and no URL", () => {
    const request = requestFor({
      deployment: { input_values: { version: { $secret: "vault:app-db" }, mode: "x" } },
    });
    const plan = provider.plan(request);
    expect(plan.map(({ method, url, changes }) => [method, url, changes])).toEqual([
      ["GET", `${endpoint}/software_configs/${ids.configId}`, false],
      ["POST", `${endpoint}/software_configs`, true],
      ["POST", `${endpoint}/software_deployments`, true],
    ]);
    expect(plan[1]?.body).toMatchObject({
      inputs: [
        { name: "version", value: { $secret: "vault:app-db" } },
        { name: "mode", value: "x" },
        { name: "deploy_server_id", value: server },
        { name: "deploy_action", value: "CREATE" },
        { name: "deploy_signal_transport", value: "TEMP_URL_SIGNAL" },
        { name: "deploy_signal_id", value: expect.stringMatching(/^<signed URL/) },
        { name: "deploy_signal_verb", value: "PUT" },
      ],
    });
    expect(plan[2]?.body).toMatchObject({
      config_id: expect.stringMatching(/^</),
      server_id: server,
      action: "CREATE",
    });
    expect(JSON.stringify(plan)).not.toMatch(/canary|temp_url/);
  });

  test("of a config that comes along has no source to read", () => {
    const config = { group: "script", config: "echo", inputs: [{ name: "a", default: 1 }] };
    const request = requestFor({ completion: "external" });
    const plan = provider.plan({ ...request, fields: { ...request.fields, deployment: { config } } });
    expect(plan.map(({ method }) => method)).toEqual(["POST", "POST"]);
    expect(plan[0]?.body).toMatchObject({ group: "script", config: "echo", inputs: [{ name: "a", value: 1 }, {}, {}] });
  });

  test("of the very config reads what it must not repeat", () => {
    const request = requestFor({ useConfig: "as-is", completion: "external", deployment: { input_values: { a: 1 } } });
    const plan = provider.plan(request);
    expect(plan.map(({ method, changes }) => [method, changes])).toEqual([
      ["GET", false],
      ["GET", false],
      ["POST", true],
    ]);
    expect(plan[2]?.body).toMatchObject({
      config_id: ids.configId,
      input_values: { a: 1, drover_operation: expect.any(String) },
    });
  });

  test("says where the endpoint comes from when it is not known yet", () => {
    const plan = createScripted(() => undefined).provider.plan(requestFor());
    expect(plan[0]?.url).toBe(`<orchestration of region R1>/software_configs/${ids.configId}`);
  });
});

test("the provider says what it is", () => {
  expect(provider.kind).toBe("heat");
  expect(provider.turnOf(requestFor())).toBeUndefined();
  expect(provider.settling).toEqual({ requestTimeoutMs: 30_000, settlingMs: 180_000, lookEveryMs: 30_000 });
  expect(provider.pollPace).toEqual({ firstMs: 5_000, maxMs: 300_000 });
  expect(provider.withdrawal).toContain("is not stopped");
});
