import { describe, expect, it } from "vitest";
import {
  createAzureSphereEmulator,
  demoIds,
  demoScenario,
  parseAzureSphereScenario,
} from "../../../emulators/azure-sphere/index.ts";
import { ids, type OperationWire, START_MS, scenario } from "./harness.ts";

describe("a scenario from a file", () => {
  it("survives JSON unchanged", () => {
    for (const given of [scenario, demoScenario(), {}]) {
      expect(parseAzureSphereScenario(JSON.parse(JSON.stringify(given)))).toEqual(given);
    }
  });

  const group = { id: ids.group, tenantId: ids.tenant, productId: ids.product, name: "x" };

  it.each([
    ["nothing", undefined, "Expected scenario to be an object, got nothing"],
    ["an array", [], "Expected scenario to be an object, got []"],
    ["a list that is none", { tenants: {} }, "Expected scenario.tenants to be an array, got {}"],
    ["a malformed id", { tenants: [{ id: "7", name: "x" }] }, 'Expected scenario.tenants[0].id to be a UUID, got "7"'],
    [
      "a missing name",
      { tenants: [{ id: ids.tenant }] },
      "Expected scenario.tenants[0].name to be a non-empty string, got nothing",
    ],
    [
      "a wrong policy",
      { groups: [{ ...group, updatePolicy: 5 }] },
      "Expected scenario.groups[0].updatePolicy to be 0, 1 or 2, got 5",
    ],
    [
      "an odd result",
      { outcomes: [{ result: "done" }] },
      /^Expected scenario\.outcomes\[0\]\.result to be complete, failed, .* or unknown-state, got "done"$/,
    ],
    [
      "a negative time",
      { outcomes: [{ result: "stuck", inProgressMs: -1 }] },
      "Expected scenario.outcomes[0].inProgressMs to be an integer of at least 0, got -1",
    ],
    [
      "an unknown fault",
      { faults: [{ kind: "gremlin" }] },
      /^Expected scenario\.faults\[0\]\.kind to be status, drop, .* or late-landing, got "gremlin"$/,
    ],
    [
      "a fault without its number",
      { faults: [{ kind: "slow" }] },
      "Expected scenario.faults[0].delayMs to be an integer of at least 0, got nothing",
    ],
    [
      "a status that is none",
      { faults: [{ kind: "status", status: 99 }] },
      "Expected scenario.faults[0].status to be an integer from 200 to 599, got 99",
    ],
    [
      "a chance above one",
      { faults: [{ kind: "drop", probability: 1.5 }] },
      "Expected scenario.faults[0].probability to be a number from 0 to 1, got 1.5",
    ],
    [
      "an origin with a path",
      { faults: [{ kind: "foreign-pointers", origin: "https://x.example/y" }] },
      /^Expected scenario\.faults\[0\]\.origin to be an http or https origin/,
    ],
    [
      "a setting of the wrong type",
      { settings: { globalOperations: "yes" } },
      'Expected scenario.settings.globalOperations to be true or false, got "yes"',
    ],
    [
      "a short device id",
      { devices: [{ id: "ab", tenantId: ids.tenant, deviceGroupId: ids.group }] },
      /^Expected scenario\.devices\[0\]\.id to be 128 hex characters/,
    ],
  ])("refuses %s with one sentence", (_what, value, message) => {
    expect(() => parseAzureSphereScenario(value)).toThrow(message);
  });

  it("refuses unknown keys and names the known ones", () => {
    expect(() => parseAzureSphereScenario({ tenants: [], colour: "red" })).toThrow(
      /^Expected scenario to have no key but settings, tenants, .*, got "colour"$/,
    );
    expect(() => parseAzureSphereScenario({ tenants: [{ id: ids.tenant, name: "x", constructor: 1 }] })).toThrow(
      'Expected scenario.tenants[0] to have no key but id, name, got "constructor"',
    );
  });

  it("is checked when an emulator is created", () => {
    const now = (): number => START_MS;
    const role = { tenantId: ids.tenant, objectId: ids.nobody, roleNames: [] };
    expect(() => createAzureSphereEmulator({ now, scenario: { roles: [role] } })).toThrow(
      `Expected the tenant of role to be seeded before it, got ${ids.tenant}`,
    );
    expect(() => createAzureSphereEmulator({ now, scenario: { tenants: [{ id: "7", name: "x" }] } })).toThrow(
      'Expected scenario.tenants[0].id to be a UUID, got "7"',
    );
  });
});

