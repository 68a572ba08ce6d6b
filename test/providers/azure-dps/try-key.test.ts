import { describe, expect, test } from "vitest";
import type { AzureDpsConnection } from "../../../lib/contracts/connections/azure-dps.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { sasToken } from "../../../lib/providers/azure-dps/sas.ts";
import { tryKey } from "../../../lib/providers/azure-dps/try-key.ts";
import { failureOf } from "../support.ts";
import {
  answeringTo,
  createWorld,
  newKey,
  owner,
  policy,
  type Through,
  type World,
  type WorldOptions,
} from "./support.ts";

const host = "https://dps-eu.azure-devices-provisioning.net";
const rights = { query: "EnrollmentWrite", status: "RegistrationStatusRead" };

function trying(world: World, name: string, key?: Secret, text?: string) {
  const held = world.emulator.state.policy("dps-eu", name);
  const trial = {
    service: "dps-eu",
    policy: name,
    rights: text ?? held?.rights.join(", ") ?? "",
    key: key ?? new Secret(held?.primaryKey ?? ""),
  };
  return tryKey(world.parts, trial, world.context());
}

const toHost = /azure-devices-provisioning\.net\/(?:enrollmentGroups|registrations)/;
const answering = (status: number, body: unknown, headers: Record<string, string> = {}): Through =>
  answeringTo(toHost, () => new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }));
const serviceError = (errorCode: number, message: string) => ({ errorCode, trackingId: "t-4711", message, info: {} });

