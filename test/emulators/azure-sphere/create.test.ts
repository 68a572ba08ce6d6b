import { describe, expect, it } from "vitest";
import { Harness, ids, type OperationWire, type ProblemWire, type Reply, START_MS } from "./harness.ts";

const later = (ms: number): string => `${new Date(START_MS + ms).toISOString().slice(0, -1)}0000Z`;

function expectProblem(reply: Reply<unknown>, status: number, errorCode: string): void {
  expect(reply.status).toBe(status);
  expect(reply.headers.get("content-type")).toContain("application/json");
  const problems: ProblemWire[] = JSON.parse(reply.text);
  expect(problems).toEqual([
    {
      Type: expect.any(String),
      Title: expect.any(String),
      Status: status,
      Detail: expect.any(String),
      Instance: null,
      ErrorCode: errorCode,
      Extensions: {},
    },
  ]);
}

describe("creating a deployment", () => {
  it("answers 202 and a full operation with integers and explicit nulls", async () => {
    const harness = new Harness();
    const { status, body, headers } = await harness.create();
    expect(status).toBe(202);
    expect(body).toEqual({
      OperationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      TenantId: ids.tenant,
      OperationType: 5,
      State: 0,
      Error: null,
      CreatedDateUTC: later(0),
      StartedDateUTC: null,
      CompletedDateUTC: null,
      ResourceLocation: null,
      DetailsLocation: `/v2/tenants/${ids.tenant}/operationTypes/deploytodevicegroup/operations/${body.OperationId}`,
    });
    expect(headers.get("location")).toBeNull();
    expect(headers.get("retry-after")).toBeNull();
  });

  it("advances the state with the clock", async () => {
    const harness = new Harness();
    const { body } = await harness.create();
    const at = async (ms: number): Promise<OperationWire> => {
      harness.nowMs = START_MS + ms;
      return (await harness.operation(body.OperationId)).body;
    };
    expect(await at(999)).toMatchObject({ State: 0, StartedDateUTC: null, CompletedDateUTC: null });
    expect(await at(1_000)).toMatchObject({ State: 1, StartedDateUTC: later(1_000), CompletedDateUTC: null });
    expect(await at(4_999)).toMatchObject({ State: 1, ResourceLocation: null });
    expect(await at(5_000)).toMatchObject({ State: 2, CompletedDateUTC: later(5_000), Error: null });
  });

  it("does not advance the state by reading it", async () => {
    const harness = new Harness();
    const { body } = await harness.create();
    for (let read = 0; read < 20; read++) {
      expect((await harness.operation(body.OperationId)).body.State).toBe(0);
    }
  });

  it("does not undo a state when the clock jumps back", async () => {
    const harness = new Harness();
    const { body } = await harness.create();
    harness.tick(1_000);
    expect((await harness.operation(body.OperationId)).body.State).toBe(1);
    harness.tick(-900);
    expect((await harness.operation(body.OperationId)).body.State).toBe(1);
  });

  it("makes the deployment exist and be current only at completion", async () => {
    const harness = new Harness();
    const { body } = await harness.create([ids.app, ids.board]);
    harness.tick(4_999);
    expect((await harness.group()).body.CurrentDeployment).toBeNull();
    expect((await harness.history()).body.Items).toEqual([]);
    harness.tick(1);
    const { ResourceLocation } = (await harness.operation(body.OperationId)).body;
    const current = (await harness.group()).body.CurrentDeployment;
    expect(current).toEqual({
      Id: expect.any(String),
      TenantId: ids.tenant,
      DeployedImages: [ids.app, ids.board],
      DeploymentDateUtc: later(5_000),
    });
    expect(ResourceLocation).toBe(`/v2/tenants/${ids.tenant}/deployments/${current?.Id}`);
    expect((await harness.ask(ResourceLocation ?? "")).body).toEqual(current);
    expect((await harness.history()).body).toEqual({ Items: [current], ContinuationToken: null });
  });

  it("dates a completion by its own time however late anybody looks", async () => {
    const harness = new Harness();
    const { body } = await harness.create();
    harness.tick(3_600_000);
    expect((await harness.operation(body.OperationId)).body.CompletedDateUTC).toBe(later(5_000));
  });

  it("completes at once when both durations are zero", async () => {
    const harness = new Harness();
    harness.emulator.configure({ notStartedMs: 0, inProgressMs: 0 });
    const { body } = await harness.create();
    expect((await harness.operation(body.OperationId)).body.State).toBe(2);
    expect((await harness.history()).body.Items).toHaveLength(1);
  });

  it("accepts the same create twice", async () => {
    const harness = new Harness();
    const first = await harness.create();
    const second = await harness.create();
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body.OperationId).not.toBe(first.body.OperationId);
    harness.tick(5_000);
    const { Items } = (await harness.history()).body;
    expect(new Set(Items.map(({ Id }) => Id)).size).toBe(2);
  });

  it("makes the later completion of two concurrent creates current", async () => {
    const harness = new Harness();
    harness.emulator.script({ imageId: ids.app, times: 1, result: "complete", inProgressMs: 60_000 });
    await harness.create([ids.app]);
    await harness.create([ids.board]);
    harness.tick(10_000);
    expect((await harness.group()).body.CurrentDeployment?.DeployedImages).toEqual([ids.board]);
    harness.tick(60_000);
    expect((await harness.group()).body.CurrentDeployment?.DeployedImages).toEqual([ids.app]);
  });

  it("matches paths without case", async () => {
    const harness = new Harness();
    const path = `/V2/Tenants/${ids.tenant.toUpperCase()}/deviceGROUPS/${ids.group.toUpperCase()}/Deployments`;
    const { status, body } = await harness.ask<OperationWire>(path, { method: "POST", body: [ids.app] });
    expect(status).toBe(202);
    const details = `/v2/tenants/${ids.tenant}/operationtypes/DeployToDeviceGroup/OPERATIONS/${body.OperationId}`;
    expect((await harness.ask(details)).status).toBe(200);
  });
});

