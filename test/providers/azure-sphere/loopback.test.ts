import { afterEach, describe, expect, test } from "vitest";
import { createAzureSphereEmulator, demoIds, demoScenario } from "../../../emulators/azure-sphere/index.ts";
import { delayOnTimer, serveOnLoopback } from "../../../emulators/serve.ts";
import type { AzureSphereConnection } from "../../../lib/contracts/configuration.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { createAzureSphereProvider } from "../../../lib/providers/azure-sphere/index.ts";
import { failureOf, ManualTime, settle } from "../support.ts";
import { intentFor, requestFor } from "./support.ts";

const { groups, images } = demoIds;
let close = async () => {};
afterEach(() => close());

async function demo(over: Partial<AzureSphereConnection> = {}) {
  const time = new ManualTime();
  const emulator = createAzureSphereEmulator({ now: time.now, delay: delayOnTimer, scenario: demoScenario() });
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  close = () => server.close();
  const { directoryId, clientId, tenantId } = demoIds;
  const provider = createAzureSphereProvider({
    name: "demo",
    connection: {
      kind: "azure-sphere",
      api: "legacy-v2",
      endpoint: server.url,
      sphereTenantId: tenantId,
      credential: { kind: "client-secret", directoryId, clientId, secret: "env:DEMO", authority: server.url },
      ...over,
    },
    secret: async () => new Secret(demoIds.clientSecret),
    clock: time,
    settling: { requestTimeoutMs: 2_000 },
  });
  const context = () => ({ signal: new AbortController().signal, nowMs: time.now() });
  const begin = async (group: string) => {
    const request = requestFor([images.app, images.boardConfig], group);
    const prepared = await provider.prepareDeployment(request, context());
    return { request, intent: intentFor(time, prepared) };
  };
  return { time, emulator, provider, context, begin, server };
}

describe("over loopback, through the network", () => {
  test("a deployment goes its way", async () => {
    const { time, provider, context, begin, emulator } = await demo();
    const { request, intent } = await begin(groups.happy);
    const started = await provider.createDeployment(request, intent, context());
    expect(await provider.poll(request, started.handle, intent, context())).toMatchObject({ kind: "in-progress" });
    time.advance(5_000);
    expect(await provider.poll(request, started.handle, intent, context())).toMatchObject({ outcome: "succeeded" });
    expect(emulator.state.acceptedCreates()).toBe(1);
  });

  test("a lost reply is reconciled by what the history shows", async () => {
    const { time, provider, context, begin, emulator } = await demo();
    const { request, intent } = await begin(groups.replyLost);
    expect(await failureOf(provider.createDeployment(request, intent, context()))).toMatchObject({
      effect: "possible",
    });
    expect(await provider.findDeployment(request, intent, context())).toEqual({ kind: "absent-so-far" });
    time.advance(5_000);
    expect(await provider.findDeployment(request, intent, context())).toMatchObject({ kind: "found" });
    expect(emulator.state.acceptedCreates()).toBe(1);
  });

  test("a throttled create has no effect and says when to come again", async () => {
    const { provider, context, begin } = await demo();
    const { request, intent } = await begin(groups.throttled);
    const error = await failureOf(provider.createDeployment(request, intent, context()));
    expect(error).toMatchObject({ code: "throttled", effect: "none", retryAfterMs: 3_000 });
  });

  test("a create that is never answered ends with the time-out", async () => {
    const { provider, context, begin, emulator } = await demo();
    const { request, intent } = await begin(groups.happy);
    emulator.addFault({ kind: "silence", method: "POST", path: "*/deployments" });
    const began = performance.now();
    expect(await failureOf(provider.createDeployment(request, intent, context()))).toMatchObject({
      code: "timed-out",
      effect: "possible",
    });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test("a service that is gone proves that nothing was sent", async () => {
    const { provider, context, begin, server } = await demo();
    const { request, intent } = await begin(groups.happy);
    await server.close();
    close = async () => {};
    // Until the kept connection is known to be closed, a request on it may or may not have arrived.
    await settle();
    expect(await failureOf(provider.createDeployment(request, intent, context()))).toMatchObject({
      code: "unreachable",
      effect: "none",
    });
  });

  test("the check passes", async () => {
    const { provider, context } = await demo();
    expect((await provider.check(context())).filter(({ ok }) => !ok)).toEqual([]);
  });
});
