import { describe, expect, test } from "vitest";
import { PermanentError, RetryableError, UnauthorizedError } from "../../../lib/contracts/errors.ts";
import { withoutKeys } from "../../../lib/providers/azure-dps/said.ts";
import { failureOf, signal } from "../support.ts";
import { answeringTo, createWorld, newKey, policy, rotationRequest, toPut, toService, where } from "./support.ts";

const id = "d4b1f2c0-5555-4000-8000-000000000001";
const shapes = {
  numeric: (code: string | number, message: string) => ({ code, httpStatusCode: "BadRequest", message }),
  pascal: (Code: string | number, Message: string) => ({ Code, HttpStatusCode: "BadRequest", Message, Details: "" }),
  envelope: (code: string | number, message: string) => ({ error: { code, message } }),
  operation: (code: string | number, message: string) => ({ status: "Failed", error: { code, message, details: "" } }),
  service: (errorCode: string | number, message: string) => ({ errorCode, trackingId: id, message, info: {} }),
} as const;
type Shape = keyof typeof shapes;
const names = Object.keys(shapes) as Shape[];

function refusing(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return answeringTo(/provisioningServices/, () => new Response(text, { status, headers }));
}

async function readRefused(status: number, body: unknown, headers: Record<string, string> = {}) {
  const { client } = createWorld({ through: refusing(status, body, headers) }).parts;
  return failureOf(client.service(where, signal));
}

async function putRefused(status: number, body: unknown, headers: Record<string, string> = {}) {
  const world = createWorld({
    through: answeringTo(toPut, () => new Response(JSON.stringify(body), { status, headers })),
  });
  const keys = world.provider.rotation.policyKeys(rotationRequest());
  await keys.look(world.context());
  return failureOf(keys.replace({ primary: newKey(1) }, world.window()));
}

