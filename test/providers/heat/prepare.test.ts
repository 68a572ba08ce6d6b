import { describe, expect, test } from "vitest";
import type { HeatConnection } from "../../../lib/contracts/connections/heat.ts";
import {
  ConfigurationError,
  InvalidInputError,
  PermanentError,
  RetryableError,
} from "../../../lib/contracts/errors.ts";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import { failureOf, shown } from "../support.ts";
import {
  type Asked,
  createScripted,
  derivedId,
  ids,
  inputSecret,
  intentFor,
  json,
  keystoneToken,
  otherServer,
  place,
  requestFor,
  rowOf,
  type Script,
  scriptedConnection,
  server,
} from "./support.ts";

const signals = { name: "deploy_signal_transport", type: "String", value: "CFN_SIGNAL" };
const source = (over: JsonObject = {}): JsonObject => ({
  software_config: {
    id: ids.configId,
    name: "install",
    group: "script",
    config: "#!/bin/sh",
    inputs: [{ name: "version", type: "String", default: "1" }, signals],
    outputs: [{ name: "result", type: "String" }],
    options: { a: 1 },
    ...over,
  },
});

const cloudWith = (config: JsonObject, connection?: HeatConnection, rows: readonly JsonObject[] = []) => {
  const script: Script = (method, path, text) => {
    if (method === "POST" && path === "/software_configs") {
      return json(200, { software_config: { id: derivedId, name: JSON.parse(text).name } });
    }
    if (path === `/software_configs/${ids.configId}`) return json(200, config);
    if (path.startsWith("/software_deployments?")) return json(200, { software_deployments: rows });
    return undefined;
  };
  return createScripted(script, connection === undefined ? {} : { connection });
};

function basisOf(cloud: ReturnType<typeof createScripted>, asked: Asked) {
  const basis = cloud.provider.basisOf?.(requestFor(asked), cloud.context());
  if (basis === undefined) throw new Error("Expected a basis");
  return basis;
}

const configured = { completion: "as-configured" } as const;
const withInputs = (...inputs: JsonObject[]) => source({ inputs: [...inputs, signals] });

