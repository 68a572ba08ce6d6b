import { describe, expect, test } from "vitest";
import { PermanentError } from "../../../lib/contracts/errors.ts";
import type { Json } from "../../../lib/contracts/json.ts";
import type { Polled } from "../../../lib/contracts/provider.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { failureOf } from "../support.ts";
import {
  answeringTo,
  createWorld,
  newKey,
  rewriting,
  rotationRequest,
  toPut,
  toService,
  toStatus,
  type World,
  type WorldOptions,
  where,
} from "./support.ts";

const ids = where;

/** A world with a change under way, and what is stored of it. */
async function begun(
  options: WorldOptions = {},
): Promise<{ world: World; polling: Json; look: () => Promise<Polled> }> {
  const world = createWorld(options);
  const keys = world.provider.rotation.policyKeys(rotationRequest());
  await keys.look(world.context());
  const { polling } = await keys.replace({ primary: newKey(1) }, world.window());
  if (polling === undefined) throw new Error("Expected something to poll, got nothing");
  const look = () => world.provider.poll(rotationRequest(), polling, undefined, world.context());
  return { world, polling, look };
}

const json = (body: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(body), init);

describe("a change by its status URL", () => {
  test.each(["signed-long", "short"] as const)("goes on, and ends with a settled service (%s)", async (statusUrl) => {
    const { world, look, polling } = await begun({ settings: { statusUrl, pollRetryAfterSeconds: 4 } });
    expect(await look()).toMatchObject({ kind: "in-progress", status: "Running", retryAfterMs: 4_000 });
    world.time.advance(20_000);
    expect(await look()).toEqual({
      kind: "ended",
      status: "Succeeded",
      outcome: "succeeded",
      ids,
      result: expect.objectContaining({ ...where, state: "Active", idScope: expect.stringMatching(/^0ne/) }),
    });
    expect(JSON.stringify(polling)).not.toContain("http");
    expect(world.sealer.sealed.map(({ purpose }) => purpose)).toEqual(["azure-dps/status-url"]);
  });

  test("asks once as long as it goes on", async () => {
    const { world, look } = await begun();
    const before = world.calls().length;
    await look();
    expect(world.calls().slice(before)).toEqual([expect.stringMatching(toStatus)]);
  });

  test.each([
    ["Succeeded", "ended"],
    ["SUCCEEDED", "ended"],
    ["failed", "ended"],
    ["canceled", "ended"],
    ["inprogress", "in-progress"],
    ["Accepted", "in-progress"],
  ])("takes the word %s for %s", async (status, kind) => {
    const { look, world } = await begun({ through: answeringTo(toStatus, () => json({ status })) });
    world.time.advance(20_000);
    expect((await look()).kind).toBe(kind);
  });

  test.each([
    ["failed", "Failed", "failed", "500002"],
    ["canceled", "Canceled", "failed", "change-canceled"],
  ] as const)("ends as %s, with the provider's code", async (result, status, outcome, code) => {
    const { world, look } = await begun();
    world.emulator.script({ service: "dps-eu", result, errorMessage: "no room" });
    const keys = world.provider.rotation.policyKeys(rotationRequest());
    world.time.advance(20_000);
    expect((await look()).kind).toBe("ended");
    await keys.look(world.context());
    const { polling = null } = await keys.replace({ primary: newKey(2) }, world.window());
    world.time.advance(20_000);
    const seen = await world.provider.poll(rotationRequest(), polling, undefined, world.context());
    expect(seen).toMatchObject({ kind: "ended", status, outcome, code, ids });
    if (result === "failed") expect(seen).toMatchObject({ reason: expect.stringContaining("no room") });
  });

  test.each([
    ["{}", "no status"],
    ["null", "no status"],
    ['{"status":null}', "no status"],
    ['{"status":""}', "no status"],
    ["", "an empty answer instead of a status"],
    ['{"status":"Paused"}', 'unknown status "Paused"'],
  ])("takes the body %s for no end at all", async (body, status) => {
    const { look, world } = await begun({ through: answeringTo(toStatus, () => new Response(body)) });
    world.time.advance(20_000);
    expect(await look()).toMatchObject({ kind: "unclear", status });
  });

  test.each(["<html>", '{"status":', "[1]", '"Succeeded"'])("tries again after the body %s", async (body) => {
    const { look } = await begun({ through: answeringTo(toStatus, () => new Response(body)) });
    expect(await failureOf(look())).toMatchObject({ name: "RetryableError", effect: "none" });
  });

  test("takes an empty 202 for work that goes on", async () => {
    const { look } = await begun({ through: answeringTo(toStatus, () => new Response(null, { status: 202 })) });
    expect(await look()).toMatchObject({ kind: "in-progress" });
  });

  test("waits as long as it is told when it asks too often", async () => {
    const { world, look } = await begun();
    const operation = "IotDpsResource_GetOperationResult";
    world.emulator.addFault({ kind: "status", status: 429, body: "envelope", retryAfterSeconds: 372, operation });
    expect(await failureOf(look())).toMatchObject({
      name: "RetryableError",
      code: "throttled",
      retryAfterMs: 372_000,
      effect: "none",
    });
  });

  test.each([401, 403])("asks a person after a %i", async (status) => {
    const { look } = await begun({ through: answeringTo(toStatus, () => new Response("", { status })) });
    expect(await failureOf(look())).toMatchObject({ name: "UnauthorizedError" });
  });

  test("does not end while the service is not settled, whatever the status says", async () => {
    let state = "Transitioning";
    let provisioningState = "Succeeded";
    const through: WorldOptions["through"] = async (request, next) => {
      if (toStatus.test(request.url)) return json({ status: "Succeeded" });
      if (!started) return next(request);
      return rewriting(toService, (body) => ({
        ...body,
        properties: { ...(body["properties"] as object), state, provisioningState },
      }))(request, next);
    };
    let started = false;
    const { look, world } = await begun({ through });
    started = true;
    world.time.advance(20_000);
    expect(await look()).toMatchObject({ kind: "in-progress", status: "Transitioning" });
    [state, provisioningState] = ["Active", "Accepted"];
    expect(await look()).toMatchObject({ kind: "in-progress" });
    [state, provisioningState] = ["Active", "Failed"];
    expect(await look()).toMatchObject({ kind: "ended", outcome: "failed", code: "change-failed" });
    const seen: Record<string, string> = {};
    provisioningState = "Succeeded";
    for (state of [
      "Active",
      "Activating",
      "Suspending",
      "Suspended",
      "Resuming",
      "FailingOver",
      "FailoverFailed",
      "ActivationFailed",
      "DeletionFailed",
      "Deleting",
      "Deleted",
      "Napping",
    ]) {
      const { kind, ...rest } = await look();
      seen[state] = "outcome" in rest ? `${kind} ${rest.outcome}` : kind;
    }
    expect(seen).toEqual({
      Active: "ended succeeded",
      Activating: "in-progress",
      Suspending: "in-progress",
      Suspended: "ended succeeded",
      Resuming: "in-progress",
      FailingOver: "in-progress",
      FailoverFailed: "ended failed",
      ActivationFailed: "ended failed",
      DeletionFailed: "ended failed",
      Deleting: "gone",
      Deleted: "gone",
      Napping: "unclear",
    });
  });
});

