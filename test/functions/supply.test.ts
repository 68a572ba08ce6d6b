import { describe, expect, test } from "vitest";
import { createAzureDpsEmulator, demoDpsIds, demoDpsScenario } from "../../emulators/azure-dps/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import { makeAuthority, makeCertificate } from "../providers/azure-dps/changes/authorities.ts";
import { ended, openFixture } from "./harness.ts";

const url = "http://127.0.0.1:9";
const { directoryId, clientId, clientSecret, subscriptionId, resourceGroup, service } = demoDpsIds;
const authority = makeAuthority({ nowMs: Date.now() });

/** One service behind the application, and clients of which one may report and one may not. */
function world() {
  const emulator = createAzureDpsEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario: demoDpsScenario() });
  const pace = {
    firstPoll: "PT0.1S",
    maxPoll: "PT0.2S",
    settling: "PT1S",
    lookEvery: "PT0.2S",
    requestTimeout: "PT2S",
  };
  const dps = {
    kind: "azure-dps",
    subscriptionId,
    endpoint: url,
    credential: { kind: "client-secret", directoryId, clientId, secret: "env:DPS", authority: url },
    pace,
  };
  const opened = openFixture({ dps }, (sent) => emulator.fetch(sent), { "env:DPS": clientSecret });
  opened.host.start();
  const submit = async (data: Record<string, unknown>, type = "verify-certificate") => {
    const body = {
      specversion: "1.0",
      id: `request-${JSON.stringify(data).length}-${type}`,
      source: "/test",
      type: `drover.azure-dps.${type}`,
      data: { connection: "dps", resourceGroup, service, ...data },
    };
    const answer = await opened.send("POST", "/requests", body);
    expect(answer.body).toMatchObject({ operation: expect.any(String) });
    return String(answer.body["operation"]);
  };
  return { ...opened, emulator, submit };
}
type World = ReturnType<typeof world>;

const supplyTo = ({ send }: Pick<World, "send">, id: string, body: unknown) =>
  send("POST", `/operations/${id}/actions/supply`, body);

/** An operation that waits, and its code. */
async function waiting(all: World): Promise<{ readonly id: string; readonly code: string }> {
  const id = await all.submit({ certificate: "root", content: authority.pem });
  const row = async () => (await all.send("GET", `/operations/${id}`)).body["waitingFor"];
  await expect.poll(row, { timeout: 20_000 }).toMatchObject({ code: "certificate" });
  const [, code = ""] = /CN=([0-9A-F]{48})/.exec(JSON.stringify(await row())) ?? [];
  return { id, code };
}
const leaf = (commonName: string, issuer = authority) => makeCertificate({ commonName, issuer, nowMs: Date.now() }).pem;

describe("a certificate that is supplied", () => {
  test("is checked, taken, and ends the operation", async () => {
    const all = world();
    const { id, code } = await waiting(all);
    const { body: explained } = await all.send("GET", `/operations/${id}/explanation`);
    expect(explained["acts"]).toMatchObject({ who: "person" });
    const pem = leaf(code);
    const taken = await supplyTo(all, id.slice(0, 12), { certificate: pem });
    expect([taken.status, taken.body]).toEqual([202, { operation: id, supply: "supplied" }]);
    const again = await supplyTo(all, id, { certificate: pem });
    expect([200, 409]).toContain(again.status);
    expect(await ended(all, id)).toMatchObject({ outcome: "succeeded", result: { isVerified: true } });
    expect((await supplyTo(all, id, { certificate: pem })).body).toMatchObject({
      status: 409,
      code: "operation-ended",
    });
    const { body } = await all.send("GET", `/operations/${id}/history`);
    expect(JSON.stringify(body)).toContain("a certificate, by cli:ada");
  });

  test("is refused with the reason where it proves nothing, and the operation goes on waiting", async () => {
    const all = world();
    const { id, code } = await waiting(all);
    const twin = makeAuthority({ nowMs: Date.now() });
    const refused = await supplyTo(all, id, { certificate: leaf(code, twin) });
    expect(refused.body).toMatchObject({
      status: 422,
      code: "leaf-refused",
      detail: expect.stringContaining("another CA of the same name"),
    });
    expect((await supplyTo(all, id, { certificate: leaf("other") })).body).toMatchObject({
      status: 422,
      code: "leaf-refused",
    });
    const withKey = await supplyTo(all, id, { certificate: `${leaf(code)}${authority.key}` });
    expect([withKey.status, JSON.stringify(withKey.body)]).toEqual([422, expect.not.stringContaining("MIG")]);
    expect((await supplyTo(all, id, { certificate: `${leaf(code)}${" ".repeat(16 * 1024)}` })).status).toBe(422);
    expect((await supplyTo(all, id, {})).status).toBe(422);
    expect((await all.send("GET", `/operations/${id}`)).body).toMatchObject({ state: "active" });
  });

  test("is refused by an operation that waits for none, and by none at all", async () => {
    const all = world();
    const id = await all.submit({ tags: { a: "b" } }, "tag-service");
    const answer = await supplyTo(all, id, { certificate: leaf("x") });
    expect(answer.status).toBe(409);
    expect((await supplyTo(all, "a".repeat(52), { certificate: leaf("x") })).status).toBe(404);
    await ended(all, id);
  });
});
