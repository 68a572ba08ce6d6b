import { describe, expect, test } from "vitest";
import { ConfigurationError, RetryableError } from "../../../lib/contracts/errors.ts";
import { operationIdOf } from "../../../lib/contracts/identifiers.ts";
import type { JsonObject } from "../../../lib/contracts/json.ts";
import type { Found, Started } from "../../../lib/contracts/provider.ts";
import { failureOf, settle } from "../support.ts";
import {
  type Cloud,
  createCloud,
  createScripted,
  derivedId,
  handle,
  heatFault,
  ids,
  intentFor,
  json,
  keystoneToken,
  place,
  prepared,
  preparedDerived,
  requestFor,
  rowId,
  rowOf,
  server,
  start,
} from "./support.ts";

const creates = { method: "POST", path: "*/software_deployments", times: 1 } as const;

async function lost(cloud: Cloud) {
  const made = await prepared(cloud);
  const error = await failureOf(cloud.provider.createDeployment(made.request, made.intent, cloud.context()));
  expect(error).toMatchObject({ effect: "possible" });
  const find = (): Promise<Found<Started>> => cloud.provider.findDeployment(made.request, made.intent, cloud.context());
  return { ...made, find };
}

describe("a create whose answer was lost", () => {
  test.each([
    ["a connection that breaks", { kind: "drop", takesEffect: true }],
    ["a stalled engine", { kind: "status", status: 500, code: "MessagingTimeout", takesEffect: true }],
    ["a gateway's time-out", { kind: "status", status: 504, body: "html", takesEffect: true }],
  ] as const)("by %s is adopted, and nothing runs twice", async (_name, fault) => {
    const cloud = createCloud();
    cloud.emulator.addFault({ ...creates, ...fault });
    const { find, request, intent } = await lost(cloud);
    const found = await find();
    expect(found).toMatchObject({ kind: "found", evidence: expect.stringContaining("names software config") });
    if (found.kind !== "found") return;
    cloud.time.advance(20_000);
    const seen = await cloud.provider.poll(request, found.result.handle, intent, cloud.context());
    expect(seen).toMatchObject({ kind: "ended", outcome: "succeeded" });
    expect(cloud.emulator.state.runs()).toHaveLength(1);
    expect(cloud.emulator.state.everCreated(server)).toHaveLength(1);
  });

  test("and that never arrived is fenced", async () => {
    const cloud = createCloud();
    cloud.emulator.addFault({ ...creates, kind: "drop" });
    const { find } = await lost(cloud);
    expect(await find()).toMatchObject({ kind: "fenced", evidence: expect.stringContaining("is deleted") });
    expect(cloud.emulator.state.configs().map(({ id }) => id)).toEqual([ids.configId]);
    expect(await find()).toMatchObject({ kind: "fenced" });
  });

  test("and that would land late never lands behind the fence; the next attempt runs once", async () => {
    const cloud = createCloud();
    cloud.emulator.addFault({ ...creates, kind: "late-landing", landsAfterMs: 20_000 });
    const { find } = await lost(cloud);
    cloud.time.advance(10_000);
    expect(await find()).toMatchObject({ kind: "fenced" });
    const again = await start(cloud);
    cloud.time.advance(60_000);
    expect(cloud.emulator.state.everCreated(server)).toHaveLength(1);
    expect(cloud.emulator.state.runs()).toHaveLength(1);
    expect(again.started.ids["serverId"]).toBe(server);
  });

  test("and that landed before the fence is adopted", async () => {
    const cloud = createCloud();
    cloud.emulator.addFault({ ...creates, kind: "late-landing", landsAfterMs: 20_000 });
    const { find } = await lost(cloud);
    cloud.time.advance(20_001);
    expect(await find()).toMatchObject({ kind: "found" });
    expect(cloud.emulator.state.everCreated(server)).toHaveLength(1);
  });

  test("by an engine that answers after the time-out", async () => {
    const cloud = createCloud();
    cloud.emulator.addFault({ ...creates, kind: "hang", landsAfterMs: 45_000 });
    const made = await prepared(cloud);
    const failure = failureOf(cloud.provider.createDeployment(made.request, made.intent, cloud.context()));
    await settle();
    cloud.time.advance(30_000);
    expect(await failure).toMatchObject({ code: "timed-out", effect: "possible" });
    cloud.time.advance(16_000);
    expect(await cloud.provider.findDeployment(made.request, made.intent, cloud.context())).toMatchObject({
      kind: "found",
    });
  });
});

