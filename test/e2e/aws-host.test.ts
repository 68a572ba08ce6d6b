import { createHmac } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { handler as shippedHandler } from "../../functions/poll-operation/aws.ts";
import { byTarget, refusal, throttle } from "../platforms/aws/fault-proxy.ts";
import { type AwsRig, type AwsRigOptions, awsRig, httpEvent } from "./aws-rig.ts";
import { configurationFor, exampleOf } from "./clouds.ts";
import { ended, submitted } from "./rig.ts";

async function opened(options: AwsRigOptions = {}): Promise<AwsRig> {
  const rig = await awsRig(options);
  onTestFinished(() => rig.close());
  return rig;
}

const jsonOf = async (rig: AwsRig, path: string) => {
  const { status, bytes } = await rig.http("GET", path);
  return { status, body: JSON.parse(bytes.toString()) };
};
const logsOf = (rig: AwsRig) => rig.lines.map((line) => JSON.parse(line)).filter(({ level }) => level !== undefined);

describe("the HTTP application on AWS", () => {
  test("says where events and secrets are, which are not its own", async () => {
    const rig = await opened();
    expect(await jsonOf(rig, "/events")).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/to a bus: add a rule to the bus that DROVER_BUS_NAME names/) },
    });
    expect(await jsonOf(rig, "/vault")).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining("a platform whose own vault holds the secrets") },
    });
    expect(await jsonOf(rig, "/metrics")).toMatchObject({ status: 404 });
    expect(await jsonOf(rig, "/sinks")).toMatchObject({ status: 200, body: { sinks: [] } });
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
    const paused = (await jsonOf(rig, "/health")).body;
    expect(paused.status).toBe("degraded");
    rig.cloud.proxy.on(byTarget("Query"), refusal(400, "AccessDeniedException"), { times: 50 });
    const unread = (await jsonOf(rig, "/health")).body.checks.filter(({ ok }: { readonly ok: boolean }) => !ok);
    expect(unread).toContainEqual({ name: "dead-letters", ok: false, detail: "The storage cannot be read" });
  });

  test("lets nobody in without credentials, and whoever has signed every byte of a body", async () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const auth = { kind: "standard-webhooks", secrets: ["vault:hook"] };
    const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: ["submit"] };
    const rig = await opened({ configuration: { clients: { hook: { auth, allow } } } });
    rig.cloud.secretsManager.seedSecret({ name: "drover/test/vault/hook", value: secret });
    const { authorization: _token, ...headers } = httpEvent("POST", "/requests").headers;
    const body = `\n${JSON.stringify({ ...exampleOf("requests", "happy.json"), id: "signed é" })}  `;
    const timestamp = String(Math.floor(rig.now() / 1000));
    const key = Buffer.from(secret.slice(6), "base64");
    const signature = createHmac("sha256", key).update(`msg_1.${timestamp}.${body}`).digest("base64");
    const signed = {
      ...{ ...headers, "webhook-id": "msg_1", "webhook-timestamp": timestamp },
      "webhook-signature": `v1,${signature}`,
    };
    const event = { ...httpEvent("POST", "/requests"), headers: signed };
    const coded = { ...event, body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
    expect(await rig.invokeHttp({ ...event, headers, body })).toMatchObject({ statusCode: 401 });
    expect(await rig.invokeHttp({ ...event, body: body.trim() })).toMatchObject({ statusCode: 401 });
    expect(await rig.invokeHttp(coded)).toMatchObject({ statusCode: 202, isBase64Encoded: false });
  });

  test("answers what cannot be a request with 400, and nobody has to be woken", async () => {
    const rig = await opened();
    const { headers, ...event } = httpEvent("GET", "/healthz");
    const strange = { ...event, headers: { ...headers, "x-strange": "\u2713" } };
    expect(await rig.invokeHttp(strange)).toMatchObject({ statusCode: 400 });
    const trace = {
      ...event,
      headers,
      requestContext: { ...event.requestContext, http: { ...event.requestContext.http, method: "TRACE" } },
    };
    expect(await rig.invokeHttp(trace)).toMatchObject({ statusCode: 400 });
  });

  test("accepts a request that the functions then carry out", async () => {
    const rig = await opened();
    const accepted = await rig.http("POST", "/requests", exampleOf("requests", "happy.json"));
    expect(accepted.status).toBe(202);
    const { operation } = JSON.parse(accepted.bytes.toString());
    expect(await ended(rig, operation)).toMatchObject({ outcome: "succeeded", requestedBy: "installer" });
  });
});

