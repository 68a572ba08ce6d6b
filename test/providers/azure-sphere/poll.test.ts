import { describe, expect, test } from "vitest";
import { RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { operationErrorCodes, operationStates } from "../../../lib/providers/azure-sphere/status.ts";
import { failureOf } from "../support.ts";
import {
  appImage,
  createFleet,
  type FleetOptions,
  groupId,
  nextAppImage,
  requestFor,
  rewriting,
  start,
} from "./support.ts";

const operationPath = /\/operations\/[^/]+$/;

async function polled(options: FleetOptions, prepare?: (fleet: ReturnType<typeof createFleet>) => void) {
  const fleet = createFleet(options);
  prepare?.(fleet);
  const { request, intent, started } = await start(fleet);
  const poll = () => fleet.provider.poll(request, started.handle, intent, fleet.context());
  return { fleet, request, intent, started, poll };
}

const answered = (body: Record<string, unknown>) =>
  polled({ through: rewriting(operationPath, (operation) => ({ ...operation, ...body })) });

describe("the states of an operation", () => {
  test("are five, as the reference numbers them", () => {
    expect(Object.entries(operationStates).map(([value, { name, outcome }]) => [value, name, outcome])).toEqual([
      ["0", "NotStarted", undefined],
      ["1", "InProgress", undefined],
      ["2", "Complete", "succeeded"],
      ["3", "Failed", "failed"],
      ["4", "CompleteWithErrors", "partially-succeeded"],
    ]);
    for (const { see } of Object.values(operationStates)) expect(see).toMatch(/^https:\/\/learn\.microsoft\.com\//);
  });

  test("go from NotStarted over InProgress to Complete, one read each", async () => {
    const { fleet, poll } = await polled({});
    fleet.emulator.clearRequests();
    expect(await poll()).toEqual({ kind: "in-progress", status: "NotStarted" });
    fleet.time.advance(1_000);
    expect(await poll()).toEqual({ kind: "in-progress", status: "InProgress" });
    fleet.time.advance(4_000);
    expect(await poll()).toMatchObject({ kind: "ended", status: "Complete", outcome: "succeeded" });
    expect(fleet.apiCalls()).toHaveLength(3);
  });

  test.each(Object.entries(operationStates))("%s maps to its row", async (value, { name, outcome }) => {
    const { poll } = await answered({ State: Number(value) });
    const expected = outcome ? { kind: "ended", status: name, outcome } : { kind: "in-progress", status: name };
    expect(await poll()).toMatchObject(expected);
  });

  test.each([
    [5, "unknown State 5"],
    [-1, "unknown State -1"],
    [2.5, "unknown State 2.5"],
    ["Complete", 'unknown State "Complete"'],
    ["2", 'unknown State "2"'],
    [null, "unknown State null"],
    [undefined, "unknown State nothing"],
    [{ a: 1 }, "unknown State an object"],
    ["toString", 'unknown State "toString"'],
    [`evil\u001b[31m ${"x".repeat(500)}`, 'unknown State "evil [31m [removed]"'],
  ])("unknown %j is quoted and stays unclear", async (State, status) => {
    const { poll } = await answered({ State });
    expect(await poll()).toMatchObject({ kind: "unclear", status, requestId: "rewritten" });
  });

  test("a Retry-After is passed on", async () => {
    const { poll } = await polled({ scenario: { settings: { retryAfterSeconds: 17 } } });
    expect(await poll()).toEqual({ kind: "in-progress", status: "NotStarted", retryAfterMs: 17_000 });
  });
});

describe("success", () => {
  test("says targeted, not installed", async () => {
    const { fleet, poll, started } = await polled({});
    fleet.time.advance(5_000);
    const deploymentId = fleet.emulator.state.currentDeployment(groupId)?.id;
    expect(await poll()).toMatchObject({
      ids: { ...started.ids, deploymentId },
      reason: expect.stringContaining("targeted"),
      result: {
        deploymentId,
        deviceGroupId: groupId,
        images: [appImage],
        state: "targeted",
        meaning: expect.stringContaining("not installed"),
      },
    });
  });

  test("takes an absolute pointer to the own endpoint", async () => {
    const { fleet, poll } = await polled({ scenario: { settings: { pointers: "absolute" } } });
    fleet.time.advance(5_000);
    const deploymentId = fleet.emulator.state.currentDeployment(groupId)?.id;
    expect(await poll()).toMatchObject({ result: { deploymentId } });
  });

  test("ignores and notes a foreign pointer, and never follows it", async () => {
    const { fleet, poll } = await polled({}, ({ emulator }) => {
      emulator.addFault({ kind: "foreign-pointers", origin: "https://evil.example", path: "*/operations/*" });
    });
    fleet.time.advance(5_000);
    const seen = await poll();
    expect(seen).toMatchObject({ outcome: "succeeded", result: { notes: [expect.stringContaining("evil.example")] } });
    expect(seen).not.toHaveProperty("result.deploymentId");
    expect(fleet.sent.filter(({ url }) => url.includes("evil"))).toEqual([]);
  });

  test.each([
    ["absent", null],
    ["unreadable", "https://[nope"],
    [
      "of another tenant",
      "/v2/tenants/00000000-0000-4000-8000-00000000000f/deployments/7f3b0000-0000-4000-8000-000000000001",
    ],
    ["no deployment", "/v2/tenants/x/images/7f3b0000-0000-4000-8000-000000000001"],
    ["without a scheme", "//evil.example/v2/tenants/x/deployments/7f3b0000-0000-4000-8000-000000000001"],
  ])("does without a pointer that is %s", async (_name, ResourceLocation) => {
    const { poll } = await answered({ State: 2, ResourceLocation });
    const seen = await poll();
    expect(seen).toMatchObject({ outcome: "succeeded" });
    expect(seen).not.toHaveProperty("result.deploymentId");
  });

  test("does not fail on a note that another release has written otherwise", async () => {
    const { fleet, request, intent, started } = await polled({});
    fleet.time.advance(5_000);
    const newer = { ...intent, prepared: { v: 9 } };
    expect(await fleet.provider.poll(request, started.handle, newer, fleet.context())).toMatchObject({
      outcome: "succeeded",
    });
  });

  test("repeats what was noted about the update policy", async () => {
    const fleet = createFleet();
    const request = requestFor([appImage], "c4b1067f-0000-4000-8000-000000000002");
    const { intent, started } = await start(fleet, request);
    fleet.time.advance(5_000);
    expect(await fleet.provider.poll(request, started.handle, intent, fleet.context())).toMatchObject({
      outcome: "succeeded",
      reason: expect.stringContaining("update policy is 1 No3rdPartyAppUpdates"),
      result: { notes: [expect.stringContaining("no device takes it")] },
    });
  });
});

describe("failure", () => {
  test.each(Object.entries(operationErrorCodes))("with Error.Code %s maps to its row", async (value, row) => {
    const { fleet, poll } = await polled({}, ({ emulator }) => {
      emulator.script({ result: "failed", errorCode: Number(value), errorMessage: "It broke." });
    });
    fleet.time.advance(5_000);
    expect(await poll()).toMatchObject({
      kind: "ended",
      outcome: "failed",
      status: "Failed",
      code: row.code,
      reason: `Azure Sphere ended the deployment as Failed with ${value} ${row.name} "It broke.": ${row.advice}`,
      result: { error: { code: Number(value), name: row.name, message: "It broke.", permanent: row.permanent } },
    });
    expect(row.advice).toMatch(/^[a-z][^.]*$/);
    expect(row.see).toMatch(/^https:/);
  });

  test("has nine error codes, numbered from 0", () => {
    expect(Object.entries(operationErrorCodes).map(([value, { name }]) => `${value} ${name}`)).toEqual([
      "0 OperationFailed",
      "1 TenantInMigration",
      "2 TenantMigrationRequired",
      "3 ClientUpdateRequired",
      "4 InternalServerError",
      "5 BadRequest",
      "6 Forbidden",
      "7 Conflict",
      "8 NotFound",
    ]);
  });

  test("without a message says the code alone", async () => {
    const { fleet, poll } = await polled({}, ({ emulator }) => {
      emulator.script({ result: "failed", errorCode: 8, errorMessage: null });
    });
    fleet.time.advance(5_000);
    expect(await poll()).toMatchObject({ code: "not-found", result: { error: { message: null } } });
  });

  test.each([
    [null, "no error named"],
    [{ Code: 9, Message: "new" }, 'the unknown error code 9 "new"'],
    [{ Code: "NotFound" }, 'the unknown error code "NotFound"'],
    [{}, "the unknown error code nothing"],
  ])("with the unexpected error %j is still a failure", async (error, said) => {
    const { poll } = await answered({ State: 3, Error: error });
    expect(await poll()).toMatchObject({
      outcome: "failed",
      code: "unknown-error-code",
      reason: `Azure Sphere ended the deployment as Failed with ${said}`,
    });
  });

  test("bounds and cleans the message", async () => {
    const Message = `See https://x.example/i?sig=canary Bearer canary\u0007 ${"word ".repeat(300)}`;
    const { poll } = await answered({ State: 3, Error: { Code: 0, Message } });
    const seen = JSON.stringify(await poll());
    expect(seen).not.toMatch(/canary|\\u0007/);
    expect(seen.length).toBeLessThan(1_500);
  });
});

describe("completion with errors", () => {
  const script = {
    result: "complete-with-errors",
    errorMessage: "Some failed.",
    detailsMessage: "2 of 40 failed.",
  } as const;

  test("is a partial success with its details read", async () => {
    const { fleet, poll, started } = await polled({}, ({ emulator }) => void emulator.script(script));
    fleet.time.advance(5_000);
    fleet.emulator.clearRequests();
    expect(await poll()).toMatchObject({
      outcome: "partially-succeeded",
      status: "CompleteWithErrors",
      code: "complete-with-errors",
      reason: expect.stringContaining('"Some failed."; details: 0 OperationFailed "2 of 40 failed."'),
      result: { state: "partly-targeted", error: { message: "Some failed." }, details: { message: "2 of 40 failed." } },
    });
    expect(fleet.apiCalls().map((call) => call.replace(started.ids["operationId"] ?? "?", "{operationId}"))).toEqual([
      "GET /v2/tenants/768c2cd6-0000-4000-8000-000000000001/operations/{operationId}",
      "GET /v2/tenants/768c2cd6-0000-4000-8000-000000000001/operationTypes/deploytodevicegroup/operations/{operationId}",
    ]);
  });

  test("waits for its details through an outage, but not for ever", async () => {
    const { fleet, poll } = await polled({}, ({ emulator }) => {
      emulator.script(script);
      emulator.addFault({ kind: "status", status: 503, path: "*/operationTypes/*" });
    });
    fleet.time.advance(5_000);
    expect(await failureOf(poll())).toBeInstanceOf(RetryableError);
    fleet.time.advance(10 * 60_000);
    expect(await poll()).toMatchObject({
      outcome: "partially-succeeded",
      reason: expect.stringContaining("details could not be read"),
      result: { details: null },
    });
  });

  test("does without details that are refused", async () => {
    const { fleet, poll } = await polled({}, ({ emulator }) => {
      emulator.script(script);
      emulator.addFault({ kind: "status", status: 404, path: "*/operationTypes/*" });
    });
    fleet.time.advance(5_000);
    expect(await poll()).toMatchObject({ outcome: "partially-succeeded", result: { details: null } });
  });
});

describe("a poll that cannot be read", () => {
  test.each([400, 405, 409, 413])("is unclear and no failure of the deployment: %i", async (status) => {
    const { fleet, poll } = await polled({});
    fleet.emulator.addFault({ kind: "status", status, path: "*/operations/*" });
    expect(await poll()).toMatchObject({ kind: "unclear", status: expect.stringContaining(`got ${status}`) });
  });

  test.each([
    [403, UnauthorizedError],
    [429, RetryableError],
    [500, RetryableError],
    [503, RetryableError],
  ])("is tried again later: %i", async (status, errorClass) => {
    const { fleet, poll } = await polled({});
    fleet.emulator.addFault({ kind: "status", status, path: "*/operations/*", retryAfterSeconds: 5, times: 1 });
    expect(await failureOf(poll())).toBeInstanceOf(errorClass);
    expect(await poll()).toMatchObject({ kind: "in-progress" });
  });

  test.each(["html", "empty", "text"] as const)("is tried again later when it is %s with status 200", async (body) => {
    const { fleet, poll } = await polled({});
    fleet.emulator.addFault({ kind: "status", status: 200, body, path: "*/operations/*" });
    expect(await failureOf(poll())).toMatchObject({ name: "RetryableError", effect: "none" });
  });

  test.each([
    ["OperationId", "00000000-0000-4000-8000-00000000000f"],
    ["TenantId", "00000000-0000-4000-8000-00000000000f"],
  ])("is refused when its %s is another one", async (field, value) => {
    const { poll } = await answered({ [field]: value, State: 2 });
    expect(await failureOf(poll())).toMatchObject({ code: "unreadable-answer-mismatch" });
  });

  test("compares ids without case", async () => {
    const { poll } = await polled({
      through: rewriting(operationPath, (operation) => ({
        ...operation,
        OperationId: String(operation["OperationId"]).toUpperCase(),
        TenantId: String(operation["TenantId"]).toUpperCase(),
      })),
    });
    expect(await poll()).toMatchObject({ kind: "in-progress" });
  });
});

describe("an operation that the service has forgotten", () => {
  const settings = { operationRetentionMs: 1_000 };

  test("is recovered from the group's history", async () => {
    const { fleet, poll } = await polled({ scenario: { settings } });
    fleet.time.advance(60_000);
    expect(await poll()).toMatchObject({
      kind: "ended",
      outcome: "succeeded",
      result: {
        deploymentId: fleet.emulator.state.currentDeployment(groupId)?.id,
        notes: [expect.stringContaining("appeared after the request")],
      },
    });
  });

  test("stays unclear when the history does not have it", async () => {
    const { fleet, poll } = await polled({ scenario: { settings } }, ({ emulator }) => {
      emulator.script({ result: "failed", errorCode: 4 });
    });
    fleet.time.advance(60_000);
    expect(await poll()).toMatchObject({ kind: "unclear", status: expect.stringContaining("404") });
  });

  test("stays unclear, and names what came instead", async () => {
    const { fleet, poll } = await polled({ scenario: { settings } }, ({ emulator }) => {
      emulator.script({ result: "failed", errorCode: 4, times: 1 });
    });
    await start(fleet, requestFor([nextAppImage]));
    fleet.time.advance(60_000);
    expect(await poll()).toMatchObject({ kind: "unclear", status: expect.stringContaining("Superseded") });
  });

  test("stays unclear without the intent", async () => {
    const { fleet, request, started } = await polled({ scenario: { settings } });
    fleet.time.advance(60_000);
    const seen = await fleet.provider.poll(request, started.handle, undefined, fleet.context());
    expect(seen).toMatchObject({ kind: "unclear" });
  });
});
