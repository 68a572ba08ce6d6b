import { describe, expect, test } from "vitest";
import { createProviders } from "../../../functions/providers.ts";
import { PermanentError } from "../../../lib/contracts/errors.ts";
import { ManualTime } from "../support.ts";
import { accessKeyId, connection, createWorld, endpoint, intentAt, operation, requestFor } from "./support.ts";

describe("the provider of AWS Panorama", () => {
  test("takes turns by connection and name, and polls once a minute", () => {
    const { provider } = createWorld();
    expect(provider.kind).toBe("aws-panorama");
    expect(provider.turnOf(requestFor())).toBe("aws-panorama/docks/cam-1");
    expect(provider.pollPace).toEqual({ firstMs: 60_000, maxMs: 60_000 });
    const paced = createWorld({ provider: { pollPace: { firstMs: 500 } } });
    expect(paced.provider.pollPace).toEqual({ firstMs: 500, maxMs: 60_000 });
  });

  test("starts no deployments", async () => {
    const { provider, context, time, sent } = createWorld();
    const [request, intent] = [requestFor(), intentAt(time)];
    for (const call of [
      () => provider.prepareDeployment(request, context()),
      () => provider.findDeployment(request, intent, context()),
      () => provider.createDeployment(request, intent, context()),
    ]) {
      await expect(call()).rejects.toThrow(PermanentError);
    }
    expect(sent).toEqual([]);
  });

  test("plans the very calls", async () => {
    const world = createWorld();
    const device = { Name: "cam-1", Tags: { site: "north" } };
    const plan = world.provider.plan(requestFor({ device }));
    expect(plan).toEqual([
      { method: "GET", url: `${endpoint}/devices?MaxResults=25&NameFilter=cam-1`, changes: false },
      {
        method: "POST",
        url: `${endpoint}/devices`,
        body: {
          Name: "cam-1",
          Tags: { site: "north", "drover:operation": operation, "drover:attempt": "(one for each attempt)" },
        },
        changes: true,
      },
    ]);
    const mint = world.mint({ device });
    await mint.prepare(world.context());
    await mint.create(intentAt(world.time), world.context());
    expect(world.sent.map(({ method, url }) => [method, url])).toEqual(plan.map(({ method, url }) => [method, url]));
  });

  test("is made of its connection, with its pace and below its path", async () => {
    const time = new ManualTime();
    const handoffs = { kind: "the store" };
    const parts = {
      secret: async () => Promise.reject(new Error("no secret")),
      clock: time,
      publishTargets: {},
      handoffs,
    } as unknown as Parameters<typeof createProviders>[1];
    const docks = {
      ...connection,
      endpoint: "http://127.0.0.1:4599/panorama/",
      pace: { settling: "PT5S", maxPoll: "PT3S" },
    };
    const provider = createProviders({ docks }, parts).of("docks");
    expect(provider.settling).toEqual({ requestTimeoutMs: 20_000, settlingMs: 5_000, lookEveryMs: 10_000 });
    expect(provider.pollPace).toEqual({ firstMs: 60_000, maxMs: 3_000 });
    expect(provider.plan(requestFor())[1]?.url).toBe("http://127.0.0.1:4599/panorama/devices");
    expect(provider.handoffs).toBe(handoffs);
  });
});

describe("the check", () => {
  test("warns of the end of the public service, reads, and says what else is needed", async () => {
    const { provider, context, sent } = createWorld();
    const checks = await provider.check(context());
    expect(checks.map(({ what, ok, warning }) => [what, ok, warning ?? false])).toEqual([
      ["service", true, true],
      ["access-key", true, false],
      ["devices", true, false],
      ["rights", true, false],
    ]);
    expect(checks[0]?.detail).toContain("2026-05-31");
    expect(checks[1]?.detail).toBe(`Got access key ${accessKeyId}`);
    expect(checks[3]?.detail).toContain("panorama:ProvisionDevice, panorama:TagResource");
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET ${endpoint}/devices?MaxResults=1`]);
  });

  test("says whether devices are visible", async () => {
    const { provider, context, emulator } = createWorld();
    expect((await provider.check(context()))[2]?.detail).toBe("Listing works; no device is visible");
    emulator.seedDevice({ name: "cam-1" });
    expect((await provider.check(context()))[2]?.detail).toBe("Listing works; devices are visible");
  });

  test("ends with what is refused", async () => {
    const denied = createWorld({ actions: ["ProvisionDevice"] });
    const checks = await denied.provider.check(denied.context());
    expect(checks.at(-1)).toMatchObject({ what: "devices", ok: false });
    expect(checks.at(-1)?.detail).toContain("allow panorama:ListDevices to the identity of connection docks");
    const keyless = createWorld({ values: { "vault:aws-key": "with a space" } });
    expect((await keyless.provider.check(keyless.context())).at(-1)).toMatchObject({ what: "access-key", ok: false });
    expect(keyless.sent).toEqual([]);
  });
});
