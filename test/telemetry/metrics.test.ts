import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterAll, beforeEach, expect, test } from "vitest";
import { HostTelemetry } from "../../functions/telemetry/telemetry.ts";
import { instruments } from "../../lib/contracts/telemetry.ts";
import { idOf } from "../operations/fleet.ts";
import { watchedFleet } from "./watched-fleet.ts";

let exporter: InMemoryMetricExporter;
let provider: MeterProvider;

beforeEach(() => {
  metrics.disable();
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
});
afterAll(() => provider.shutdown());

interface Point {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
}

/** The last value of each series; of a histogram, how many were recorded. */
async function points(): Promise<Point[]> {
  exporter.reset();
  await provider.forceFlush();
  return (exporter.getMetrics().at(-1)?.scopeMetrics ?? []).flatMap(({ metrics: found }) =>
    found.flatMap((metric) =>
      metric.dataPointType === DataPointType.HISTOGRAM
        ? metric.dataPoints.map(({ attributes, value }) => ({
            name: metric.descriptor.name,
            attributes,
            value: value.count,
          }))
        : metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM
          ? []
          : metric.dataPoints.map(({ attributes, value }) => ({ name: metric.descriptor.name, attributes, value })),
    ),
  );
}

const sphere = { "drover.connection": "sphere" };
const type = { "drover.request.type": "drover.azure-sphere.deploy" };

test("sums are those of what happened", async () => {
  const polls = Array.from({ length: 3 }, () => ({ kind: "in-progress", status: "InProgress" }) as const);
  const fleet = watchedFleet(new HostTelemetry("0"), { polls, durationMs: 0 });
  fleet.submit("r1");
  expect(await fleet.run()).toBe(true);
  const found = await points();
  const of = (name: string) => found.filter((point) => point.name === name);
  expect(of("drover.operation.accepted")).toMatchObject([{ attributes: { ...type, ...sphere }, value: 1 }]);
  expect(of("drover.operation.ended")).toMatchObject([
    { attributes: { "drover.outcome": "succeeded", ...type, ...sphere }, value: 1 },
  ]);
  expect(of("drover.operation.polls")).toMatchObject([{ attributes: { "drover.poll.result": "unchanged" }, value: 3 }]);
  expect(of("drover.step.duration").map(({ attributes, value }) => [attributes["drover.step"], value])).toEqual([
    ["start-deployment", 1],
    ["poll-operation", 4],
  ]);
  expect(of("drover.effect.stages").map(({ attributes, value }) => [attributes["drover.effect.stage"], value])).toEqual(
    [
      ["intent-written", 1],
      ["sent", 1],
      ["done", 1],
    ],
  );
  expect(of("drover.event.published").map(({ attributes, value }) => [attributes["drover.event.type"], value])).toEqual(
    [
      ["drover.operation.accepted", 1],
      ["drover.operation.started", 1],
      ["drover.operation.succeeded", 1],
    ],
  );
  expect(of("drover.operation.duration")).toMatchObject([{ value: 1 }]);
});

test("a wait for a turn is a wait, a throttled call is a retry", async () => {
  const fleet = watchedFleet(new HostTelemetry("0"), { creates: ["throttle"] }, { inFlight: 1 });
  fleet.submit("r1");
  fleet.submit("r2");
  expect(await fleet.run()).toBe(true);
  const found = await points();
  const codes = (name: string) =>
    found.filter((point) => point.name === name).map((p) => p.attributes["drover.wait.code"]);
  expect(codes("drover.operation.waits")).toContain("turn");
  expect(codes("drover.step.retries")).toEqual(["throttled"]);
  expect(found.filter((point) => point.name === "drover.operation.ended")).toMatchObject([{ value: 2 }]);
});

test("no attribute of a metric names an operation, and each stands in the list", async () => {
  const fleet = watchedFleet(new HostTelemetry("0"), { creates: ["throttle", "lose-reply"] });
  fleet.submit("r1");
  await fleet.run();
  const listed = new Map(
    Object.values(instruments).map(({ name, attributes }) => [name as string, new Set<string>(attributes)]),
  );
  for (const { name, attributes } of await points()) {
    expect(Object.keys(attributes).filter((key) => !listed.get(name)?.has(key))).toEqual([]);
    expect(JSON.stringify(attributes)).not.toContain(idOf("r1"));
  }
});

test("computed figures are asked for when somebody collects, and no more after the end", async () => {
  const telemetry = new HostTelemetry("0");
  let asked = 0;
  const end = telemetry.observe(async () => {
    asked += 1;
    return [{ instrument: instruments.queueMessages, value: 7, values: ["inbox", "waiting"] }];
  });
  expect((await points()).filter(({ name }) => name === "drover.queue.messages")).toEqual([
    {
      name: "drover.queue.messages",
      attributes: { "messaging.destination.name": "inbox", "drover.message.state": "waiting" },
      value: 7,
    },
  ]);
  end();
  await points();
  expect(asked).toBe(1);
});
