import { expect, test } from "vitest";
import { HostTelemetry } from "../../functions/telemetry/telemetry.ts";
import { noSpan } from "../../lib/contracts/telemetry.ts";
import { watchedFleet } from "./watched-fleet.ts";

/** In a file of its own: nobody has registered OpenTelemetry's kit in this process. */

const polls = () => Array.from({ length: 2 }, () => ({ kind: "in-progress", status: "InProgress" }) as const);

test("without a kit nothing is recorded but the sums", async () => {
  const telemetry = new HostTelemetry("0");
  expect(telemetry.tracing).toBe(false);
  expect(telemetry.span("process x", "consumer", undefined, {})).toBe(noSpan);
  const fleet = watchedFleet(telemetry, { polls: polls(), durationMs: 0 });
  fleet.submit("r1");
  expect(await fleet.run()).toBe(true);
  const text = await telemetry.prometheus(async () => []);
  expect(text).toContain('drover_operation_ended_total{drover_outcome="succeeded"');
});

test.each([
  ["with nobody who listens", undefined],
  ["with sums alone", new HostTelemetry("0")],
])("%s each message has a span id of its own, in the trace of its operation", async (_name, telemetry) => {
  const fleet = watchedFleet(telemetry, { polls: polls(), durationMs: 0 });
  const seen = new Set<string>();
  fleet.world.afterIo = () => {
    for (const { queue, body } of fleet.world.store.messages.values()) {
      if (queue !== "inbox") seen.add(JSON.parse(body).traceparent);
    }
  };
  fleet.submit("r1", { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" });
  expect(await fleet.run()).toBe(true);
  expect(seen.size).toBe(4);
  for (const traceparent of seen) expect(traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
  expect(seen).not.toContain("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
});

test("with and without somebody who listens the ledger, queue and provider see the same", async () => {
  const traces = await Promise.all(
    [undefined, new HostTelemetry("0")].map(async (telemetry) => {
      const fleet = watchedFleet(telemetry, { creates: ["throttle", "lose-reply"], polls: polls() }, { inFlight: 1 });
      fleet.submit("r1");
      fleet.submit("r2");
      expect(await fleet.run()).toBe(true);
      // The lag of a sweep is the one figure that costs a read.
      return fleet.world.trace.filter((io) => !io.startsWith("ledger.read"));
    }),
  );
  expect(traces[1]).toEqual(traces[0]);
});