describe("the demo", () => {
  class Demo {
    nowMs = START_MS;
    readonly waits: number[] = [];
    readonly emulator = createAzureSphereEmulator({
      now: () => this.nowMs,
      delay: async (ms) => {
        this.waits.push(ms);
        this.nowMs += ms;
      },
      scenario: demoScenario(),
    });
    readonly #token = this.#signIn();

    async #signIn(): Promise<string> {
      const form = {
        grant_type: "client_credentials",
        client_id: demoIds.clientId,
        client_secret: demoIds.clientSecret,
        scope: "https://firstparty.sphere.azure.net/api/.default",
      };
      const url = `https://login.example/${demoIds.directoryId}/oauth2/v2.0/token`;
      const response = await this.emulator.fetch(new Request(url, { method: "POST", body: new URLSearchParams(form) }));
      const { access_token }: { access_token: string } = JSON.parse(await response.text());
      return access_token;
    }

    async send(path: string, body?: readonly string[]): Promise<Response> {
      const headers = { authorization: `Bearer ${await this.#token}`, "content-type": "application/json" };
      const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
      return this.emulator.fetch(new Request(`https://api.example/v2/tenants/${demoIds.tenantId}${path}`, init));
    }

    create(group: string, imageIds: readonly string[] = [demoIds.images.app]): Promise<Response> {
      return this.send(`/devicegroups/${group}/deployments`, imageIds);
    }

    async outcome(group: string, imageIds?: readonly string[]): Promise<OperationWire> {
      const operation: OperationWire = JSON.parse(await (await this.create(group, imageIds)).text());
      this.nowMs += 5_000;
      return JSON.parse(await (await this.send(`/operations/${operation.OperationId}`)).text());
    }
  }

  const { groups, images } = demoIds;

  it("has groups that succeed, fail, partly fail and never end", async () => {
    const demo = new Demo();
    expect(await demo.outcome(groups.happy, [images.app, images.boardConfig])).toMatchObject({ State: 2 });
    expect(await demo.outcome(groups.failing)).toMatchObject({ State: 3, Error: { Code: 4 } });
    expect(await demo.outcome(groups.partlyFailing)).toMatchObject({ State: 4 });
    expect(await demo.outcome(groups.stuck)).toMatchObject({ State: 1 });
    expect(await demo.outcome(groups.updatesBlocked)).toMatchObject({ State: 2 });
    expect(await demo.outcome(groups.happy, [images.app, images.appNext])).toMatchObject({
      State: 3,
      Error: { Code: 5 },
    });
    expect(await demo.outcome(groups.happy, [images.processing])).toMatchObject({ State: 3, Error: { Code: 5 } });
  });

  it("throttles the first two creates of one group", async () => {
    const demo = new Demo();
    const replies = [
      await demo.create(groups.throttled),
      await demo.create(groups.throttled),
      await demo.create(groups.throttled),
    ];
    expect(replies.map(({ status, headers }) => [status, headers.get("retry-after")])).toEqual([
      [429, "3"],
      [429, "3"],
      [202, null],
    ]);
  });

  it("loses one reply, and lands another create late", async () => {
    const demo = new Demo();
    await expect(demo.create(groups.replyLost)).rejects.toThrow("fetch failed");
    expect(demo.emulator.state.acceptedCreates(groups.replyLost)).toBe(1);
    await expect(demo.create(groups.lateLanding)).rejects.toThrow("fetch failed");
    expect(demo.emulator.state.acceptedCreates(groups.lateLanding)).toBe(0);
    demo.nowMs += 20_000;
    expect(demo.emulator.state.acceptedCreates(groups.lateLanding)).toBe(1);
  });

  it("is slow where it says so", async () => {
    const demo = new Demo();
    expect(await demo.outcome(groups.slow)).toMatchObject({ State: 0 });
    expect(demo.waits).toEqual([1_500]);
    demo.nowMs += 60_000;
    expect(demo.emulator.state.deployments(groups.slow)).toHaveLength(1);
  });
});