/** Rows as they are listed, one list after the other; then what the deletion of the config answers. */
function looking(lists: readonly (readonly JsonObject[])[], deletion: () => Response | undefined = () => undefined) {
  let look = 0;
  return createScripted((method, path) => {
    if (path.startsWith("/software_deployments?")) {
      const rows = lists[Math.min(look, lists.length - 1)];
      look += 1;
      return json(200, { software_deployments: rows });
    }
    if (method === "DELETE" && path.startsWith("/software_deployments/")) return new Response(null, { status: 204 });
    return method === "DELETE" && path === `/software_configs/${derivedId}` ? deletion() : undefined;
  });
}

const find = (cloud: ReturnType<typeof createScripted>, prepared: JsonObject = preparedDerived) =>
  cloud.provider.findDeployment(requestFor(), intentFor(cloud.time, prepared), cloud.context());
const gone = () => new Response(null, { status: 204 });
const deletions = (cloud: ReturnType<typeof createScripted>) =>
  cloud.sent.filter(({ method }) => method === "DELETE").map(({ path }) => path);

describe("the fence", () => {
  test.each<[string, () => Response | undefined, readonly (readonly JsonObject[])[], Found<Started>["kind"]]>([
    ["204", gone, [[]], "fenced"],
    ["200", () => json(200, {}), [[]], "fenced"],
    ["Heat's 404", () => json(404, heatFault(404, "NotFound", "m")), [[]], "fenced"],
    ["Heat's 404 in Rackspace's form", () => json(404, { itemNotFound: { code: 404, message: "m" } }), [[]], "fenced"],
    [
      "in use, and the row is there by now",
      () => json(500, heatFault(500, "InvalidRestrictedAction", "m")),
      [[], [rowOf()]],
      "found",
    ],
    [
      "in use, and the row is not listed yet",
      () => json(500, heatFault(500, "InvalidRestrictedAction", "m")),
      [[]],
      "absent-so-far",
    ],
    ["an unnamed 500", () => json(500, heatFault(500, "RemoteError")), [[]], "absent-so-far"],
    [
      "a gateway's 404",
      () => json(404, { error_code: "APIG.0101", error_msg: "m", request_id: "abcd" }),
      [[]],
      "absent-so-far",
    ],
    ["a page with 404", () => new Response("<html>", { status: 404 }), [[]], "absent-so-far"],
    ["the 404 of an unknown path", () => json(404, heatFault(404, "HTTPNotFound", "m")), [[]], "absent-so-far"],
    ["an empty 404", () => new Response("", { status: 404 }), [[]], "absent-so-far"],
    ["no right to delete", () => json(403, heatFault(403, "Forbidden", "m")), [[]], "absent-so-far"],
    ["503", () => new Response("", { status: 503 }), [[]], "absent-so-far"],
    ["429", () => new Response("", { status: 429 }), [[]], "absent-so-far"],
  ])("answered %s", async (_name, deletion, lists, kind) => {
    const cloud = looking(lists, deletion);
    expect((await find(cloud)).kind).toBe(kind);
    expect(deletions(cloud)).toEqual([`/software_configs/${derivedId}`]);
  });

  test("is not raised while a row is there", async () => {
    const cloud = looking([[rowOf()]], gone);
    expect(await find(cloud)).toMatchObject({ kind: "found", result: { handle } });
    expect(deletions(cloud)).toEqual([]);
  });

  test("is not raised when the list cannot be read", async () => {
    for (const answer of [
      () => new Response("", { status: 500 }),
      () => json(200, {}),
      () => json(200, { software_deployments: null }),
    ]) {
      const cloud = createScripted((_method, path) =>
        path.startsWith("/software_deployments?") ? answer() : undefined,
      );
      expect(await failureOf(find(cloud))).toBeInstanceOf(RetryableError);
      expect(deletions(cloud)).toEqual([]);
    }
  });

  test("is not raised because the list is long: every row has its outputs in it", async () => {
    const long = rowOf({ id: "long", config_id: "c9", output_values: { deploy_stdout: "x".repeat(1024 * 1024) } });
    const cloud = looking([[...Array.from({ length: 5 }, () => long), rowOf()]], gone);
    expect(await find(cloud)).toMatchObject({ kind: "found" });
  });

  test("is not raised in another project, where a 404 proves nothing", async () => {
    const cloud = createScripted(() => undefined, { token: keystoneToken({ project: { id: "p2" } }) });
    expect(await failureOf(find(cloud))).toBeInstanceOf(ConfigurationError);
    expect(deletions(cloud)).toEqual([]);
  });
});

