import { describe, expect, test } from "vitest";
import type { Flavour } from "../../../emulators/heat/index.ts";
import { applicationCredential, createCloud, finish, ids, requestFor, server, start } from "./support.ts";

const flavours: readonly Flavour[] = ["openstack", "otc", "rackspace"];

describe.each(flavours)("a deployment on %s", (flavour) => {
  test("logs in, derives, deploys, ends and leaves nothing behind", async () => {
    const cloud = createCloud({ flavour });
    const made = await start(cloud);
    const { handle, ids: started } = made.started;
    expect(started["serverId"]).toBe(server);
    expect(cloud.emulator.state.deployments(server)).toHaveLength(1);
    const polled = await finish(cloud, made);
    expect(polled).toMatchObject({ kind: "ended", status: "COMPLETE", outcome: "succeeded" });
    expect(cloud.emulator.state.runs()).toHaveLength(1);
    expect(cloud.emulator.state.objects()).toHaveLength(1);
    expect(cloud.emulator.state.refusedSignals()).toEqual([]);
    expect(cloud.provider.cleansUp?.(made.request, "succeeded")).toBe(true);
    const traces = { handle, intents: made.intents };
    await cloud.provider.cleanUp?.(made.request, traces, cloud.context());
    expect(cloud.emulator.state.deployments(server)).toEqual([]);
    expect(cloud.emulator.state.configs().map(({ id }) => id)).toEqual([ids.configId]);
    expect(cloud.emulator.state.objects()).toEqual([]);
    await cloud.provider.cleanUp?.(made.request, traces, cloud.context());
    expect(cloud.sent.filter(({ url }) => /tokens$/.test(url))).toHaveLength(1);
  });
});

test("an application credential logs in without a scope", async () => {
  const cloud = createCloud({
    connection: applicationCredential,
    secrets: { "vault:login": ids.openstack.credentialSecret },
  });
  const made = await start(cloud, requestFor({ deployment: { input_values: { version: "2" } } }));
  expect(await finish(cloud, made)).toMatchObject({ kind: "ended", outcome: "succeeded" });
});