describe("what would never end is refused before anything is made", () => {
  test.each<[string, Asked, JsonObject, string]>([
    [
      "an input that is not declared",
      { deployment: { input_values: { other: 1 } } },
      source(),
      "does not declare (other)",
    ],
    ["an input without a value", {}, withInputs({ name: "needed" }), "inputs without a value (needed; give each"],
    ["an input whose default is null", {}, withInputs({ name: "needed", default: null }), "without a value (needed"],
    ["no group", {}, source({ group: null }), "without a group"],
    ["the group of nobody", {}, source({ group: "Heat::Ungrouped" }), "without a group"],
    ["no transport", configured, source({ inputs: [] }), "report to nobody"],
    ["NO_SIGNAL", configured, source({ inputs: [{ ...signals, value: "NO_SIGNAL" }] }), "report to nobody"],
    [
      "NO_SIGNAL by default",
      configured,
      source({ inputs: [{ name: "deploy_signal_transport", default: "NO_SIGNAL" }] }),
      "report to nobody",
    ],
    [
      "one signed URL for all",
      { ...configured, siblings: 1 },
      withInputs({ name: "deploy_signal_id", value: "https://x.example/?sig=canary" }),
      "one deploy_signal_id for all servers",
    ],
    [
      "one queue for all",
      { ...configured, siblings: 1 },
      withInputs({ name: "deploy_queue_id", value: "q" }),
      "one deploy_queue_id for all servers",
    ],
    [
      "one signed URL for all, though somebody else reports",
      { completion: "external", siblings: 1 },
      withInputs({ name: "deploy_signal_id", value: "u" }),
      "one deploy_signal_id for all servers",
    ],
    [
      "a grant that the connection does not allow",
      { deployment: { stack_user_project_id: "p9" } },
      source(),
      "stackUserProjects",
    ],
    [
      "a secret that the connection does not allow",
      { deployment: { input_values: { version: { $secret: "vault:other" } } } },
      source(),
      "inputSecrets does not allow (vault:other",
    ],
    [
      "several problems at once",
      { deployment: { stack_user_project_id: "p9", input_values: { other: 1 } } },
      source(),
      "other",
    ],
  ])("%s", async (_name, asked, config, says) => {
    const cloud = cloudWith(config);
    const error = await failureOf(basisOf(cloud, asked).prepare());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "unfit-deployment", effect: "none" });
    expect(shown(error)).toContain(says);
    expect(shown(error)).not.toContain("canary");
    expect(cloud.sent.some(({ method, path }) => method === "POST" && !path.startsWith("/v3/"))).toBe(false);
  });

  test("temp-url without an object store in the connection", async () => {
    const { tempUrl: _none, ...connection } = scriptedConnection;
    const error = await failureOf(basisOf(cloudWith(source(), connection), {}).prepare());
    expect(error).toMatchObject({ code: "unfit-deployment" });
    expect(shown(error)).toContain("connections.fleet.tempUrl");
  });

  test("temp-url with an object store outside the origins", async () => {
    const connection = { ...scriptedConnection, origins: ["https://heat.example"] };
    const error = await failureOf(basisOf(cloudWith(source(), connection), {}).prepare());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(shown(error)).toContain("https://store.example");
  });

  test("a config above Heat's limit", async () => {
    const cloud = cloudWith(source({ config: "x".repeat(1024 * 1024) }));
    const error = await failureOf(basisOf(cloud, {}).prepare());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "too-large", effect: "none" });
  });

  test("a config that only its secret takes above the limit", async () => {
    const { options } = cloudWith(source());
    const cloud = createScripted(
      (method, path) =>
        method === "GET" && path.startsWith("/software_configs/")
          ? json(200, source({ config: "x".repeat(1024 * 1024 - 3000) }))
          : undefined,
      { secrets: { "vault:app-db": "y".repeat(4000) } },
    );
    expect(options.name).toBe("fleet");
    const basis = basisOf(cloud, { deployment: { input_values: { version: { $secret: "vault:app-db" } } } });
    const prepared = await basis.prepare();
    const error = await failureOf(basis.create(intentFor(cloud.time, prepared)));
    expect(error).toMatchObject({ code: "too-large", effect: "none" });
  });

  test.each(["..", "a/b", "a b"])("the config id %s, without a request", async (config_id) => {
    const cloud = cloudWith(source());
    const error = await failureOf(basisOf(cloud, { deployment: { config_id } }).prepare());
    expect(error).toMatchObject({ code: "not-found" });
    expect(cloud.sent).toHaveLength(0);
  });

  test("a config that is not there, with advice", async () => {
    const error = await failureOf(
      basisOf(
        createScripted(() => undefined),
        {},
      ).prepare(),
    );
    expect(error).toBeInstanceOf(PermanentError);
    expect(shown(error)).toContain("check config_id");
  });

  test("several servers in one operation", async () => {
    const cloud = cloudWith(source());
    expect(() => basisOf(cloud, { servers: [server, otherServer] })).toThrow(InvalidInputError);
  });
});

describe("what can end passes", () => {
  test.each<[string, Asked, JsonObject]>([
    [
      "a value for what has no default",
      { deployment: { input_values: { needed: null } } },
      withInputs({ name: "needed" }),
    ],
    ["a value that the source has", {}, withInputs({ name: "needed", value: "v" })],
    ["a default that is false", {}, withInputs({ name: "needed", default: false })],
    ["no group, when somebody else carries it out", { completion: "external" }, source({ group: null })],
    ["no group, when it is over already", { deployment: { status: "COMPLETE" } }, source({ group: null })],
    [
      "no transport, when it is over already",
      { ...configured, deployment: { status: "FAILED" } },
      source({ inputs: [] }),
    ],
    ["no transport, when somebody else reports", { completion: "external" }, source({ inputs: [] })],
    [
      "a transport by default",
      configured,
      source({ inputs: [{ name: "deploy_signal_transport", default: "HEAT_SIGNAL" }] }),
    ],
    ["a transport that is new", configured, source({ inputs: [{ ...signals, value: "NEXT_SIGNAL" }] })],
    ["one signed URL for one server", configured, withInputs({ name: "deploy_signal_id", value: "u" })],
    ["a signed URL that is replaced", { siblings: 3 }, withInputs({ name: "deploy_signal_id", value: "u" })],
    ["no inputs at all", {}, source({ inputs: null, outputs: null, options: null })],
  ])("%s", async (_name, asked, config) => {
    const prepared = await basisOf(cloudWith(config), asked).prepare();
    expect(prepared).toEqual({ name: expect.stringMatching(/^drover-[a-z2-7]{52}$/) });
  });

  test("a grant that the connection allows", async () => {
    const connection = { ...scriptedConnection, stackUserProjects: ["p9"] };
    const asked = { deployment: { stack_user_project_id: "p9" } };
    expect(await basisOf(cloudWith(source(), connection), asked).prepare()).toBeTruthy();
  });
});