describe("a token", () => {
  test.each([["dps1.azure-devices-provisioning.net", owner, "HyebFQ0aEF5MMiKKEGz8SESMrmjOC3BsKb48qxYZR44%3D"]])(
    "for %s is signed as documented",
    (name, policyName, signature) => {
      const key = new Secret("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
      const token = sasToken({ host: name, policy: policyName, key, expiresAt: 1_767_225_600_999 });
      expect(token.reveal()).toBe(
        `SharedAccessSignature sr=${name}&sig=${signature}&se=1767225600&skn=provisioningserviceowner`,
      );
    },
  );
});

describe("a key", () => {
  test.each([
    [owner, `POST ${host}/enrollmentGroups/query?api-version=2021-10-01`],
    [policy, `POST ${host}/enrollmentGroups/query?api-version=2021-10-01`],
    [
      "status",
      expect.stringMatching(/^GET https:\/\/dps-eu[^/]+\/registrations\/drover-[0-9a-f-]{36}\?api-version=2021-10-01$/),
    ],
  ])("of policy %s is accepted by the service", async (name, expected) => {
    const world = createWorld();
    expect(await trying(world, name)).toMatchObject({ kind: "accepted", detail: expect.stringContaining("answered") });
    expect(
      await trying(world, name, new Secret(world.emulator.state.policy("dps-eu", name)?.secondaryKey ?? "")),
    ).toMatchObject({
      kind: "accepted",
    });
    const [call, ...more] = world.emulator.recorded();
    expect(`${call?.method} ${call?.url}`).toEqual(expected);
    expect(more).toHaveLength(1);
    const { authorization = "" } = call?.requestHeaders ?? {};
    expect(authorization).toContain(`se=${world.time.now() / 1000 + 300}&skn=${name}`);
  });

  test.each([policy, "status"])("that is none is refused (%s)", async (name) => {
    const world = createWorld();
    expect(await trying(world, name, newKey(77))).toMatchObject({ kind: "refused" });
    world.emulator.otherWriter.write({ service: "dps-eu", removePolicy: name });
    expect(await trying(world, name, newKey(77), rights.status)).toMatchObject({ kind: "refused" });
  });

  test("of a policy that may read nothing proves nothing, and nothing is asked", async () => {
    const world = createWorld();
    expect(await trying(world, "config")).toMatchObject({ kind: "unproven" });
    expect(await trying(world, "config", undefined, "DeviceConnect, ServiceConfig")).toMatchObject({
      kind: "unproven",
    });
    const silent = createWorld({
      connection: { dataPlane: { suffix: "azure-devices-provisioning.net", check: "none" } },
    });
    expect(await trying(silent, policy)).toMatchObject({ kind: "unproven" });
    expect([...world.emulator.recorded(), ...silent.emulator.recorded()]).toEqual([]);
  });

  test.each([
    [rights.query, 200, [], "accepted"],
    [rights.query, 401, serviceError(401002, "Unauthorized"), "refused"],
    [rights.query, 401, "", "refused"],
    [rights.query, 403, serviceError(403001, "The policy has insufficient permissions."), "accepted"],
    [rights.query, 403, serviceError(403004, "The service is suspended."), "unproven"],
    [rights.query, 403, serviceError(403005, "The IP address is not allowed to connect"), "unproven"],
    [rights.query, 403, "<html>no permission</html>", "unproven"],
    [rights.query, 403, { error: { code: "x", message: "no permission" } }, "unproven"],
    [rights.query, 404, serviceError(404001, "no"), "unproven"],
    [rights.query, 400, serviceError(400006, "no"), "unproven"],
    [rights.query, 405, "", "unproven"],
    [rights.query, 415, serviceError(415001, "no"), "unproven"],
    [rights.status, 200, {}, "accepted"],
    [rights.status, 404, serviceError(404204, "no such registration"), "accepted"],
    [rights.status, 404, "<html>", "unproven"],
    [rights.status, 404, { message: "no route" }, "unproven"],
    [rights.status, 401, serviceError(401002, "no"), "refused"],
    [rights.status, 403, serviceError(404204, "permission"), "unproven"],
  ] as const)("with %s and the answer %i %j is %s... ", async (text, status, body, kind) => {
    const world = createWorld({ through: answering(status, body) });
    expect(await trying(world, policy, newKey(1), text)).toMatchObject({ kind });
  });

  test.each([408, 429, 500, 503, 202, 304])("is not judged by a %i", async (status) => {
    const through = answering(status, "", { "retry-after": "372" });
    const world = createWorld({
      through: status === 304 ? answeringTo(toHost, () => new Response(null, { status })) : through,
    });
    const error = await failureOf(trying(world, policy));
    expect(error).toMatchObject({ name: "RetryableError", effect: "none" });
    if (status === 429) expect(error).toMatchObject({ retryAfterMs: 372_000 });
  });

  test("is sent to the emulator's endpoint, with the host in the path, and nowhere else", async () => {
    const seen: string[] = [];
    const dataPlane: AzureDpsConnection["dataPlane"] = {
      suffix: "azure-devices-provisioning.net",
      endpoint: "http://127.0.0.1:4711/",
      check: "signed-call",
    };
    const options: WorldOptions = {
      connection: { dataPlane },
      through: (request, next) => {
        seen.push(request.url);
        return next(request);
      },
    };
    const world = createWorld(options);
    expect(await trying(world, policy)).toMatchObject({ kind: "accepted" });
    expect(seen).toEqual([
      "http://127.0.0.1:4711/dps-eu.azure-devices-provisioning.net/enrollmentGroups/query?api-version=2021-10-01",
    ]);
  });

  test("signs for the host in lower case, as the service compares it", async () => {
    const world = createWorld();
    const key = new Secret(world.emulator.state.policy("dps-eu", policy)?.primaryKey ?? "");
    const trial = { service: "DPS-eu", policy, rights: rights.query, key };
    expect(await tryKey(world.parts, trial, world.context())).toMatchObject({ kind: "accepted" });
    expect(world.emulator.recorded()[0]?.requestHeaders["authorization"]).toContain("sr=dps-eu.azure-devices");
  });

  test("is not taken elsewhere by a redirect", async () => {
    const seen: string[] = [];
    const world = createWorld({
      through: async (request) => {
        seen.push(request.url);
        return new Response(null, { status: 308, headers: { location: "https://evil.example/x" } });
      },
    });
    expect(await failureOf(trying(world, policy))).toMatchObject({ code: "redirect-refused" });
    expect(seen).toHaveLength(1);
  });

  test("stays out of every detail, though the service repeats it", async () => {
    const world = createWorld({
      through: answeringTo(toHost, async (request) =>
        Response.json(serviceError(401002, `bad ${request.headers.get("authorization")} ${newKey(250).reveal()}`), {
          status: 401,
        }),
      ),
    });
    const { detail } = await trying(world, policy, newKey(250));
    expect(detail).not.toContain(newKey(250).reveal());
    expect(detail).not.toMatch(/sig=[^[]/);
  });
});
