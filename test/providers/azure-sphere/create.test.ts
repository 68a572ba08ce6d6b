import { describe, expect, test } from "vitest";
import { PermanentError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { failureOf, settle } from "../support.ts";
import {
  appImage,
  boardImage,
  createFleet,
  type FleetOptions,
  groupId,
  intentFor,
  requestFor,
  rewriting,
  start,
  tenantId,
} from "./support.ts";

const creates = { method: "POST", path: "*/deployments" } as const;

async function ready(options: FleetOptions = {}, attempt = 1) {
  const fleet = createFleet(options);
  const request = requestFor();
  const prepared = await fleet.provider.prepareDeployment(request, fleet.context());
  fleet.emulator.clearRequests();
  fleet.sent.length = 0;
  const create = () =>
    fleet.provider.createDeployment(request, intentFor(fleet.time, prepared, { attempt }), fleet.context());
  return { fleet, request, prepared, create };
}

describe("create", () => {
  test("posts the bare array of image ids once, in the documented casing", async () => {
    const fleet = createFleet();
    const bodies: string[] = [];
    const { started } = await start(
      createFleet({
        through: async (request, next) => {
          if (request.method === "POST" && request.url.endsWith("/deployments")) {
            bodies.push(`${request.url} ${request.headers.get("content-type")} ${await request.clone().text()}`);
          }
          return next(request);
        },
        provider: { clock: fleet.time },
      }),
      requestFor([appImage, boardImage]),
    );
    const url = `https://prod.core.sphere.azure.net/v2/tenants/${tenantId}/devicegroups/${groupId}/deployments`;
    expect(bodies).toEqual([`${url} application/json ["${appImage}","${boardImage}"]`]);
    expect(started.handle).toEqual({ operationId: expect.any(String), deviceGroupId: groupId });
    expect(started.ids).toEqual(started.handle);
  });

  test("passes on Retry-After and the request's id", async () => {
    const settings = { retryAfterSeconds: 4, traceIdHeader: "x-ms-request-id", locationHeader: true };
    const { create } = await ready({ scenario: { settings } });
    expect(await create()).toMatchObject({ retryAfterMs: 4_000, requestId: expect.any(String) });
  });

  test.each([
    [400, PermanentError, "none"],
    [403, UnauthorizedError, "none"],
    [404, PermanentError, "none"],
    [408, RetryableError, "possible"],
    [409, PermanentError, "none"],
    [413, PermanentError, "none"],
    [425, RetryableError, "none"],
    [429, RetryableError, "none"],
    [500, RetryableError, "possible"],
    [502, RetryableError, "possible"],
    [503, RetryableError, "possible"],
    [504, RetryableError, "possible"],
  ] as const)(
    "answers %i with the right class and proof, in every form of body",
    async (status, errorClass, effect) => {
      for (const body of ["problem", "object", "html", "text", "empty"] as const) {
        const { fleet, create } = await ready();
        fleet.emulator.addFault({ kind: "status", status, body, retryAfterSeconds: 3, ...creates });
        const error = await failureOf(create());
        expect(error).toBeInstanceOf(errorClass);
        expect(error).toMatchObject({ status, effect, provider: "azure-sphere", operation: "create-deployment" });
        if (error instanceof RetryableError) expect(error.retryAfterMs).toBe(3_000);
        expect(fleet.apiCalls()).toHaveLength(1);
      }
    },
  );

  test.each([200, 201, 204])("takes %i for a possible effect, and not for a success", async (status) => {
    const { fleet, create } = await ready();
    fleet.emulator.addFault({ kind: "status", status, body: "object", ...creates });
    expect(await failureOf(create())).toMatchObject({ name: "RetryableError", effect: "possible", status });
  });

  test("takes a whole operation with status 200 for no success", async () => {
    const { create } = await ready({
      through: async (request, next) => {
        const response = await next(request);
        return request.method === "POST" && response.status === 202 ? new Response(response.body) : response;
      },
    });
    expect(await failureOf(create())).toMatchObject({ name: "RetryableError", effect: "possible", status: 200 });
  });

  test.each([
    ["drop", "connection-lost"],
    ["cut-json", "unreadable-answer-cut-off-json"],
    ["cut-connection", "unreadable-answer-cut-off"],
  ] as const)("takes a %s for a possible effect, and sends nothing more", async (kind, code) => {
    const { fleet, create } = await ready();
    fleet.emulator.addFault({ kind, ...creates });
    expect(await failureOf(create())).toMatchObject({ name: "RetryableError", effect: "possible", code });
    expect(fleet.apiCalls()).toHaveLength(1);
  });

  test("gives up after the settling's time-out, with a possible effect", async () => {
    const { fleet, create } = await ready({ provider: { settling: { requestTimeoutMs: 7_000 } } });
    fleet.emulator.addFault({ kind: "silence", takesEffect: true, ...creates });
    const failed = failureOf(create());
    await settle();
    fleet.time.advance(7_000);
    expect(await failed).toMatchObject({ code: "timed-out", effect: "possible" });
  });

  test.each([
    ["no operation id", { OperationId: null }],
    ["an operation id that is none", { OperationId: "../../images" }],
    ["another tenant", { TenantId: "00000000-0000-4000-8000-00000000000f" }],
    ["another type of operation", { OperationType: 7 }],
  ])("takes a 202 with %s for a possible effect", async (_name, change) => {
    const { create } = await ready({
      through: rewriting(/\/deployments$/, (body) => ({ ...body, ...change }), "POST"),
    });
    expect(await failureOf(create())).toMatchObject({ name: "RetryableError", effect: "possible", status: 202 });
  });

  test("takes a 202 for a success that says little more than the operation's id", async () => {
    const { create } = await ready({
      through: rewriting(/\/deployments$/, ({ OperationId }) => ({ OperationId, State: "Weird" }), "POST"),
    });
    expect(await create()).toMatchObject({ requestId: "rewritten" });
  });

  test("looks for its own earlier attempt behind the conflict of a later one", async () => {
    const { fleet, create } = await ready({}, 2);
    fleet.emulator.addFault({ kind: "status", status: 409, ...creates });
    expect(await failureOf(create())).toMatchObject({ name: "RetryableError", code: "conflict", effect: "possible" });
  });
});

describe("a refused token", () => {
  test("lets a create end without effect, logs in once, and the next attempt passes", async () => {
    const { fleet, create } = await ready();
    fleet.emulator.revokeTokens();
    expect(await failureOf(create())).toMatchObject({ name: "RetryableError", code: "token-refused", effect: "none" });
    expect(fleet.emulator.requests().map(({ status }) => status)).toEqual([401, 200]);
    expect(await create()).toMatchObject({ handle: { deviceGroupId: groupId } });
    expect(fleet.emulator.state.acceptedCreates()).toBe(1);
  });

  test("asks for a person when the new one is refused too, as often as it is tried", async () => {
    const { fleet, create } = await ready();
    fleet.emulator.addFault({ kind: "status", status: 401, body: "empty", ...creates });
    expect(await failureOf(create())).toBeInstanceOf(RetryableError);
    for (let time = 0; time < 3; time += 1) {
      const error = await failureOf(create());
      expect(error).toBeInstanceOf(UnauthorizedError);
      expect(error).toMatchObject({ effect: "none", message: expect.stringContaining("check scope and clientId") });
    }
  });

  test("tells creates that ran with the same old token the same", async () => {
    const { fleet, create } = await ready();
    fleet.emulator.revokeTokens();
    const errors = await Promise.all([failureOf(create()), failureOf(create())]);
    for (const error of errors) expect(error).toBeInstanceOf(RetryableError);
    expect(fleet.emulator.requests().filter(({ path }) => path.endsWith("/token"))).toHaveLength(1);
  });

  test("has no effect when the new login fails", async () => {
    const { fleet, create } = await ready();
    fleet.emulator.revokeTokens();
    fleet.emulator.addFault({ kind: "status", status: 503, path: "*/token" });
    expect(await failureOf(create())).toMatchObject({ effect: "none", status: 503 });
  });

  test("lets a read log in once and pass", async () => {
    const { fleet, request } = await ready();
    fleet.emulator.revokeTokens();
    await fleet.provider.prepareDeployment(request, fleet.context());
    expect(fleet.emulator.requests().filter(({ path }) => path.endsWith("/token"))).toHaveLength(1);
  });

  test("lets a read log in once and no more", async () => {
    const fleet = createFleet();
    const { request, started, intent } = await start(fleet);
    fleet.emulator.clearRequests();
    fleet.emulator.addFault({ kind: "status", status: 401, body: "empty", path: "/v2/*" });
    const error = await failureOf(fleet.provider.poll(request, started.handle, intent, fleet.context()));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(fleet.emulator.requests().map(({ status }) => status)).toEqual([401, 200, 401]);
  });
});

describe("the time to send", () => {
  async function lateLogin(delay: (fleet: ReturnType<typeof createFleet>) => void) {
    const fleet = createFleet({
      through: async (request, next) => {
        if (slow && request.url.endsWith("/token")) delay(fleet);
        return next(request);
      },
    });
    let slow = false;
    const request = requestFor();
    const prepared = await fleet.provider.prepareDeployment(request, fleet.context());
    slow = true;
    fleet.time.advance(3_590_000);
    fleet.emulator.clearRequests();
    const error = await failureOf(
      fleet.provider.createDeployment(request, intentFor(fleet.time, prepared), fleet.context()),
    );
    expect(error).toMatchObject({ name: "RetryableError", code: "too-late-to-send", effect: "none" });
    expect(fleet.apiCalls()).toEqual([]);
  }

  test("is over when the login before took too long", async () => {
    await lateLogin(({ time }) => time.advance(10_001));
  });

  test("is over by the wall clock when the machine slept meanwhile", async () => {
    await lateLogin(({ time }) => time.jump(10_001));
  });

  test("is over by the monotonic clock when the wall clock was set back meanwhile", async () => {
    await lateLogin(({ time }) => {
      time.advance(10_001);
      time.jump(-60_000);
    });
  });

  test("is kept when a failed login sends nothing", async () => {
    const fleet = createFleet();
    fleet.emulator.addFault({ kind: "silence", path: "*/token" });
    const failed = failureOf(fleet.provider.createDeployment(requestFor(), intentFor(fleet.time, {}), fleet.context()));
    await settle();
    fleet.time.advance(30_000);
    expect(await failed).toMatchObject({ effect: "none", code: "timed-out" });
    expect(fleet.apiCalls()).toEqual([]);
  });
});