describe("a row is ours", () => {
  const other = { id: "f0000000-0000-4000-8000-000000000009" };

  test("by its config alone, never by being new", async () => {
    const cloud = looking([[rowOf({ ...other, config_id: ids.configId })]], gone);
    expect(await find(cloud)).toMatchObject({ kind: "fenced" });
  });

  test.each([
    ["the older one is kept", "2026-11-21T08:00:00Z", "2026-11-21T08:00:01Z"],
    ["whatever form the time has", "2026-11-21T08:00:00.100000", "2026-11-21T09:00:00+00:30"],
    ["of the same second the smaller id is kept", "2026-11-21T08:00:00Z", "2026-11-21T08:00:00Z"],
    ["a row without a time counts as the younger one", "2026-11-21T08:00:00Z", null],
  ])("once: %s", async (_name, first, second) => {
    const rows = [rowOf({ ...other, creation_time: second }), rowOf({ creation_time: first })];
    const cloud = looking([rows]);
    expect(await find(cloud)).toMatchObject({ kind: "found", result: { handle: { deploymentId: rowId } } });
    expect(deletions(cloud)).toEqual([`/software_deployments/${other.id}`]);
  });

  test("when a surplus one cannot be deleted, too", async () => {
    const cloud = createScripted((_method, path) =>
      path.startsWith("/software_deployments?")
        ? json(200, { software_deployments: [rowOf(), rowOf({ ...other, creation_time: "2026-11-21T09:00:01Z" })] })
        : path.startsWith("/software_deployments/")
          ? json(403, heatFault(403, "Forbidden"))
          : undefined,
    );
    expect(await find(cloud)).toMatchObject({ kind: "found", result: { handle } });
  });

  test("by its marker, when the very config is used", async () => {
    const asIs = { configId: ids.configId, derived: false, marker: "m1", place };
    const row = rowOf({ config_id: ids.configId, input_values: { drover_operation: "m1" } });
    const strangers = [{}, null, [], "m1", { drover_operation: "m10" }, { other: "m1" }].map((input_values, at) =>
      rowOf({ id: `f${at}`, config_id: ids.configId, input_values, creation_time: "2026-11-21T07:00:00Z" }),
    );
    const cloud = looking([[...strangers, row]]);
    expect(await find(cloud, asIs)).toMatchObject({
      kind: "found",
      result: { handle: { deploymentId: rowId, derived: false } },
      evidence: expect.stringContaining("marker"),
    });
    expect(await find(looking([strangers], gone), asIs)).toEqual({ kind: "absent-so-far" });
    expect(deletions(cloud)).toEqual([]);
  });

  test("and may have ended already", async () => {
    const cloud = looking([[rowOf({ status: "COMPLETE" })]]);
    expect(await find(cloud)).toMatchObject({ kind: "found", result: { ended: { outcome: "succeeded" } } });
  });
});

