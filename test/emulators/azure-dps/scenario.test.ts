import { describe, expect, it } from "vitest";
import {
  createAzureDpsEmulator,
  defaultSettings,
  demoDpsIds,
  demoDpsScenario,
  parseAzureDpsScenario,
  settingsEvidence,
} from "../../../emulators/azure-dps/index.ts";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import { ids, START_MS, scenario } from "./harness.ts";

const service = { subscriptionId: ids.subscription, resourceGroup: ids.group, name: "x" };
const write = { service: "x" };

describe("a scenario from a file", () => {
  it("survives JSON unchanged, all settings included", () => {
    for (const given of [scenario, demoDpsScenario(), {}, { settings: defaultSettings }]) {
      expect(parseAzureDpsScenario(JSON.parse(JSON.stringify(given)))).toEqual(given);
    }
  });

  it.each([
    ["a list that is none", { services: {} }, "Expected scenario.services to be an array, got {}"],
    [
      "an unknown setting",
      { settings: { etags: 1 } },
      /^Expected scenario\.settings to have no key but .*, got "etags"$/,
    ],
    [
      "a wrong switch",
      { settings: { staleEtag: "412" } },
      /staleEtag to be ignore, refuse-412 or refuse-409, got "412"$/,
    ],
    ["odd rights", { services: [{ ...service, policies: [{ keyName: "a", rights: "?" }] }] }, /rights to be rights/],
    [
      "an odd id scope",
      { services: [{ ...service, idScope: "1" }] },
      /idScope to be an id scope such as 0ne00000012, got "1"$/,
    ],
    [
      "an odd result",
      { outcomes: [{ result: "done" }] },
      /result to be succeeded, failed, .* or unknown-status, got "done"$/,
    ],
    [
      "an unknown fault",
      { faults: [{ kind: "gremlin" }] },
      /kind to be status, drop, .* or foreign-status-url, got "gremlin"$/,
    ],
    [
      "a writer without its moment",
      { faults: [{ kind: "other-writer", write }] },
      /moment to be before or after, got nothing$/,
    ],
    [
      "an origin with a path",
      { faults: [{ kind: "foreign-status-url", origin: "https://a/b" }] },
      /origin without a path/,
    ],
  ])("refuses %s", (_what, given, message) => {
    expect(() => parseAzureDpsScenario(given)).toThrow(message);
  });

  it.each([
    [
      "a service without its group",
      { services: [service] },
      /^Expected the resource group of service "x" to be seeded/,
    ],
    [
      "rights that are none",
      { ...scenario, services: [{ ...service, policies: [{ keyName: "a", rights: "All" }] }] },
      /rights of the policy "a"/,
    ],
    [
      "a link to no hub",
      { ...scenario, services: [{ ...service, hubs: [{ name: "h", keyName: "k" }] }] },
      /hub and policy/,
    ],
    [
      "an enrollment of no service",
      { enrollments: [{ service: "x", id: "a" }] },
      /^Expected the service of enrollment "a"/,
    ],
    ["a slow fault without a delay", { faults: [{ kind: "slow" as const, delayMs: 1 }] }, /option delay/],
  ])("refuses to start with %s", (_what, given, message) => {
    expect(() => createAzureDpsEmulator({ now: () => START_MS, scenario: given })).toThrow(message);
  });
});

describe("the settings", () => {
  it("each have their evidence", () => {
    expect(Object.keys(settingsEvidence).sort()).toEqual(Object.keys(defaultSettings).sort());
    for (const { why } of Object.values(settingsEvidence)) expect(why.length).toBeGreaterThan(8);
  });
});

describe("the demo", () => {
  it("serves one service with two policies and a hub on loopback, a vault beside it", async () => {
    const emulator = createAzureDpsEmulator({
      now: () => START_MS,
      scenario: demoDpsScenario(),
      canaryPrefix: "CANARY",
    });
    emulator.vaults.seedVault({ name: "kv-apps" });
    const server = await serveOnLoopback((request) => emulator.fetch(request));
    try {
      const login = async (scope: string): Promise<string> => {
        const form = {
          grant_type: "client_credentials",
          client_id: demoDpsIds.clientId,
          client_secret: demoDpsIds.clientSecret,
          scope,
        };
        const reply = await fetch(`${server.url}/${demoDpsIds.directoryId}/oauth2/v2.0/token`, {
          method: "POST",
          body: new URLSearchParams(form),
        });
        const { access_token }: { access_token: string } = JSON.parse(await reply.text());
        return access_token;
      };
      const { subscriptionId, resourceGroup, service: name } = demoDpsIds;
      const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Devices/provisioningServices/${name}/listkeys`;
      const authorization = `Bearer ${await login("https://management.azure.com/.default")}`;
      const keys = await fetch(`${server.url}${path}?api-version=2017-11-15`, {
        method: "POST",
        headers: { authorization },
      });
      expect(keys.status).toBe(200);
      expect(await keys.text()).toContain("CANARY");
      const vault = {
        authorization: `Bearer ${await login("https://vault.azure.net/.default")}`,
        "content-type": "application/json",
      };
      const url = `${server.url}/kv-apps.vault.azure.net/secrets/app?api-version=7.4`;
      expect((await fetch(url, { method: "PUT", headers: vault, body: '{"value":"s"}' })).status).toBe(200);
      expect(emulator.vaults.current("kv-apps", "app")).toBe("s");
      expect(emulator.state.linkWorks(name, demoDpsIds.hub)).toBe(true);
    } finally {
      await server.close();
    }
  });
});