describe("a refusal", () => {
  test.each(names)("tells code and text of the shape %s", async (shape) => {
    const error = await readRefused(400, shapes[shape]("400309", "Data residency is not supported"));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({
      code: "refused-by-provider",
      status: 400,
      effect: "none",
      provider: "azure-dps",
      operation: "read-service",
      message: 'Expected service dps-eu from management.azure.com, got 400 400309 "Data residency is not supported"',
    });
  });

  test.each(names)("takes a number for a code, in the shape %s", async (shape) => {
    expect(await readRefused(400, shapes[shape](400309, "no"))).toMatchObject({
      message: expect.stringContaining('400309 "no"'),
    });
  });

  test.each(names)("loses a key in its code and in its text, in the shape %s", async (shape) => {
    const key = newKey(251).reveal();
    const error = await readRefused(400, shapes[shape](`bad ${key}`, `the key ${key}`));
    expect(error).toMatchObject({ message: expect.stringContaining('bad [removed] "the key [removed]"') });
  });

  test.each(["", "<html><body>gateway</body></html>", "plain words", "[]", "null", "{}", '"text"', '{"error":null}'])(
    "is one with the body %j as well",
    async (body) => {
      expect(await readRefused(400, body)).toMatchObject({ name: "PermanentError", status: 400 });
    },
  );

  test.each([
    [400, PermanentError, "refused-by-provider", "none"],
    [401, UnauthorizedError, "unauthorized", "none"],
    [403, UnauthorizedError, "forbidden", "none"],
    [404, PermanentError, "service-not-found", "none"],
    [405, PermanentError, "refused-by-provider", "none"],
    [408, RetryableError, "provider-unavailable", "possible"],
    [409, RetryableError, "in-transition", "none"],
    [412, RetryableError, "stale-etag", "none"],
    [429, RetryableError, "throttled", "none"],
    [500, RetryableError, "provider-unavailable", "possible"],
    [503, RetryableError, "provider-unavailable", "possible"],
  ] as const)("of a PUT with %i has the right class and proof, in every shape", async (status, kind, code, effect) => {
    for (const shape of names) {
      const error = await putRefused(status, shapes[shape]("X1", "words"));
      // The first 401 leads to a new login.
      if (status === 401) expect(error).toMatchObject({ code: "token-refused", effect: "none" });
      else {
        expect(error).toBeInstanceOf(kind);
        expect(error).toMatchObject({ code, effect, status, operation: "put-service" });
      }
    }
  });

  test("names the action that is missing", async () => {
    for (const [what, action] of [
      [(world: ReturnType<typeof createWorld>) => world.parts.client.service(where, signal), "read"],
      [(world: ReturnType<typeof createWorld>) => world.parts.client.keys(where, signal), "listkeys/action"],
      [
        (world: ReturnType<typeof createWorld>) => world.parts.client.key(where, policy, signal),
        "keys/listkeys/action",
      ],
      [
        (world: ReturnType<typeof createWorld>) =>
          world.parts.client.patchTags(where, {}, { sendBefore: world.time.now() + 1_000 }, signal),
        "write",
      ],
      [
        (world: ReturnType<typeof createWorld>) =>
          world.parts.client.deleteService(where, { sendBefore: world.time.now() + 1_000 }, signal),
        "delete",
      ],
    ] as const) {
      const world = createWorld({ through: refusing(403, shapes.envelope("AuthorizationFailed", "no")) });
      expect(await failureOf(what(world))).toMatchObject({
        name: "UnauthorizedError",
        message: expect.stringContaining(
          `connection dps-prod a role with the action Microsoft.Devices/provisioningServices/${action} `,
        ),
      });
    }
  });

  test.each([
    ["SubscriptionNotFound", "subscription-not-found", "connections.dps-prod.subscriptionId"],
    ["ResourceGroupNotFound", "resource-group-not-found", "resourceGroup in the request"],
    ["ResourceNotFound", "service-not-found", "check service"],
    ["404001", "service-not-found", "check service"],
  ])("tells a 404 with %s apart", async (code, expected, advice) => {
    expect(await readRefused(404, shapes.envelope(code, "not here"))).toMatchObject({
      name: "PermanentError",
      code: expected,
      message: expect.stringContaining(advice),
    });
  });

  test("tells a missing policy, certificate and service apart", async () => {
    const world = createWorld();
    const { client } = world.parts;
    const gone = { ...where, service: "dps-gone" };
    expect(await failureOf(client.key(where, "nobody", signal))).toMatchObject({ code: "policy-not-found" });
    expect(await failureOf(client.key(gone, "nobody", signal))).toMatchObject({ code: "service-not-found" });
    expect(await failureOf(client.certificate(where, "none", signal))).toMatchObject({ code: "certificate-not-found" });
    expect(await failureOf(client.certificate(gone, "none", signal))).toMatchObject({ code: "service-not-found" });
    expect(await failureOf(client.keys(gone, signal))).toMatchObject({ code: "service-not-found" });
  });

  const busy = (state: string) => `Invalid IotDpsState i.e. should be active/suspended, IotDpsState: ${state}`;
  test.each(names.flatMap((shape) => [400, 409, 422].map((status) => [shape, status] as const)))(
    "while another change is under way passes by itself (%s, %i)",
    async (shape, status) => {
      for (const code of [400027, "Conflict", "409002"]) {
        expect(await putRefused(status, shapes[shape](code, busy("Transitioning")))).toMatchObject({
          name: "RetryableError",
          code: "in-transition",
          effect: "none",
        });
      }
    },
  );

  test.each([
    ["Activating", "RetryableError", "in-transition"],
    ["Napping", "RetryableError", "in-transition"],
    ["ActivationFailed", "PermanentError", "activation-failed"],
    ["Deleting", "PermanentError", "service-deleting"],
  ])("in the state %s is a %s", async (state, name, code) => {
    expect(await putRefused(400, shapes.numeric(400027, busy(state)))).toMatchObject({ name, code, effect: "none" });
  });

  test.each([
    [409, "ScopeLocked", "locked", "scope-locked"],
    [409, "ReadOnlyDisabledSubscription", "disabled", "subscription-disabled"],
    [409, "MissingSubscriptionRegistration", "not registered", "provider-not-registered"],
    [409, "409003", "The IotDps name dps-eu is not available.", "name-taken"],
    [400, "NoRegisteredProviderFound", "no such version", "api-version-refused"],
    [400, "InvalidApiVersionParameter", "no such version", "api-version-refused"],
  ])("%i %s does not pass by itself", async (status, code, message, expected) => {
    expect(await putRefused(status, shapes.envelope(code, message))).toMatchObject({
      name: "PermanentError",
      code: expected,
      effect: "none",
    });
  });

  test("with minutes to wait passes them on, from the header or from the words", async () => {
    const words = "The request was throttled. Please try again after '372' seconds.";
    const body = shapes.envelope("ResourceRequestsThrottled", words);
    expect(await readRefused(429, body, { "retry-after": "400" })).toMatchObject({ retryAfterMs: 400_000 });
    expect(await readRefused(429, body)).toMatchObject({ retryAfterMs: 372_000 });
    expect(await readRefused(429, shapes.envelope("x", "later"))).toMatchObject({ retryAfterMs: undefined });
  });

  test("carries the provider's id of the request", async () => {
    const body = shapes.numeric(400, `no; correlation identifier: ${id}, timestamp: 1, errorcode: IH400.`);
    expect(await readRefused(400, body)).toMatchObject({ requestId: id });
    expect(await readRefused(400, body, { "x-ms-correlation-request-id": "corr-4711" })).toMatchObject({
      requestId: "corr-4711",
    });
    const both = { "x-ms-correlation-request-id": "corr-4711", "x-ms-request-id": "req-4711" };
    expect(await readRefused(400, body, both)).toMatchObject({ requestId: "req-4711" });
    expect(await readRefused(400, shapes.service(400001, "no"))).toMatchObject({ requestId: id });
  });

  test("is not followed elsewhere", async () => {
    const error = await readRefused(307, "", { location: "https://evil.example/?sig=x" });
    expect(error).toMatchObject({ code: "redirect-refused" });
  });

  test("of an unexpected success is no success", async () => {
    expect(await putRefused(204, undefined)).toMatchObject({ name: "RetryableError", effect: "possible" });
    expect(await readRefused(202, "{}")).toMatchObject({ name: "RetryableError" });
    expect(toService.test("GET https://x/provisioningServices/dps-eu?")).toBe(true);
  });
});

describe("a provider's words", () => {
  const key = Buffer.alloc(32, 251).toString("base64");
  test.each([
    [`primaryKey: ${key}`, "primaryKey: [removed]"],
    [`"secondaryKey":"abc"`, `"secondaryKey":"[removed]"`],
    [
      "HostName=h;SharedAccessKeyName=n;SharedAccessKey=abc=;x",
      "HostName=h;SharedAccessKeyName=n;SharedAccessKey=[removed];x",
    ],
    ["connectionString=HostName=h", "connectionString=[removed]"],
    ["?sig=abc&se=1", "?sig=[removed]&se=1"],
    [`the key ${key} is bad`, "the key [removed] is bad"],
    [`the key ${key.replaceAll("/", "\\/")} is bad`, "the key [removed] is bad"],
    ["canaryKey4711sdWc179FBovIN7F1mIQVUIiIGk7BIsAA", "[removed]"],
    [
      "/subscriptions/x/providers/Microsoft.Devices/provisioningServices/dps-eu",
      "/subscriptions/x/providers/Microsoft.Devices/provisioningServices/dps-eu",
    ],
  ])("lose what looks like a key: %s", (text, expected) => {
    expect(withoutKeys(text)).toBe(expected);
  });
});
