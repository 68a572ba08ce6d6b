import { AwsClient } from "aws4fetch";
import { describe, expect, it } from "vitest";
import {
  createPanoramaEmulator,
  defaultSettings,
  demoPanoramaIds,
  demoPanoramaScenario,
  type PanoramaScenario,
  parsePanoramaScenario,
  settingsEvidence,
} from "../../../emulators/aws-panorama/index.ts";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { Harness, plain, START_MS } from "./harness.ts";

const full: PanoramaScenario = {
  settings: { ...defaultSettings, ...plain },
  accessKeys: [{ accessKeyId: "a", secretAccessKey: "b", sessionToken: "c", actions: ["ListDevices"] }],
  devices: [{ name: "cam-1", status: "ERROR", connection: "ERROR", description: "x", tags: { a: "b" }, inUse: true }],
  outcomes: [{ kind: "job", device: "cam-1", result: "stuck", workMs: 1, times: 2 }],
  faults: [
    { kind: "drop", operation: "ProvisionDevice", takesEffect: true },
    { kind: "missing-member", member: "Certificates" },
    { kind: "other-writer", moment: "before", write: { kind: "untag", name: "cam-1", keys: ["a"] } },
  ],
};

describe("a scenario from a file", () => {
  it("survives JSON unchanged, all settings included", () => {
    for (const given of [full, demoPanoramaScenario(), {}]) {
      expect(parsePanoramaScenario(JSON.parse(JSON.stringify(given)))).toEqual(given);
    }
    expect(createPanoramaEmulator({ now: () => START_MS, scenario: full }).state.devices()).toMatchObject([
      { name: "cam-1", status: "ERROR", tags: { a: "b" }, inUse: true },
    ]);
  });

  it.each([
    [
      "an unknown setting",
      { settings: { same: 1 } },
      /^Expected scenario\.settings to have no key but .*, got "same"$/,
    ],
    ["a wrong switch", { settings: { sameName: "both" } }, /sameName to be second-device or conflict, got "both"$/],
    ["an odd device", { devices: [{ name: "a b" }] }, /devices\[0\]\.name to be a name of letters/],
    ["an odd id", { devices: [{ name: "a", id: "device-1" }] }, /id to be a device id, got "device-1"$/],
    ["an odd result", { outcomes: [{ result: "done" }] }, /to be succeeded, failed, error or stuck, got "done"$/],
    ["an unknown fault", { faults: [{ kind: "gremlin" }] }, /kind to be status, .* or missing-member, got "gremlin"$/],
    [
      "an unknown write",
      { faults: [{ kind: "other-writer", moment: "after", write: { kind: "x" } }] },
      /write\.kind to be/,
    ],
  ])("refuses %s", (_what, given, message) => {
    expect(() => parsePanoramaScenario(given)).toThrow(message);
  });
});

describe("the settings", () => {
  it("each have their evidence and their check", () => {
    expect(Object.keys(settingsEvidence).sort()).toEqual(Object.keys(defaultSettings).sort());
    for (const { why } of Object.values(settingsEvidence)) expect(why.length).toBeGreaterThan(8);
    expect(parsePanoramaScenario({ settings: defaultSettings }).settings).toEqual(defaultSettings);
  });

  it("default to the reading that does the most harm", () => {
    expect(defaultSettings).toMatchObject({
      sameName: "second-device",
      expiredArchive: "stays",
      filteredPages: "short",
      throttleAnswer: "400-throttling",
      throttleRetryAfterSeconds: null,
      mutationBudget: "shared",
      quotaCountsDeleting: true,
      deletion: "deleting-first",
      deleteWhileDeleting: "conflict",
      staticWithoutAddress: "accept",
      archiveLayout: "in-folder",
      deviceQuota: 50,
      throttling: { callsPerSecond: 5, mutationsPerSecond: 1 },
      certificateLifetimeMs: 300_000,
    });
    for (const delay of [defaultSettings.listDelayMs, defaultSettings.describeDelayMs])
      expect(delay).toBeGreaterThan(0);
    expect(defaultSettings.pageSize).toBeLessThan(25);
  });
});

describe("the demo", () => {
  it("serves three devices on loopback", async () => {
    const harness = new Harness({}, { scenario: demoPanoramaScenario(), canaryPrefix: "CANARY" });
    harness.nowMs = Date.now();
    const server = await serveOnLoopback((request) => harness.emulator.fetch(request));
    try {
      const { accessKeyId, secretAccessKey, region } = demoPanoramaIds;
      const aws = new AwsClient({ accessKeyId, secretAccessKey, region, service: "panorama" });
      const listed = await aws.fetch(`${server.url}/devices?SortBy=NAME`);
      expect(listed.status).toBe(200);
      const { Devices }: { Devices: object[] } = JSON.parse(await listed.text());
      expect(Devices).toMatchObject([
        { Name: demoPanoramaIds.device, DeviceId: demoPanoramaIds.deviceId, DeviceAggregatedStatus: "ONLINE" },
        { Name: demoPanoramaIds.offlineDevice, DeviceAggregatedStatus: "OFFLINE" },
        { Name: demoPanoramaIds.waitingDevice, DeviceAggregatedStatus: "AWAITING_PROVISIONING" },
      ]);
      const body = JSON.stringify({ Name: "new" });
      const made = await aws.fetch(`${server.url}/devices`, { method: "POST", body });
      expect(await made.text()).toContain("CANARY");
      expect(harness.emulator.state.provisioned("new")).toBe(1);
    } finally {
      await server.close();
    }
  });
});