describe("the derived config", () => {
  async function derived(asked: Asked, config = source()) {
    const cloud = cloudWith(config);
    const basis = basisOf(cloud, asked);
    const prepared = await basis.prepare();
    const intent = intentFor(cloud.time, prepared);
    const result = await basis.create(intent);
    const posts = cloud.sent.filter(({ method, path }) => method === "POST" && path === "/software_configs");
    return { cloud, prepared, result, posts, body: JSON.parse(posts[0]?.text ?? "") };
  }

  test("is the source with a value for every input, and what the agent is told", async () => {
    const asked = { ...configured, deployment: { action: "UPDATE", input_values: { version: "2" } } };
    const { body, result, prepared, posts } = await derived(asked);
    expect(posts).toHaveLength(1);
    expect(body).toEqual({
      name: (prepared as { name: string }).name,
      group: "script",
      config: "#!/bin/sh",
      options: { a: 1 },
      outputs: [{ name: "result", type: "String" }],
      inputs: [
        { name: "version", type: "String", default: "1", value: "2" },
        signals,
        expect.objectContaining({ name: "deploy_server_id", value: server }),
        expect.objectContaining({ name: "deploy_action", value: "UPDATE" }),
      ],
    });
    expect(result).toEqual({ configId: derivedId, place });
  });

  test("says what its deployment says of it in place of what the source says", async () => {
    const config = withInputs({ name: "deploy_server_id", value: "old" }, { name: "deploy_action" });
    const { body } = await derived(configured, config);
    const values = body.inputs.filter(({ name }: { name: string }) => name === "deploy_server_id");
    expect(values).toEqual([expect.objectContaining({ value: server })]);
  });

  test("has a signed URL for one object that nobody used before", async () => {
    const config = withInputs(
      { name: "deploy_signal_id", value: "old" },
      { name: "deploy_signal_verb", value: "POST" },
    );
    const { body, result, cloud } = await derived({}, config);
    const values = Object.fromEntries(body.inputs.map(({ name, value }: JsonObject) => [name, value]));
    expect(values).toMatchObject({ deploy_signal_transport: "TEMP_URL_SIGNAL", deploy_signal_verb: "PUT" });
    expect(body.inputs.filter(({ name }: { name: string }) => name.startsWith("deploy_signal_"))).toHaveLength(3);
    const { signalObject } = result as { signalObject: string };
    const url = new URL(values["deploy_signal_id"]);
    expect(url.href).toContain(`https://store.example/v1/AUTH_p1/${ids.container}/${signalObject}?`);
    const expires = Number(url.searchParams.get("temp_url_expires")) * 1000;
    expect(expires).toBe(cloud.time.now() + 2 * 3_600_000);
    expect(JSON.stringify(result)).not.toMatch(/temp_url|sig=/);
  });

  test("takes its secrets when it is sent, and shows them nowhere", async () => {
    const asked = { deployment: { input_values: { version: { $secret: "vault:app-db" } } } };
    const { body, result, prepared } = await derived(asked);
    expect(body.inputs[0]).toMatchObject({ name: "version", value: inputSecret });
    expect(JSON.stringify([result, prepared])).not.toContain("canary");
  });

  test.each([
    ["a secret", () => `it was ${inputSecret}`],
    ["a secret as it stood in the JSON", () => `it was ${JSON.stringify(inputSecret).slice(1, -1)}`],
    ["a piece of the body", (body: string) => body.slice(body.indexOf("canary") - 20, body.indexOf("canary") + 60)],
    ["the signed URL", (body: string) => /https:[^"]*temp_url_sig=[^"]*/.exec(body)?.[0] ?? ""],
  ])("that is refused with %s quotes none of it", async (_name, quote) => {
    const cloud = createScripted((method, path, text) => {
      if (path === `/software_configs/${ids.configId}`) return json(200, source());
      if (method !== "POST" || path !== "/software_configs") return undefined;
      expect(quote(text)).not.toBe("");
      return json(400, { code: 400, explanation: "x", error: { type: "T", message: quote(text) } });
    });
    const basis = basisOf(cloud, { deployment: { input_values: { version: { $secret: "vault:app-db" } } } });
    const error = await failureOf(basis.create(intentFor(cloud.time, await basis.prepare())));
    expect(error).toBeInstanceOf(PermanentError);
    expect(shown(error)).not.toMatch(/canary~|4711|temp_url_sig=[0-9a-f]/);
  });

  test("of another name is not ours", async () => {
    const cloud = createScripted((method, path) =>
      path === `/software_configs/${ids.configId}`
        ? json(200, source())
        : method === "POST" && path === "/software_configs"
          ? json(200, { software_config: { id: derivedId, name: "other" } })
          : undefined,
    );
    const basis = basisOf(cloud, {});
    const intent = intentFor(cloud.time, await basis.prepare());
    expect(await failureOf(basis.create(intent))).toMatchObject({ effect: "possible" });
  });

  test("is not sent too late", async () => {
    const cloud = cloudWith(source());
    const basis = basisOf(cloud, {});
    const intent = intentFor(cloud.time, await basis.prepare());
    cloud.time.advance(10_001);
    expect(await failureOf(basis.create(intent))).toMatchObject({ code: "too-late-to-send", effect: "none" });
  });

  test("settles at once, since a second one does no harm", () => {
    expect(basisOf(cloudWith(source()), {}).settling).toMatchObject({ settlingMs: 0, requestTimeoutMs: 30_000 });
  });
});