describe("a refused create", () => {
  it.each([
    ["an object", { images: [ids.app] }],
    ["an empty array", []],
    ["an element that is no string", [ids.app, 7]],
    ["a malformed image id", ["not-a-uuid"]],
    ["no JSON", "[oops"],
    ["a bare string", JSON.stringify(ids.app)],
  ])("answers 400 for %s", async (_what, body) => {
    const harness = new Harness();
    expectProblem(await harness.create(body), 400, "BadRequest");
    expect(harness.emulator.state.operations()).toEqual([]);
  });

  it("answers 400 for a malformed id in the path", async () => {
    const harness = new Harness();
    expectProblem(await harness.create([ids.app], "123"), 400, "BadRequest");
    expectProblem(await harness.ask("/v2/tenants/123/images"), 400, "BadRequest");
    expectProblem(await harness.operation("123"), 400, "BadRequest");
  });

  it("answers 404 with an array of problems for unknown ids", async () => {
    const harness = new Harness();
    expectProblem(await harness.create([ids.app], ids.nobody), 404, "NotFound");
    expectProblem(await harness.create([ids.app], ids.foreignGroup), 404, "NotFound");
    expectProblem(await harness.operation(ids.nobody), 404, "NotFound");
    expectProblem(await harness.tenant(`/deployments/${ids.nobody}`), 404, "NotFound");
    expectProblem(await harness.tenant(`/images/${ids.nobody}/metadata`), 404, "NotFound");
    expectProblem(await harness.ask(`/v2/tenants/${ids.nobody}/images`), 404, "NotFound");
    expectProblem(await harness.ask("/v2/nothing"), 404, "NotFound");
  });

  it("answers 404 in one tenant for what exists in another", async () => {
    const harness = new Harness();
    harness.emulator.seed.role({ tenantId: ids.otherTenant, objectId: ids.clientObject, roleNames: ["Contributor"] });
    const { OperationId, ResourceLocation } = await harness.run();
    const elsewhere = `/v2/tenants/${ids.otherTenant}`;
    expectProblem(await harness.ask(`${elsewhere}/operations/${OperationId}`), 404, "NotFound");
    expectProblem(await harness.ask((ResourceLocation ?? "").replace(ids.tenant, ids.otherTenant)), 404, "NotFound");
    expectProblem(await harness.ask(`${elsewhere}/devicegroups/${ids.group}/deployments`), 404, "NotFound");
    expectProblem(await harness.ask(`${elsewhere}/images/${ids.app}/metadata`), 404, "NotFound");
  });

  it("answers 405 with the allowed methods and 415 for another content type", async () => {
    const harness = new Harness();
    const put = await harness.create([ids.app], ids.group, { method: "PUT" });
    expectProblem(put, 405, "MethodNotAllowed");
    expect(put.headers.get("allow")).toBe("POST, GET");
    const text = await harness.create([ids.app], ids.group, { headers: { "content-type": "text/plain" } });
    expectProblem(text, 415, "UnsupportedMediaType");
  });
});