describe("a change that cannot be followed", () => {
  test("is judged by the service when its result is not kept any more", async () => {
    const { world, look } = await begun({ settings: { operationRetentionMs: 1 } });
    world.time.advance(20_000);
    expect(await look()).toMatchObject({ kind: "ended", outcome: "succeeded" });
  });

  test("stays unclear while the service is as it was before", async () => {
    const missing = answeringTo(toStatus, () => json({ code: 404007, message: "gone" }, { status: 404 }));
    const { world, look } = await begun({ through: missing });
    world.emulator.script({ service: "dps-eu", result: "canceled" });
    expect(await look()).toMatchObject({ kind: "in-progress", status: "Transitioning" });
    world.time.advance(20_000);
    expect(await look()).toMatchObject({ kind: "ended", outcome: "succeeded" });
    const keys = world.provider.rotation.policyKeys(rotationRequest());
    await keys.look(world.context());
    const { polling = null } = await keys.replace({ primary: newKey(2) }, world.window());
    world.time.advance(20_000);
    // Cancelled: provisioningState says so.
    const seen = await world.provider.poll(rotationRequest(), polling, undefined, world.context());
    expect(seen).toMatchObject({ kind: "ended", outcome: "failed" });
  });

  test("stays unclear with the ETag from before", async () => {
    let etag: unknown;
    const through: WorldOptions["through"] = async (request, next) => {
      if (toStatus.test(request.url)) return json({ code: 404007 }, { status: 404 });
      if (!toService.test(`${request.method} ${request.url}`)) return next(request);
      return rewriting(toService, (body) => {
        etag ??= body["etag"];
        return { ...body, etag };
      })(request, next);
    };
    const { world, look } = await begun({ through });
    world.time.advance(20_000);
    expect(await look()).toMatchObject({ kind: "unclear", status: expect.stringContaining("ETag from before") });
  });

  test("is gone with the service", async () => {
    const { world, look } = await begun({ settings: { operationRetentionMs: 1 } });
    world.emulator.otherWriter.remove("dps-eu");
    world.time.advance(20_000);
    expect(await look()).toMatchObject({ kind: "gone" });
  });

  test("is unclear when not even its subscription is found", async () => {
    const through = answeringTo(toStatus, () =>
      json({ error: { code: "SubscriptionNotFound", message: "no" } }, { status: 404 }),
    );
    const { world, look, polling } = await begun({ through });
    const other = createWorld({
      connection: { subscriptionId: "5b0e7a10-0000-4000-8000-000000000bad" },
      provider: { sealer: world.sealer },
    });
    expect(await look()).toMatchObject({ kind: "in-progress" });
    expect(await other.provider.poll(rotationRequest(), polling, undefined, other.context())).toMatchObject({
      kind: "unclear",
      status: expect.stringContaining("subscriptionId"),
    });
  });

  test.each(["https://evil.example", "https://management.azure.com.evil.example", "http://management.azure.com"])(
    "is not followed to %s: the service itself is looked at, and it is said",
    async (origin) => {
      const hosts = new Set<string>();
      const world = createWorld({
        through: (request, next) => {
          hosts.add(new URL(request.url).origin);
          return next(request);
        },
      });
      world.emulator.addFault({ kind: "foreign-status-url", origin });
      const keys = world.provider.rotation.policyKeys(rotationRequest());
      await keys.look(world.context());
      const { polling = null } = await keys.replace({ primary: newKey(1) }, world.window());
      expect(world.sealer.sealed).toEqual([]);
      const look = () => world.provider.poll(rotationRequest(), polling, undefined, world.context());
      expect(await look()).toMatchObject({ kind: "in-progress", status: "Transitioning" });
      world.time.advance(20_000);
      expect(await look()).toMatchObject({
        kind: "ended",
        outcome: "succeeded",
        reason: expect.stringContaining(`the foreign host ${new URL(origin).host}`),
      });
      expect([...hosts].toSorted()).toEqual(["https://login.microsoftonline.com", "https://management.azure.com"]);
    },
  );

  test("is followed to an origin that the connection lists, with its token", async () => {
    const asked: string[] = [];
    const origins = ["https://westeurope.management.azure.example"];
    const world = createWorld({
      connection: { origins },
      through: async (request, next) => {
        if (request.url.startsWith("https://westeurope")) {
          asked.push(`${request.headers.get("authorization")?.slice(0, 7)}`);
          return json({ status: "Running" });
        }
        return next(request);
      },
    });
    world.emulator.addFault({ kind: "foreign-status-url", origin: origins[0] ?? "" });
    const keys = world.provider.rotation.policyKeys(rotationRequest());
    await keys.look(world.context());
    const { polling = null } = await keys.replace({ primary: newKey(1) }, world.window());
    await world.provider.poll(rotationRequest(), polling, undefined, world.context());
    expect(asked).toEqual(["Bearer "]);
  });

  test.each([
    {},
    { "azure-asyncoperation": "http://[bad" },
    { "azure-asyncoperation": "https://user:pass@management.azure.com/x" },
  ])("is judged by the service when the answer names no usable URL (%j)", async (headers) => {
    const through: WorldOptions["through"] = async (request, next) => {
      const response = await next(request);
      if (!toPut.test(`${request.method} ${request.url}`)) return response;
      return new Response(await response.text(), { status: response.status, headers });
    };
    const { world, look } = await begun({ through });
    expect(await look()).toMatchObject({ kind: "in-progress", status: "Transitioning" });
    world.time.advance(20_000);
    expect(await look()).toMatchObject({ kind: "ended", outcome: "succeeded" });
  });

  test("is judged by the service when its URL was sealed by a key that is gone", async () => {
    const { world, look } = await begun();
    world.sealer.sealed.splice(0);
    world.time.advance(20_000);
    expect(await look()).toMatchObject({ kind: "ended", outcome: "succeeded" });
  });

  test("has begun all the same when its URL cannot be sealed", async () => {
    const { world, look, polling } = await begun({
      provider: {
        sealer: {
          seal: async () => {
            throw new PermanentError("no key");
          },
          open: async () => new Secret(""),
        },
      },
    });
    expect(polling).toMatchObject({ change: "put", note: expect.stringContaining("could not be sealed") });
    world.time.advance(20_000);
    expect(await look()).toMatchObject({ kind: "ended", outcome: "succeeded" });
  });

  test("is refused when what was stored is something else", async () => {
    const { provider, context } = createWorld();
    expect(await failureOf(provider.poll(rotationRequest(), { change: "merge" }, undefined, context()))).toMatchObject({
      name: "InvalidInputError",
    });
  });

  test("keeps its query out of messages, also without what stands before it", async () => {
    const { look } = await begun({
      through: answeringTo(toStatus, ({ url }) =>
        json({ code: 500001, message: `bad query ${new URL(url).search}` }, { status: 500 }),
      ),
    });
    const error = await failureOf(look());
    expect(error).toMatchObject({ name: "RetryableError", message: expect.stringContaining("bad query ?[removed]") });
  });

  test("keeps the URL whole, though it is 3 kB long", async () => {
    const { world } = await begun();
    const url = world.sealer.sealed[0]?.text ?? new Secret("");
    expect(url.reveal().length).toBeGreaterThan(2_000);
    expect(url.reveal()).toContain("&asyncinfo&t=");
  });
});
