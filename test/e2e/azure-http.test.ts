import { createHmac } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { refusedInJson } from "../platforms/azure/faults.ts";
import { type AzureRig, type AzureRigOptions, azureRig, requestFor } from "./azure-rig.ts";
import { exampleOf } from "./clouds.ts";
import { ended, rowOf, submitted } from "./rig.ts";

async function opened(options: AzureRigOptions = {}): Promise<AzureRig> {
  const rig = await azureRig(options);
  onTestFinished(() => rig.close());
  return rig;
}

const url = (path: string) => `https://drover-test.azurewebsites.net${path}`;
const jsonOf = async (rig: AzureRig, path: string) => {
  const { status, bytes } = await rig.http("GET", path);
  return { status, body: JSON.parse(bytes.toString()) };
};
const everything = { sources: ["*"], types: ["*"], connections: ["*"], actions: ["submit"] };

describe("the HTTP application on Azure", () => {
  test("says where events and secrets are, which are not its own", async () => {
    const rig = await opened();
    expect(await jsonOf(rig, "/events")).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/add a subscription to the Event Grid topic that DROVER_TOPIC_ENDPOINT/) },
    });
    expect(await jsonOf(rig, "/vault")).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining("a platform whose own vault holds the secrets") },
    });
    expect(await jsonOf(rig, "/metrics")).toMatchObject({ status: 404 });
    expect(await jsonOf(rig, "/sinks")).toMatchObject({ status: 200, body: { sinks: [] } });
    expect(await jsonOf(rig, "/no/such/place")).toMatchObject({ status: 404 });
  });

  test("tells of its health without a worker", async () => {
    const rig = await opened();
    const { body } = await jsonOf(rig, "/health");
    expect(body).toMatchObject({ status: "ok", version: "0.0.0", working: true, storage: { ok: true } });
    const names = body.checks.map(({ name }: { readonly name: string }) => name);
    expect(names).toEqual([
      "overdue-rows",
      "dead-letters",
      "paused-connections",
      "overdue-schedules",
      "refused-schedules",
    ]);
    expect((await rig.http("POST", "/connections/sphere-demo/pause", {})).status).toBe(200);
    expect((await jsonOf(rig, "/health")).body.status).toBe("degraded");
    const denied = refusedInJson(403, "AuthorizationFailure");
    rig.cloud.proxies.tables.on(({ method }) => method === "GET", denied, { times: 50 });
    const unread = (await jsonOf(rig, "/health")).body.checks.filter(({ ok }: { readonly ok: boolean }) => !ok);
    expect(unread).toContainEqual({ name: "dead-letters", ok: false, detail: "The storage cannot be read" });
  });

  test("asks for credentials itself, whatever keys the host would take", async () => {
    const rig = await opened();
    for (const [method, path] of [
      ["GET", "/operations"],
      ["GET", "/dead-letters?code=a-key-of-the-host"],
      ["POST", "/requests"],
      ["HEAD", "/connections"],
    ] as const) {
      const answer = await rig.host.http(new Request(url(path), { method, headers: { "x-functions-key": "k" } }));
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
    }
    const wrong = requestFor("GET", "/operations");
    wrong.headers.set("authorization", "Bearer another");
    expect((await rig.host.http(wrong)).status).toBe(401);
    expect((await rig.host.http(requestFor("GET", "/operations"))).status).toBe(200);
  });

  test("lets in whoever has signed every byte of a body", async () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const auth = { kind: "standard-webhooks", secrets: ["env:HOOK"] };
    const clients = { hook: { auth, allow: everything } };
    const rig = await opened({ configuration: { clients }, variables: { HOOK: secret } });
    const body = `\n${JSON.stringify({ ...exampleOf("requests", "happy.json"), id: "signed é" })}  `;
    const timestamp = String(Math.floor(rig.now() / 1000));
    const key = Buffer.from(secret.slice(6), "base64");
    const signature = createHmac("sha256", key).update(`msg_1.${timestamp}.${body}`).digest("base64");
    const plain = { "content-type": "application/json" };
    const headers = {
      ...{ ...plain, "webhook-id": "msg_1", "webhook-timestamp": timestamp },
      "webhook-signature": `v1,${signature}`,
    };
    const sent = async (text: string, having: Readonly<Record<string, string>>) =>
      (await rig.host.http(new Request(url("/requests"), { method: "POST", headers: having, body: text }))).status;
    expect(await sent(body, plain)).toBe(401);
    expect(await sent(body.trim(), headers)).toBe(401);
    expect(await sent(body, headers)).toBe(202);
  });

  test("answers the handshakes of Event Grid, in both schemas", async () => {
    const rig = await opened({ configuration: { http: { webhookOrigins: ["eventgrid.azure.net"] } } });
    const asks = async (origin: string) =>
      rig.host.http(
        new Request(url("/requests"), { method: "OPTIONS", headers: { "WebHook-Request-Origin": origin } }),
      );
    const allowed = await asks("eventgrid.azure.net");
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get("webhook-allowed-origin")).toBe("eventgrid.azure.net");
    expect(allowed.headers.get("webhook-allowed-rate")).toBe("600");
    expect(Buffer.from(await allowed.arrayBuffer())).toHaveLength(0);
    expect((await asks("somebody.example")).headers.has("webhook-allowed-origin")).toBe(false);
    const validation = requestFor("POST", "/requests", [{ data: { validationCode: "512d38b6-c7b8-40c8" } }]);
    validation.headers.set("aeg-event-type", "SubscriptionValidation");
    const answer = await rig.host.http(validation);
    expect([answer.status, await answer.json()]).toEqual([200, { validationResponse: "512d38b6-c7b8-40c8" }]);
  });

  test("takes a request that the functions then carry out, and says where it is", async () => {
    const rig = await opened();
    const accepted = await rig.http("POST", "/requests", exampleOf("requests", "happy.json"));
    expect(accepted.status).toBe(202);
    const { operation } = JSON.parse(accepted.bytes.toString());
    expect(await ended(rig, operation)).toMatchObject({ outcome: "succeeded", requestedBy: "installer" });
    const shown = await jsonOf(rig, `/operations/${operation}`);
    expect(shown).toMatchObject({ status: 200, body: { state: "ended", outcome: "succeeded" } });
  });

  test("answers a question for the head of an answer without its body", async () => {
    const rig = await opened();
    const whole = await rig.host.http(requestFor("GET", "/health"));
    const head = await rig.host.http(requestFor("HEAD", "/health"));
    expect([head.status, head.headers.get("content-type")]).toEqual([200, whole.headers.get("content-type")]);
    expect((await head.arrayBuffer()).byteLength).toBe(0);
    expect((await whole.arrayBuffer()).byteLength).toBeGreaterThan(100);
  });

  test("hands an archive over byte by byte, once", async () => {
    const rig = await opened();
    const id = await submitted(rig, exampleOf("aws", "panorama.json"));
    await rig.until(
      "somebody to be waited for",
      async () => (await rowOf(rig, id))?.waitingFor?.code === "ready-to-mint",
    );
    expect((await rig.http("POST", `/operations/${id}/actions/ready`, {})).status).toBe(202);
    const phase = async () => (await jsonOf(rig, `/handoffs/${id}`)).body.phase;
    await rig.until("something to be handed over", async () => (await phase()) === "offered");
    const fetched = await rig.http("POST", `/handoffs/${id}/fetch`);
    expect(fetched.status).toBe(200);
    expect(fetched.headers["content-type"]).toBe("application/zip");
    expect(fetched.headers["cache-control"]).toContain("no-store");
    // Text would have lost all that is no UTF-8; the device refuses an archive that is not the one that was made for it.
    expect(fetched.bytes.equals(Buffer.from(fetched.bytes.toString("utf8")))).toBe(false);
    const archive = { archive: fetched.bytes, fileName: "certificates-omni_dock-cam-1.zip" };
    expect(rig.clouds.panorama.appliance.plugIn(archive)).toMatchObject({ accepted: true });
    expect((await rig.http("POST", `/handoffs/${id}/fetch`)).status).toBe(409);
  });

  test("fails one request for a table that cannot be read, and serves the next", async () => {
    const rig = await opened();
    const denied = refusedInJson(403, "AuthorizationFailure");
    rig.cloud.proxies.tables.on(() => true, denied, { times: 1 });
    const failed = await rig.http("GET", "/operations");
    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(failed.bytes.toString()).not.toContain("content-of-a-message");
    expect((await rig.http("GET", "/operations")).status).toBe(200);
  });
});