describe("a derived config whose answer was lost", () => {
  const basisIn = (cloud: Cloud, request = requestFor()) => {
    const basis = cloud.provider.basisOf?.(request, cloud.context());
    if (basis === undefined) throw new Error("Expected a basis");
    return basis;
  };

  test("is found by its name, with the object that it names, and surplus ones go", async () => {
    const cloud = createCloud();
    const basis = basisIn(cloud);
    const prepared = await basis.prepare();
    cloud.emulator.addFault({ method: "POST", path: "*/software_configs", kind: "drop", takesEffect: true, times: 2 });
    for (const nonce of ["first", "second"]) {
      expect(await failureOf(basis.create(intentFor(cloud.time, prepared, { nonce })))).toMatchObject({
        effect: "possible",
      });
      cloud.time.advance(2_000);
    }
    const [first] = cloud.emulator.state.configs().filter(({ name }) => name?.startsWith("drover-"));
    const found = await basis.find(intentFor(cloud.time, prepared, { nonce: "second" }));
    expect(found).toMatchObject({ kind: "found", result: { configId: first?.id } });
    if (found.kind !== "found") return;
    const { signalObject } = found.result as { signalObject: string };
    expect(JSON.stringify(first?.inputs)).toContain(`/${signalObject}?`);
    expect(JSON.stringify(found)).not.toContain("temp_url");
    expect(cloud.emulator.state.configs()).toHaveLength(2);
  });

  test("is absent so far when it is on no page", async () => {
    const cloud = createCloud({ provider: { bounds: { configPageSize: 1 } } });
    for (const name of ["a", "b", "c"]) {
      cloud.emulator.seed.config({ id: `c-${name}`, projectId: ids.openstack.projectId, name });
    }
    const basis = basisIn(cloud);
    const intent = intentFor(cloud.time, await basis.prepare());
    expect(await basis.find(intent)).toEqual({ kind: "absent-so-far" });
    expect(cloud.calls().filter((call) => call === "GET /software_configs").length).toBeGreaterThan(3);
    const result = await basis.create(intent);
    expect(await basis.find(intent)).toMatchObject({ kind: "found", result });
  });

  test("is looked for once more where pages are not known", async () => {
    const names = ["a", "b", "c"].map((name) => ({ id: name, name, creation_time: null }));
    const cloud = createScripted(
      (_method, path) => (path.startsWith("/software_configs?") ? json(200, { software_configs: names }) : undefined),
      { bounds: { configPageSize: 3 } },
    );
    const basis = cloud.provider.basisOf?.(requestFor(), cloud.context());
    expect(await basis?.find(intentFor(cloud.time, {}))).toEqual({ kind: "absent-so-far" });
    expect(cloud.sent.map(({ path }) => path).slice(1)).toEqual([
      "/software_configs?limit=3",
      "/software_configs?limit=3&marker=c",
    ]);
  });

  test("is absent so far when the pages do not end", async () => {
    let page = 0;
    const cloud = createScripted(
      (_method, path) => {
        if (!path.startsWith("/software_configs?")) return undefined;
        page += 1;
        return json(200, { software_configs: [{ id: `c${page}`, name: null }] });
      },
      { bounds: { configPageSize: 1, configPages: 4 } },
    );
    const basis = cloud.provider.basisOf?.(requestFor(), cloud.context());
    expect(await basis?.find(intentFor(cloud.time, {}))).toEqual({ kind: "absent-so-far" });
    expect(page).toBe(4);
  });

  test("that is gone again is absent so far", async () => {
    const request = requestFor();
    const cloud = createScripted((_method, path) =>
      path.startsWith("/software_configs?")
        ? json(200, {
            software_configs: [{ id: derivedId, name: `drover-${operationIdOf(request.source, request.id)}` }],
          })
        : undefined,
    );
    const basis = cloud.provider.basisOf?.(request, cloud.context());
    expect(await basis?.find(intentFor(cloud.time, {}))).toEqual({ kind: "absent-so-far" });
  });
});
