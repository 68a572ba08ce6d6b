import { expect, test } from "vitest";
import type { Span, SpanAttributes, Telemetry } from "../../lib/contracts/telemetry.ts";
import type { Posted } from "../../lib/sinks/post.ts";
import { eventOf, System } from "./support.ts";

interface Recorded {
  readonly name: string;
  readonly kind: string;
  readonly parent: string | undefined;
  readonly attributes: Record<string, unknown>;
  error?: string | undefined;
  ended: boolean;
}

function recorder() {
  const spans: Recorded[] = [];
  const counts: (readonly [string, ...(string | undefined)[]])[] = [];
  const open = (name: string, kind: string, parent: string | undefined, attributes: SpanAttributes): Span => {
    const recorded: Recorded = { name, kind, parent, attributes: { ...attributes }, ended: false };
    spans.push(recorded);
    return {
      traceparent: parent,
      set: (key, value) => {
        recorded.attributes[key] = value;
      },
      event: () => {},
      child: (child, more) => open(child, "internal", parent, more),
      within: (work) => work(),
      end: (error) => Object.assign(recorded, { error, ended: true }),
    };
  };
  const telemetry: Telemetry = {
    tracing: true,
    count: (counter, by, ...values) => counts.push([`${counter.name} ${by}`, ...values]),
    record: () => {},
    span: open,
  };
  return { telemetry, spans, counts };
}

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const outcomes: readonly (readonly [string, Posted, string, string | undefined])[] = [
  ["taken", { kind: "answered", status: 204, bytes: 0 }, "2xx", undefined],
  ["redirected", { kind: "answered", status: 301, bytes: 0 }, "3xx", "301"],
  ["refused", { kind: "answered", status: 404, bytes: 0 }, "4xx", "404"],
  ["not taken", { kind: "answered", status: 503, bytes: 0 }, "5xx", "503"],
  ["answered with nonsense", { kind: "answered", status: 999, bytes: 0 }, "failed", "_OTHER"],
  ["not answered", { kind: "failed", why: "ECONNREFUSED at a text that names whsec_x" }, "failed", "_OTHER"],
  ["interrupted", { kind: "interrupted" }, "interrupted", "_OTHER"],
];

test.each(outcomes)(
  "a delivery that is %s is a span behind its event, and is counted",
  async (_, posted, result, error) => {
    const { telemetry, spans, counts } = recorder();
    const system = new System();
    system.telemetry = telemetry;
    await system.dispatch();
    system.bus.publish(eventOf(1, { traceparent }));
    await system.dispatch();
    system.answer = () => posted;
    await system.run();
    expect(spans).toMatchObject([
      {
        name: "process deliver-event",
        kind: "consumer",
        parent: traceparent,
        attributes: {
          "messaging.destination.name": "deliver-event",
          "drover.sink": "crm",
          "drover.sink.result": result,
          "drover.event.type": "drover.operation.succeeded",
          "drover.operation.id": "operation1",
          "drover.attempt": 0,
        },
        error,
        ended: true,
      },
    ]);
    expect(counts).toEqual([["drover.sink.deliveries 1", "crm", result]]);
    expect(JSON.stringify([spans, counts])).not.toMatch(/token=|whsec_|crm\.example|ECONN/);
  },
);

test("what stands back, is held or has no sink is no delivery", async () => {
  const { telemetry, spans, counts } = recorder();
  const system = new System();
  system.telemetry = telemetry;
  await system.dispatch();
  system.bus.publish(eventOf(1));
  await system.dispatch();
  system.sinks = {};
  await system.run();
  expect([spans, counts]).toEqual([[], []]);
});
