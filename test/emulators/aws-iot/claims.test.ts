import { describe, expect, it } from "vitest";
import {
  createIotEmulator,
  defaultSettings,
  demoIotIds,
  demoIotScenario,
  type IotScenario,
  parseIotScenario,
  settingsEvidence,
} from "../../../emulators/aws-iot/index.ts";
import { CLAIM, Harness, KEYS, START_MS } from "./harness.ts";

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("Expected a rejection"),
    (error: unknown) => error,
  );
}

async function claimOf(harness: Harness) {
  expect((await harness.ask("POST", CLAIM)).status).toBe(200);
  const claim = harness.emulator.state.claims().at(-1);
  if (claim === undefined) throw new Error("Expected a claim");
  return claim;
}

describe("a claim", () => {
  it("is good for its template until its end, for as many devices as come", async () => {
    const harness = new Harness();
    const { present, otherWriter } = harness.emulator;
    const claim = await claimOf(harness);
    const other = await claimOf(harness);
    expect(present({ ...claim })).toBe("accepted");
    expect(present({ ...claim, templateName: "x" })).toBe("other-template");
    expect(present({ ...claim, privateKeyPem: other.privateKeyPem })).toBe("wrong-key");
    expect(present({ ...claim, privateKeyPem: "nonsense" })).toBe("wrong-key");
    const foreign = await claimOf(new Harness({}, { seed: 5 }));
    expect(present({ ...foreign })).toBe("foreign-certificate");
    otherWriter.write({ kind: "enable", templateName: "gateways", enabled: false });
    expect(present({ ...claim })).toBe("disabled");
    otherWriter.write({ kind: "enable", templateName: "gateways", enabled: true });
    harness.tick(300_000 - 250);
    expect(present({ ...claim })).toBe("accepted");
    harness.tick(1);
    expect(present({ ...claim })).toBe("expired");
    expect(harness.emulator.state.effects().at(-1)).toMatchObject({
      kind: "claim-presented",
      detail: { result: "expired" },
    });
  });

  it("is issued for a disabled template too, unless told otherwise", async () => {
    const harness = new Harness();
    harness.emulator.otherWriter.write({ kind: "enable", templateName: "gateways", enabled: false });
    expect(harness.emulator.state.template("gateways")?.enabled).toBe(false);
    expect((await harness.ask("POST", CLAIM)).status).toBe(200);
    harness.emulator.configure({ disabledTemplate: "refuse-400" });
    expect(await harness.ask("POST", CLAIM)).toMatchObject({ status: 400, type: "InvalidRequestException" });
    harness.emulator.otherWriter.write({ kind: "remove", templateName: "gateways" });
    expect((await harness.ask("POST", CLAIM)).status).toBe(404);
    expect(() => harness.emulator.otherWriter.write({ kind: "remove", templateName: "gateways" })).toThrow(/gateways/);
  });

  it("needs a genuine signature for the service and the region", async () => {
    const harness = new Harness();
    const type = async (signedBy: object) => (await harness.ask("POST", CLAIM, signedBy)).type;
    expect(await type({ secretAccessKey: "x" })).toBe("InvalidSignatureException");
    expect(await type({ service: "panorama" })).toBe("InvalidSignatureException");
    expect(await type({ region: "us-east-1" })).toBe("InvalidSignatureException");
    expect(await type({ accessKeyId: "AKIDOTHER" })).toBe("UnrecognizedClientException");
    harness.emulator.seedAccessKey({ ...KEYS, actions: ["ListProvisioningTemplates"] });
    expect(await type({})).toBe("AccessDeniedException");
    expect((await harness.ask("GET", "/provisioning-templates")).status).toBe(200);
    expect((await harness.ask("GET", "/things")).type).toBe("UnknownOperationException");
    expect(harness.emulator.state.claims()).toEqual([]);
  });

  it("is lost with its reply, lands late, and is cut", async () => {
    const harness = new Harness();
    const { addFault, state } = harness.emulator;
    const fault = { operation: "CreateProvisioningClaim", times: 1 } as const;
    addFault({ ...fault, kind: "drop", takesEffect: true });
    await failureOf(harness.ask("POST", CLAIM));
    expect(state.claims()).toHaveLength(1);
    addFault({ ...fault, kind: "drop" });
    await failureOf(harness.ask("POST", CLAIM));
    expect(state.claims()).toHaveLength(1);
    addFault({ ...fault, kind: "late-landing", landsAfterMs: 5_000 });
    await failureOf(harness.ask("POST", CLAIM));
    expect([state.claims().length, state.nextChangeMs()]).toEqual([1, START_MS + 5_000]);
    harness.tick(5_000);
    expect(state.claims().at(-1)?.issuedAtMs).toBe(START_MS + 5_000);
    addFault({ ...fault, kind: "cut-json" });
    expect(await failureOf(harness.ask("POST", CLAIM))).toBeInstanceOf(SyntaxError);
    addFault({ ...fault, kind: "status", status: 500, takesEffect: true });
    expect((await harness.ask("POST", CLAIM)).type).toBe("InternalFailureException");
    expect(state.claims()).toHaveLength(4);
    const write = { kind: "remove", templateName: "gateways" } as const;
    addFault({ ...fault, kind: "other-writer", moment: "before", write });
    expect((await harness.ask("POST", CLAIM)).status).toBe(404);
    expect(harness.emulator.callCounts()).toEqual({ CreateProvisioningClaim: 6 });
  });

  it("shows the canary in its secrets and nowhere else", async () => {
    const harness = new Harness({}, { canaryPrefix: "CANARY", record: true });
    await claimOf(harness);
    await harness.ask("GET", "/provisioning-templates/gateways");
    const secrets = harness.emulator.state.everySecret();
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) expect(secret).toContain("CANARY");
    const carrying = harness.emulator.recorded().filter(({ answerText }) => answerText.includes("CANARY"));
    expect(carrying.map(({ operation }) => operation)).toEqual(["CreateProvisioningClaim"]);
    expect(JSON.stringify([harness.emulator.requests(), harness.emulator.state.effects()])).not.toContain("CANARY");
  });
});

