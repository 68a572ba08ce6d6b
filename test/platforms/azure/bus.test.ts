import { AzureKeyCredential, EventGridPublisherClient } from "@azure/eventgrid";
import { describe, expect, test } from "vitest";
import { createEventGridEmulator } from "../../../emulators/event-grid/index.ts";
import type { DroverEvent } from "../../../lib/contracts/event.ts";
import { Secret } from "../../../lib/contracts/secret.ts";
import { azureBus } from "../../../lib/platforms/azure/bus.ts";
import { describeBus, eventOf } from "../../contracts/bus.ts";
import { behindProxy, noTokens } from "./accounts.ts";
import { busy, lostAfter, lostBefore, refusedWith } from "./faults.ts";
import { tokensOf } from "./identity.ts";
import { impatience, shownBy, thrownBy } from "./patience.ts";

const key = "canary/TopicKey==";

async function opened(options: { readonly withIdentity?: boolean; readonly requestTimeoutMs?: number } = {}) {
  const identity = tokensOf("https://eventgrid.azure.net/.default");
  const emulator = createEventGridEmulator({ key, tokens: identity.valid });
  const proxy = await behindProxy((request) => emulator.fetch(request));
  const persistence = impatience();
  const { requestTimeoutMs } = options;
  const bus = azureBus({
    settings: requestTimeoutMs === undefined ? {} : { requestTimeoutMs },
    endpoint: `${proxy.url}/api/events`,
    tokens: options.withIdentity === true ? identity.tokens : noTokens,
    key: options.withIdentity === true ? undefined : new Secret(key),
    persistence,
  });
  return {
    bus,
    emulator,
    proxy,
    identity,
    persistence,
    delivered: async () => emulator.delivered() as unknown as readonly DroverEvent[],
    close: async () => undefined,
  };
}

describeBus("azure (Event Grid)", () => opened());
describeBus("azure (Event Grid, with an identity)", () => opened({ withIdentity: true }));

describe("bus on azure", () => {
  test("speaks to a topic as the SDK's client does", async () => {
    const { bus, proxy } = await opened();
    const event = eventOf(1);
    await bus.publish([event]);
    const client = new EventGridPublisherClient(`${proxy.url}/api/events`, "CloudEvent", new AzureKeyCredential(key), {
      allowInsecureConnection: true,
    });
    await client.send([{ ...event, time: new Date(event.time), extensionAttributes: { sequence: event.sequence } }]);
    const [ours, theirs] = proxy.log;
    expect(ours?.path).toBe(theirs?.path);
    expect(ours?.headers["content-type"]).toBe(theirs?.headers["content-type"]);
    expect(ours?.headers["aeg-sas-key"]).toBe(theirs?.headers["aeg-sas-key"]);
    expect(JSON.parse(ours?.body ?? "")).toEqual([event]);
    expect(JSON.parse(theirs?.body ?? "")[0]).toMatchObject({ id: event.id, sequence: event.sequence });
    expect(proxy.log.map(({ answered }) => answered)).toEqual([200, 200]);
  });

  test("sends batches that stay far below what a topic takes", async () => {
    const { bus, proxy, delivered } = await opened();
    const events = Array.from({ length: 250 }, (_, index) => eventOf(index, "x".repeat(2_000)));
    await bus.publish(events);
    expect(await delivered()).toHaveLength(250);
    expect(proxy.log).toHaveLength(3);
    for (const { body } of proxy.log) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(257 * 1024);
  });

  test("halves a batch that a topic finds too large, until it fits", async () => {
    const { bus, emulator, delivered, proxy } = await opened();
    emulator.configure({ maxBytes: 2_000 });
    await bus.publish(Array.from({ length: 9 }, (_, index) => eventOf(index)));
    expect(new Set((await delivered()).map(({ id }) => id)).size).toBe(9);
    expect(proxy.log.filter(({ answered }) => answered === 413).length).toBeGreaterThan(0);
    emulator.configure({ maxBytes: 10 });
    await expect(bus.publish([eventOf(1)])).rejects.toMatchObject({ name: "InvalidInputError", code: "too-large" });
  });

  test("refuses an event that no ledger row could hold, before anything is sent", async () => {
    const { bus, proxy } = await opened();
    await expect(bus.publish([eventOf(1), eventOf(2, "é".repeat(33_000))])).rejects.toHaveProperty("code", "too-large");
    expect(proxy.log).toEqual([]);
  });

  test.each([
    ["throttled", busy, 0],
    ["cut off before", lostBefore, 0],
    ["cut off after", lostAfter, 2],
    ["never answered", { kind: "hang-after" } as const, 2],
  ])("loses no event when it is %s, and doubles none under another id", async (_name, fault, doubled) => {
    const { bus, proxy, delivered, persistence } = await opened(
      fault.kind === "hang-after" ? { requestTimeoutMs: 700 } : {},
    );
    proxy.on(() => true, fault, { times: 2 });
    await bus.publish([eventOf(1)]);
    const ids = (await delivered()).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set([eventOf(1).id]));
    expect(ids).toHaveLength(1 + doubled);
    expect(persistence.pauses).toEqual([75, 150]);
  });

  test("waits no longer inside a function than it was asked to wait outside", async () => {
    const { bus, proxy, persistence } = await opened();
    proxy.on(() => true, refusedWith(429, "TooManyRequests", { "retry-after": "40" }), { times: 99 });
    await expect(bus.publish([eventOf(1)])).rejects.toMatchObject({ code: "throttled", retryAfterMs: 40_000 });
    expect(persistence.pauses).toEqual([]);
  });

  test.each([
    [refusedWith(401, "Unauthorized"), "UnauthorizedError", "unauthorized"],
    [refusedWith(403, "Forbidden"), "UnauthorizedError", "unauthorized"],
    [refusedWith(404, ""), "ConfigurationError", "place-missing"],
    [refusedWith(400, "BadRequest"), "InvalidInputError", "refused-by-service"],
    [refusedWith(503, ""), "RetryableError", "provider-unavailable"],
    [refusedWith(302, "", { location: "https://elsewhere.example/" }), "PermanentError", "refused-by-service"],
  ])("says what %j means", async (fault, name, code) => {
    const { bus, proxy } = await opened();
    proxy.on(() => true, fault, { times: 99 });
    const error = await thrownBy(() => bus.publish([eventOf(1, "content-of-the-event")]));
    expect(error).toMatchObject({ name, code, provider: "event-grid" });
    expect(shownBy(error)).not.toMatch(/content-of|canary/);
  });

  test("logs in anew when its token is refused, once", async () => {
    const { bus, identity, delivered, proxy } = await opened({ withIdentity: true });
    await bus.publish([eventOf(1)]);
    identity.revoke();
    await bus.publish([eventOf(2)]);
    expect(await delivered()).toHaveLength(2);
    expect(proxy.log.map(({ answered }) => answered)).toEqual([200, 401, 200]);
    identity.refuseAll();
    await expect(bus.publish([eventOf(3)])).rejects.toHaveProperty("name", "UnauthorizedError");
    expect(proxy.log).toHaveLength(5);
  });
});