describe("the deployment", () => {
  const asIs: Asked = { ...configured, useConfig: "as-is" };
  const valued = source({ inputs: [{ name: "version", value: "1" }, signals] });
  const prepare = (cloud: ReturnType<typeof createScripted>, asked: Asked, basis?: JsonObject) =>
    cloud.provider.prepareDeployment(requestFor(asked), cloud.context(), basis);

  test("of a derived config needs nothing more, and asks nobody", async () => {
    const cloud = cloudWith(source());
    const basis = { configId: derivedId, signalObject: "drover-x", place };
    expect(await prepare(cloud, {}, basis)).toEqual({ ...basis, derived: true });
    expect(cloud.sent.map(({ path }) => path)).toEqual(["/v3/auth/tokens"]);
  });

  test("as it is has no basis, and a marker", async () => {
    const cloud = cloudWith(valued, undefined, [rowOf({ config_id: "another", input_values: null })]);
    expect(cloud.provider.basisOf?.(requestFor(asIs), cloud.context())).toBeUndefined();
    expect(await prepare(cloud, asIs)).toEqual({
      configId: ids.configId,
      derived: false,
      marker: expect.stringMatching(/^[a-z2-7]{52}$/),
      place,
    });
  });

  test.each<[string, JsonObject, string]>([
    ["an input whose value would not reach the server", source(), "useConfig derived, which gives each a value"],
    ["nobody to run it", source({ group: null, inputs: [signals] }), "without a group"],
    ["nobody to report to", source({ inputs: [] }), "report to nobody"],
  ])("as it is, with %s, is refused", async (_name, config, says) => {
    const error = await failureOf(prepare(cloudWith(config), asIs));
    expect(error).toMatchObject({ code: "unfit-deployment" });
    expect(shown(error)).toContain(says);
  });

  test("as it is, with our marker among its values, is refused", async () => {
    const asked = { ...asIs, deployment: { input_values: { drover_operation: "x" } } };
    expect(shown(await failureOf(prepare(cloudWith(valued), asked)))).toContain("drover_operation");
  });

  test("as it is, of a config that the server has run, is refused", async () => {
    const cloud = cloudWith(valued, undefined, [rowOf({ config_id: ids.configId, status: "COMPLETE" })]);
    const error = await failureOf(prepare(cloud, asIs));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "config-already-deployed", effect: "none" });
    expect(shown(error)).toContain("use useConfig derived");
  });

  test("as it is, of an attempt that landed late, is looked for again", async () => {
    const { marker } = (await prepare(cloudWith(valued), asIs)) as { marker: string };
    const own = rowOf({ config_id: ids.configId, input_values: { drover_operation: marker } });
    const error = await failureOf(prepare(cloudWith(valued, undefined, [own]), asIs));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ code: "landed-late", effect: "none" });
  });

  test("in another project than its config is not begun", async () => {
    const cloud = createScripted(() => undefined, { token: keystoneToken({ project: { id: "p2" } }) });
    const error = await failureOf(prepare(cloud, {}, { configId: derivedId, place }));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: "place-changed" });
  });
});
