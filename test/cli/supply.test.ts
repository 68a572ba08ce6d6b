import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAzureDpsEmulator, demoDpsIds, demoDpsScenario } from "../../emulators/azure-dps/index.ts";
import { delayOnTimer } from "../../emulators/serve.ts";
import { makeAuthority, makeCertificate } from "../providers/azure-dps/changes/authorities.ts";
import { openDesk } from "./harness.ts";

const url = "http://127.0.0.1:9";
const { directoryId, clientId, clientSecret, subscriptionId, resourceGroup, service } = demoDpsIds;

test("drover operations supply hands over the certificate that an operation waits for", async () => {
  const emulator = createAzureDpsEmulator({ now: () => Date.now(), delay: delayOnTimer, scenario: demoDpsScenario() });
  const all = openDesk((sent) => emulator.fetch(sent), { DPS: clientSecret });
  const credential = { kind: "client-secret", directoryId, clientId, secret: "env:DPS", authority: url };
  const pace = {
    firstPoll: "PT0.1S",
    maxPoll: "PT0.3S",
    settling: "PT1S",
    lookEvery: "PT0.2S",
    requestTimeout: "PT2S",
  };
  const connections = { dps: { kind: "azure-dps", subscriptionId, endpoint: url, credential, pace } };
  all.write("drover.json", { version: 1, platform: { kind: "local", dataFolder: "./data" }, connections });
  const authority = makeAuthority({ nowMs: Date.now() });
  const request = {
    specversion: "1.0",
    id: "a",
    source: "/test",
    type: "drover.azure-dps.verify-certificate",
    data: { connection: "dps", resourceGroup, service, certificate: "root", content: authority.pem },
  };
  const { json } = await all.run(["submit", all.write("a.json", request), "--json"]);
  const id = String(json[0]?.["operation"]);
  const pemFile = (name: string, text: string) => {
    const file = join(all.folder, name);
    writeFileSync(file, text);
    return file;
  };
  const leaf = (commonName: string) => makeCertificate({ commonName, issuer: authority, nowMs: Date.now() }).pem;
  const supply = (file: string) => all.run(["operations", "supply", id, "--certificate", file]);

  const early = await supply(pemFile("early.pem", leaf("x")));
  expect([early.code, early.err]).toEqual([4, expect.stringContaining("has not asked for it yet")]);
  const watch = all.run(["watch", id]);
  const explained = async () => (await all.run(["explain", id])).out;
  await expect.poll(explained, { timeout: 20_000 }).toMatch(/subject is CN=[0-9A-F]{48}/);
  const text = await explained();
  expect(text).toContain(`drover operations supply ${id}`.slice(0, 40));
  const [, code = ""] = /CN=([0-9A-F]{48})/.exec(text) ?? [];

  const wrong = await supply(pemFile("wrong.pem", leaf("0000")));
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("got CN=0000")]);
  const withKey = await supply(pemFile("key.pem", `${leaf(code)}${authority.key}`));
  expect([withKey.code, withKey.err]).toEqual([2, expect.stringContaining("without its private key")]);
  expect((await supply(join(all.folder, "none.pem"))).code).toBe(2);
  const taken = await supply(pemFile("leaf.pem", leaf(code)));
  expect([taken.code, taken.out]).toEqual([0, expect.stringContaining("Taken; the service is asked next")]);
  expect((await watch).code).toBe(0);
  expect(emulator.state.certificates(service)).toMatchObject([{ isVerified: true }]);
});
