import { describe, expect, onTestFinished, test } from "vitest";
import { createEventBridgeEmulator } from "../../../emulators/event-bridge/index.ts";
import { serveOnLoopback } from "../../../emulators/serve.ts";
import {
  ConfigurationError,
  InvalidInputError,
  RetryableError,
  UnauthorizedError,
} from "../../../lib/contracts/errors.ts";
import { awsBus } from "../../../lib/platforms/aws/bus.ts";
import { describeBus, eventOf } from "../../contracts/bus.ts";
import { byTarget, startFaultProxy } from "./fault-proxy.ts";
import { accessKey, impatience, secretAccessKey, settingsFor, shownBy, thrownBy } from "./settings.ts";

const busName = "drover-test";

async function openBus(options: { readonly actions?: readonly string[]; readonly busName?: string } = {}) {
  const emulator = createEventBridgeEmulator({ now: Date.now });
  emulator.seedBus(busName);
  const { actions } = options;
  emulator.seedAccessKey({ ...accessKey, ...(actions === undefined ? {} : { actions }) });
  const server = await serveOnLoopback((request) => emulator.fetch(request));
  const proxy = await startFaultProxy(server.url);
  const persistence = impatience();
  const settings = settingsFor(proxy.url);
  const bus = awsBus({ settings, busName: options.busName ?? busName, persistence });
  const close = async () => {
    await proxy.close();
    await server.close();
  };
  const delivered = async () => emulator.events().map(({ detail }) => JSON.parse(detail));
  return { bus, emulator, proxy, persistence, delivered, close };
}

async function opened(options: Parameters<typeof openBus>[0] = {}) {
  const world = await openBus(options);
  onTestFinished(world.close);
  return world;
}

describeBus("aws", openBus);

describe("bus on aws, as rules and the service see it", () => {
  test("publishes the whole CloudEvent, its type and its time", async () => {
    const { bus, emulator } = await opened();
    await bus.publish([eventOf(1)]);
    const [event] = emulator.events();
    expect(event).toMatchObject({ bus: busName, source: "drover", detailType: eventOf(1).type, time: eventOf(1).time });
    expect(event?.detail).toBe(JSON.stringify(eventOf(1)));
  });

  test("looks once whether the bus is there, as the service swallows what is sent to none", async () => {
    const missing = await opened({ busName: "not-there" });
    const error = await thrownBy(() => missing.bus.publish([eventOf(1)]));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toHaveProperty("code", "place-missing");
    expect(error.message).toMatch(
      /^Expected the bus not-there to take events, got 400 ResourceNotFoundException: create the bus/,
    );
    expect(missing.emulator.callCounts()).toEqual({ DescribeEventBus: 1 });
    const there = await opened();
    for (let count = 0; count < 3; count += 1) await there.bus.publish([eventOf(count)]);
    expect(there.emulator.callCounts()).toEqual({ DescribeEventBus: 1, PutEvents: 3 });
  });

  test("keeps the bounds of a request: ten entries and 256 KiB", async () => {
    const { bus, emulator, proxy, delivered } = await opened();
    const reason = "x".repeat(60_000);
    const events = Array.from({ length: 23 }, (_, index) => (index < 9 ? eventOf(index, reason) : eventOf(index)));
    await bus.publish(events);
    expect(await delivered()).toHaveLength(23);
    const sizes = proxy.log
      .filter(({ operation }) => operation === "PutEvents")
      .map(({ body }) => JSON.parse(body).Entries.length);
    expect(sizes.every((size) => size <= 10)).toBe(true);
    expect(sizes.reduce((a, b) => a + b)).toBe(23);
    expect(emulator.discarded()).toEqual([]);
  });

  test("refuses an event that no ledger item can hold, without quoting it", async () => {
    const { bus, proxy } = await opened();
    const error = await thrownBy(() => bus.publish([eventOf(1), eventOf(2, "canary ".repeat(10_000))]));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toHaveProperty("code", "too-large");
    expect(shownBy(error)).not.toContain("canary");
    expect(proxy.log).toEqual([]);
  });
});

describe("bus on aws, when calls fail", () => {
  test("repeats the failed entries alone", async () => {
    const { bus, emulator, proxy, persistence, delivered } = await opened();
    emulator.addFault({ kind: "entries", code: "InternalFailure", indexes: [1, 4], operation: "PutEvents", times: 1 });
    const events = Array.from({ length: 6 }, (_, index) => eventOf(index));
    await bus.publish(events);
    const ids = (await delivered()).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
    const puts = proxy.log
      .filter(({ operation }) => operation === "PutEvents")
      .map(({ body }) => JSON.parse(body).Entries.length);
    expect(puts).toEqual([6, 2]);
    expect(persistence.pauses).toEqual([75]);
  });

  test("gives up after three attempts with an error that says to try later", async () => {
    const { bus, emulator, persistence } = await opened();
    emulator.addFault({ kind: "entries", code: "ThrottlingException", indexes: [0], operation: "PutEvents" });
    const error = await thrownBy(() => bus.publish([eventOf(1), eventOf(2)]));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toHaveProperty("code", "throttled");
    expect(persistence.pauses).toEqual([75, 150]);
    expect(emulator.callCounts()).toMatchObject({ PutEvents: 3 });
  });

  test("does not repeat an entry that the service will never take", async () => {
    const { bus, emulator } = await opened();
    for (const [code, kind] of [
      ["MalformedDetail", InvalidInputError],
      ["NotAuthorizedForSourceException", UnauthorizedError],
    ] as const) {
      emulator.addFault({ kind: "entries", code, indexes: [0], operation: "PutEvents", times: 1 });
      expect(await thrownBy(() => bus.publish([eventOf(1)]))).toBeInstanceOf(kind);
    }
    expect(emulator.callCounts()).toMatchObject({ PutEvents: 2 });
  });

  test.each([
    ["throttled", { kind: "status", status: 429 }],
    ["failing inside", { kind: "status", status: 500 }],
    ["cut off before it arrived", { kind: "drop" }],
  ] as const)("publishes once when a call is %s", async (_, fault) => {
    const { bus, emulator, delivered } = await opened();
    emulator.addFault({ ...fault, operation: "*", times: 2 });
    await bus.publish([eventOf(1), eventOf(2)]);
    expect(await delivered()).toEqual([eventOf(1), eventOf(2)]);
  });

  test("publishes again with the same id when the answer was lost", async () => {
    const { bus, proxy, delivered } = await opened();
    proxy.on(byTarget("PutEvents"), { kind: "drop-after" });
    await bus.publish([eventOf(1)]);
    expect(await delivered()).toEqual([eventOf(1), eventOf(1)]);
  });

  test("gives up a call that is never answered and publishes again", async () => {
    const world = await opened();
    const bus = awsBus({
      settings: settingsFor(world.proxy.url, { requestTimeoutMs: 60 }),
      busName,
      persistence: impatience(),
    });
    world.proxy.on(byTarget("PutEvents"), { kind: "hang-after" });
    await bus.publish([eventOf(1)]);
    expect(new Set((await world.delivered()).map(({ id }) => id))).toEqual(new Set([eventOf(1).id]));
  });

  test("says which permission is missing, and shows neither event nor key", async () => {
    const { bus } = await opened({ actions: ["DescribeEventBus"] });
    const error = await thrownBy(() => bus.publish([eventOf(1, "canary-of-an-event")]));
    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error.message).toContain("allow events:PutEvents and events:DescribeEventBus to the function's role");
    expect(shownBy(error)).not.toContain("canary");
    expect(shownBy(error)).not.toContain(secretAccessKey);
  });
});
