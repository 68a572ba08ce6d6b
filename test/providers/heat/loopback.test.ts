import { afterEach, expect, test } from "vitest";
import { createHeatEmulator, demoHeatScenario, type Flavour } from "../../../emulators/heat/index.ts";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import type { HeatConnection } from "../../../lib/contracts/connections/heat.ts";
import { connections, createCloud, finish, ids, start } from "./support.ts";

let close = async () => {};
afterEach(() => close());

test.each<Flavour>(["openstack", "otc", "rackspace"])(
  "over loopback, through the network, %s goes its way",
  async (flavour) => {
    let now = () => 0;
    const { faults: _none, ...scenario } = demoHeatScenario(flavour);
    const emulator = createHeatEmulator({ now: () => now(), scenario });
    const server = await serveOnLoopback((request) => emulator.fetch(request));
    close = () => server.close();
    const path = flavour === "rackspace" ? "/v2.0" : "/v3";
    const connection: HeatConnection = { ...connections[flavour], authUrl: `${server.url}${path}` };
    const cloud = createCloud({ flavour, connection, provider: { fetch: undefined } });
    now = cloud.time.now;
    const checks = await cloud.provider.check(cloud.context());
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    const made = await start(cloud);
    expect(await finish(cloud, made)).toMatchObject({ kind: "ended", outcome: "succeeded" });
    const traces = { handle: made.started.handle, intents: made.intents };
    await cloud.provider.cleanUp?.(made.request, traces, cloud.context());
    expect(emulator.state.deployments()).toEqual([]);
    expect(emulator.state.configs().map(({ id }) => id)).toEqual([ids.configId]);
    expect(emulator.state.objects()).toEqual([]);
  },
);