describe("switches for what the public pages leave open", () => {
  it("makes pointers absolute or absent", async () => {
    const harness = new Harness();
    harness.emulator.configure({ pointers: "absolute" });
    const operation = await harness.run();
    expect(operation.ResourceLocation).toMatch(
      /^https:\/\/prod\.core\.sphere\.azure\.net\/v2\/tenants\/.*\/deployments\//,
    );
    expect(operation.DetailsLocation).toMatch(/^https:\/\/prod\.core\.sphere\.azure\.net\/v2\//);
    harness.emulator.configure({ pointers: "absent" });
    expect(await harness.run()).toMatchObject({ ResourceLocation: null, DetailsLocation: null });
  });

  it("adds Retry-After until the end, Location, other headers and a trace id", async () => {
    const harness = new Harness();
    harness.emulator.configure({
      retryAfterSeconds: 3,
      locationHeader: true,
      extraHeaders: { "api-supported-versions": "2" },
      traceIdHeader: "x-trace",
    });
    const { headers, body } = await harness.create();
    expect(headers.get("retry-after")).toBe("3");
    expect(headers.get("location")).toBe(`/v2/tenants/${ids.tenant}/operations/${body.OperationId}`);
    expect(headers.get("api-supported-versions")).toBe("2");
    expect(headers.get("x-trace")).toMatch(/^[0-9a-f-]{36}$/);
    harness.tick(5_000);
    expect((await harness.operation(body.OperationId)).headers.get("retry-after")).toBeNull();
  });

  it("reports other forms of dates and a clock that is not ours", async () => {
    const harness = new Harness();
    harness.emulator.configure({ dateForm: "milliseconds", clockSkewMs: -90_000 });
    expect((await harness.create()).body.CreatedDateUTC).toBe("2026-11-21T03:58:30.000Z");
    harness.emulator.configure({ dateForm: "without-offset", clockSkewMs: 0 });
    expect((await harness.create()).body.CreatedDateUTC).toBe("2026-11-21T04:00:00.000");
  });

  it("refuses a repeated create with 409 or with a failed operation", async () => {
    const harness = new Harness();
    harness.emulator.configure({ duplicateCreate: "conflict" });
    await harness.create([ids.app, ids.board]);
    expect((await harness.create([ids.board, ids.app])).status).toBe(409);
    expect((await harness.create([ids.app])).status).toBe(202);
    expect((await harness.create([ids.app, ids.board], ids.otherGroup)).status).toBe(202);
    harness.tick(5_000);
    expect((await harness.create([ids.app])).status).toBe(409);
    harness.emulator.configure({ duplicateCreate: "fail" });
    expect(await harness.run([ids.app])).toMatchObject({ State: 3, Error: { Code: 7 } });
  });

  it("forgets every operation after the retention", async () => {
    const harness = new Harness();
    harness.emulator.configure({ operationRetentionMs: 1_000 });
    const { OperationId } = await harness.run();
    harness.tick(999);
    expect((await harness.operation(OperationId)).status).toBe(200);
    harness.tick(1);
    expect((await harness.operation(OperationId)).status).toBe(404);
  });

  it("serves the global operation path only on request", async () => {
    const harness = new Harness();
    const { OperationId } = await harness.run();
    expect((await harness.ask(`/v2/operations/${OperationId}`)).status).toBe(404);
    harness.emulator.configure({ globalOperations: true });
    expect((await harness.ask<OperationWire>(`/v2/operations/${OperationId}`)).body.State).toBe(2);
  });

  it("answers 403 for an unknown tenant and names errors as told", async () => {
    const harness = new Harness();
    harness.emulator.configure({ unknownTenantStatus: 403, errorCodeNames: { 403: "TenantAccessDenied" } });
    expectProblem(await harness.ask(`/v2/tenants/${ids.nobody}/images`), 403, "TenantAccessDenied");
  });

  it("limits the rate within a window", async () => {
    const harness = new Harness();
    await harness.create();
    harness.emulator.configure({ rateLimit: { requests: 2, perMs: 10_000, sendRetryAfter: true } });
    expect((await harness.group()).status).toBe(200);
    expect((await harness.group()).status).toBe(200);
    harness.tick(4_000);
    const refused = await harness.group();
    expectProblem(refused, 429, "TooManyRequests");
    expect(refused.headers.get("retry-after")).toBe("6");
    harness.tick(6_000);
    expect((await harness.group()).status).toBe(200);
  });

  it("spells deployed image ids in upper case", async () => {
    const harness = new Harness();
    harness.emulator.configure({ imageIdCase: "upper" });
    await harness.run();
    expect((await harness.history()).body.Items[0]?.DeployedImages).toEqual([ids.app.toUpperCase()]);
  });
});