describe("a scenario from a file", () => {
  const full: IotScenario = {
    settings: defaultSettings,
    accessKeys: [KEYS],
    templates: [{ name: "a", description: "b", enabled: false, roleArn: "c", body: "{}" }],
    faults: [{ kind: "other-writer", moment: "after", write: { kind: "enable", templateName: "a", enabled: true } }],
  };

  it("survives JSON unchanged, all settings included", () => {
    for (const given of [full, demoIotScenario(), {}]) {
      expect(parseIotScenario(JSON.parse(JSON.stringify(given)))).toEqual(given);
    }
    const { state } = createIotEmulator({ now: () => START_MS, scenario: demoIotScenario() });
    expect(state.template(demoIotIds.template)?.enabled).toBe(true);
  });

  it.each([
    ["an unknown setting", { settings: { x: 1 } }, /to have no key but .*, got "x"$/],
    ["an odd template", { templates: [{ name: "a b" }] }, /templates\[0\]\.name to be a template name/],
    ["an unknown fault", { faults: [{ kind: "gremlin" }] }, /kind to be status, .* or other-writer, got "gremlin"$/],
  ])("refuses %s", (_what, given, message) => {
    expect(() => parseIotScenario(given)).toThrow(message);
  });

  it("has evidence for each setting", () => {
    expect(Object.keys(settingsEvidence).sort()).toEqual(Object.keys(defaultSettings).sort());
    expect(defaultSettings).toMatchObject({
      disabledTemplate: "issue",
      throttleStatus: 400,
      throttleRetryAfterSeconds: null,
      claimLifetimeMs: 300_000,
    });
  });
});