describe("an instance", () => {
  test("is opened once", async () => {
    const rig = await opened();
    const id = await submitted(rig, exampleOf("requests", "happy.json"));
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
    expect(rig.source.batches.filter(({ queue }) => queue === "poll-operation").length).toBeGreaterThan(2);
    // One login for start-deployment and one for poll-operation, however often that is called.
    const logins = rig.clouds.sphere.requests().filter(({ path }) => path.endsWith("/token"));
    const secretsRead = rig.cloud.proxy.log.filter(({ operation }) => operation === "GetSecretValue");
    expect([logins.length, secretsRead.length]).toEqual([2, 2]);
  });

  test("whose configuration could not be read is opened again at the next call", async () => {
    const rig = await opened({ variables: { DROVER_CONFIGURATION: "", DROVER_CONFIGURATION_PARAMETER: "/drover" } });
    const { proxy } = rig.cloud;
    proxy.on(byTarget("GetParameter"), throttle("ThrottlingException"), { times: 3 });
    const body = JSON.stringify({ Parameter: { Value: JSON.stringify(configurationFor({ kind: "aws" })) } });
    const read = proxy.on(byTarget("GetParameter"), { kind: "answer", status: 200, body }, { times: 9 });
    await submitted(rig, exampleOf("requests", "happy.json"));
    await rig.until("the request to be accepted", async () => (await rig.events()).length > 0);
    expect(rig.source.batches.slice(0, 2)).toEqual([
      { queue: "inbox", receives: [1], failed: 1 },
      { queue: "inbox", receives: [2], failed: 0 },
    ]);
    expect(read.hits).toBeGreaterThan(0);
  });

  test.each([
    ["sinks", { sinks: { audit: { url: "https://audit.example", secrets: ["vault:s"] } } }, /EventBridge and API dest/],
    ["another platform", { platform: { kind: "local" } }, /platform\.kind: expected aws, got local/],
    ["a secret in a file", { clients: { c: signedBy("file:key") } }, /got file:key: a function has no files/],
  ])("refuses a configuration with %s, and the message stays in its queue", async (_, configuration, why) => {
    const rig = await opened({ configuration });
    await submitted(rig, exampleOf("requests", "happy.json"));
    await rig.until("a call", async () => rig.source.batches.length > 0);
    expect(rig.source.batches).toEqual([{ queue: "inbox", receives: [1], failed: 1 }]);
    const [log] = logsOf(rig);
    expect(log).toMatchObject({ level: "error", message: "the invocation failed", function: "inbox" });
    expect(log.error).toMatch(why);
  });

  test("names everything that is missing in its environment at once, and reads nothing before its first call", async () => {
    const called = shippedHandler(
      { Records: [] },
      { awsRequestId: "1", getRemainingTimeInMillis: () => 30_000 } as never,
      () => undefined,
    );
    await expect(called).rejects.toThrow(
      /DROVER_TABLE: .*DROVER_BUS_NAME: .*DROVER_HANDOFF_BUCKET: .*DROVER_VAULT_PREFIX: /,
    );
  });
});

function signedBy(reference: string) {
  const allow = { sources: ["*"], types: ["*"], connections: ["*"], actions: ["submit"] };
  return { auth: { kind: "standard-webhooks", secrets: [reference] }, allow };
}

describe("functions on a schedule", () => {
  test("submit what is due, and look after what nobody sent for", async () => {
    const { id: _id, source: _source, specversion: _version, ...request } = exampleOf("requests", "happy.json");
    const schedules = [{ name: "nightly", every: "PT30M", request }];
    const rig = await opened({ configuration: { schedules } });
    const accepted = async () => (await rig.events()).filter(({ type }) => type === "drover.operation.succeeded");
    await rig.until("a run", async () => (await accepted()).length > 0, 2 * 3_600_000);
    const { body } = await jsonOf(rig, "/schedules");
    expect(body.schedules).toMatchObject([{ name: "nightly" }]);
  });

  test("send again for an operation whose message was lost", async () => {
    const rig = await opened();
    const id = await submitted(rig, exampleOf("requests", "happy.json"));
    rig.cloud.proxy.on(byTarget("SendMessageBatch"), refusal(400, "AccessDeniedException"), { times: 5 });
    expect(await ended(rig, id)).toMatchObject({ outcome: "succeeded" });
  });
});
