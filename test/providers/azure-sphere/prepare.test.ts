import { describe, expect, test } from "vitest";
import { PermanentError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import type { Fetch } from "../../../lib/providers/exchange.ts";
import { failureOf } from "../support.ts";
import {
  appImage,
  boardImage,
  createFleet,
  type FleetOptions,
  groupId,
  lockedGroupId,
  nextAppImage,
  requestFor,
  rewriting,
  start,
  tenantId,
} from "./support.ts";

const unknownId = "00000000-0000-4000-8000-00000000000f";

async function prepared(options: FleetOptions = {}, request = requestFor()) {
  const fleet = createFleet(options);
  const json = await fleet.provider.prepareDeployment(request, fleet.context());
  return { fleet, json };
}

const refusal = (options: FleetOptions, request = requestFor()) => failureOf(prepared(options, request));

describe("prepare", () => {
  test("takes a baseline that is compact JSON", async () => {
    const { fleet, json } = await prepared({}, requestFor([appImage, boardImage]));
    expect(json).toEqual({ requestedAt: fleet.time.now(), knownBefore: null, known: [], notes: [] });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  test("is of the time that the service has too, while ours waits for a clock that was put back", async () => {
    const fleet = createFleet();
    fleet.time.wallBehindMs = 3_600_000;
    const json = await fleet.provider.prepareDeployment(requestFor(), fleet.context());
    expect(json).toMatchObject({ requestedAt: fleet.time.now() - 3_600_000 });
  });

  test("remembers the current deployment and those of the last minutes, however long the history", async () => {
    const fleet = createFleet({ scenario: { settings: { pageSize: 7 } } });
    for (let index = 0; index < 30; index += 1) {
      await start(fleet, requestFor([index % 2 ? appImage : boardImage]));
      fleet.time.advance(5 * 60_000);
    }
    const json = await fleet.provider.prepareDeployment(requestFor(), fleet.context());
    const newest = fleet.emulator.state
      .deployments(groupId)
      .slice(-3)
      .map(({ id }) => id);
    expect(json).toMatchObject({ known: newest });
    expect(JSON.stringify(json).length).toBeLessThan(300);
  });

  test("asks for all pages, also when the last one repeats its token", async () => {
    for (const lastPageToken of ["null", "repeated"] as const) {
      const fleet = createFleet({
        scenario: { settings: { pageSize: 2, lastPageToken, notStartedMs: 0, inProgressMs: 0 } },
      });
      for (let index = 0; index < 5; index += 1) await start(fleet);
      fleet.emulator.clearRequests();
      const json = await fleet.provider.prepareDeployment(requestFor(), fleet.context());
      const ids = fleet.emulator.state.deployments(groupId).map(({ id }) => id);
      expect(json).toMatchObject({ known: ids });
      const lists = fleet.apiCalls().filter((call) => call.endsWith("/deployments"));
      expect(lists).toHaveLength(3);
    }
  });

  test("refuses a history that never ends, after a bounded number of pages", async () => {
    let page = 0;
    const through = async (request: Request, next: Fetch) => {
      if (!request.url.endsWith("/deployments")) return next(request);
      page += 1;
      return new Response(JSON.stringify({ Items: [], ContinuationToken: `page-${page}` }));
    };
    expect(await refusal({ through, provider: { bounds: { historyPages: 12 } } })).toMatchObject({
      code: "history-too-long",
    });
    expect(page).toBe(12);
  });

  test("refuses a continuation token that no header can carry", async () => {
    const through = rewriting(/\/deployments$/, () => ({ Items: [], ContinuationToken: "a\r\nx-evil: 1" }));
    expect(await refusal({ through })).toMatchObject({
      name: "RetryableError",
      message: expect.stringContaining("ContinuationToken"),
    });
  });

  test("notes an update policy under which no device takes the deployment", async () => {
    const { json } = await prepared({}, requestFor([appImage], lockedGroupId));
    expect(json).toMatchObject({
      notes: [expect.stringMatching(/^The group's update policy is 1 No3rdPartyAppUpdates/)],
    });
    const through = rewriting(/\/devicegroups\/[^/]+$/, (group) => ({ ...group, UpdatePolicy: 2 }));
    expect((await prepared({ through })).json).toMatchObject({ notes: [expect.stringContaining("2 NoUpdates")] });
  });

  test.each([{ Status: "succeeded" }, "Succeeded"])("takes the image status %j", async (status) => {
    const through = rewriting(/\/status$/, () => status);
    await prepared({ through });
  });

  test("takes the plain-string status of the emulator", async () => {
    await prepared({ scenario: { settings: { imageStatusForm: "string" } } });
  });

  test("keeps the reads under way within the bound", async () => {
    let running = 0;
    let most = 0;
    const through = async (request: Request, next: Fetch) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => setImmediate(done));
      const response = await next(request);
      running -= 1;
      return response;
    };
    const images = Array.from(
      { length: 20 },
      (_, index) => `985453bb-0000-4000-8000-0000000001${String(index).padStart(2, "0")}`,
    );
    const seeds = images.map((id) => ({ id, tenantId, name: id, componentId: id }));
    await prepared({ through, scenario: { images: seeds } }, requestFor(images));
    expect(most).toBe(4);
  });
});

describe("prepare refuses", () => {
  test("a device group that does not exist, and says which tenant was meant", async () => {
    const error = await refusal({}, requestFor([appImage], unknownId));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({
      status: 404,
      code: "not-found",
      message: expect.stringContaining("not the Entra directory"),
    });
  });

  test("an image that does not exist", async () => {
    const error = await refusal({}, requestFor([appImage, unknownId]));
    expect(error).toMatchObject({ name: "PermanentError", status: 404 });
    expect(error).toMatchObject({
      message: expect.stringMatching(new RegExp(`^Expected image ${unknownId} .*upload the image`)),
    });
  });

  test.each([0, 1, 9, 13, 28, 99, "10"])("an image of type %j", async (Type) => {
    const through = rewriting(/\/metadata$/, (image) => ({ ...image, Type }));
    expect(await refusal({ through })).toMatchObject({
      code: "image-not-deployable",
      message: expect.stringContaining(
        `of type 10 Applications or 21 CustomerBoardConfig, got type ${JSON.stringify(Type)}`,
      ),
    });
  });

  test.each(["Processing", "Failed", ""])("an image in status %j", async (status) => {
    const through = rewriting(/\/status$/, () => ({ Status: status }));
    expect(await refusal({ through })).toMatchObject({ name: "PermanentError", code: "image-not-ready" });
  });

  test("two images of one component, compared without case", async () => {
    expect(await refusal({}, requestFor([appImage, nextAppImage]))).toMatchObject({
      name: "PermanentError",
      code: "component-twice",
    });
  });

  test.each([
    [/\/metadata$/, "Id", unknownId],
    [/\/devicegroups\/[^/]+$/, "Id", unknownId],
    [/\/devicegroups\/[^/]+$/, "TenantId", unknownId],
  ])("an answer of %s about another %s", async (path, field, value) => {
    const through = rewriting(path, (body) => ({ ...body, [field]: value }));
    expect(await refusal({ through })).toMatchObject({ name: "RetryableError", code: "unreadable-answer-mismatch" });
  });

  test("a tenant in which the identity has no role, and names tenant and connection", async () => {
    const error = await refusal({ scenario: { roles: [] } });
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({
      code: "forbidden",
      message: expect.stringContaining(
        `give the identity of connection sphere-prod a role in Sphere tenant ${tenantId}`,
      ),
    });
  });

  test.each(["devicegroups/*", "*/metadata", "*/status", "*/deployments"])(
    "to go on when %s is out of order",
    async (path) => {
      const fleet = createFleet();
      fleet.emulator.addFault({
        kind: "status",
        status: 503,
        path: path.startsWith("*") ? path : `*/${path}`,
        times: 1,
      });
      expect(await failureOf(fleet.provider.prepareDeployment(requestFor(), fleet.context()))).toBeInstanceOf(
        RetryableError,
      );
      await fleet.provider.prepareDeployment(requestFor(), fleet.context());
    },
  );
});

describe("the provider's errors", () => {
  const failing = async (body: string, status = 400, headers = {}) =>
    refusal({
      through: async (request, next) =>
        request.url.endsWith("/metadata") ? new Response(body, { status, headers }) : next(request),
    });
  const problem = {
    ErrorCode: "InvalidImage",
    Title: "Bad image",
    Detail: "It is broken",
    Extensions: { traceId: "00-abc-def-01" },
  };

  test.each([
    ["an array of problems", JSON.stringify([problem]), '400 InvalidImage "Bad image: It is broken"'],
    [
      "two problems",
      JSON.stringify([problem, { Title: "And more" }]),
      '400 InvalidImage "Bad image: It is broken; And more"',
    ],
    ["one problem", JSON.stringify(problem), '400 InvalidImage "Bad image: It is broken"'],
    ["an ARM error", JSON.stringify({ error: { code: "Busy", message: "Later" } }), '400 Busy "Later"'],
    ["a Message", JSON.stringify({ Message: "No." }), '400 "No."'],
    ["text", "Bad things", '400 "Bad things"'],
    ["an empty array", "[]", '400 "[]"'],
    ["HTML", "<!doctype html><h1>canary", "400 with an HTML page"],
    ["nothing", "", "got 400"],
  ])("are read from %s", async (_name, body, said) => {
    const error = await failing(body);
    expect(error).toMatchObject({ status: 400, message: expect.stringContaining(said) });
    expect(String(error)).not.toContain("canary");
  });

  test("carry the id of the request from the header, or else from the problem", async () => {
    expect(await failing(JSON.stringify([problem]))).toMatchObject({ requestId: "00-abc-def-01" });
    expect(await failing(JSON.stringify([problem]), 400, { "x-ms-request-id": "head-1" })).toMatchObject({
      requestId: "head-1",
    });
  });

  test("are bounded", async () => {
    const error = await failing(JSON.stringify([{ ErrorCode: "E".repeat(30), Title: "word ".repeat(1_000) }]));
    expect(String(error).length).toBeLessThan(500);
  });
});
