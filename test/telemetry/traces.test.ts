import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { HostTelemetry } from "../../functions/telemetry/telemetry.ts";
import type { LogFields } from "../../lib/contracts/ports.ts";
import { idOf } from "../operations/fleet.ts";
import { watchedFleet } from "./watched-fleet.ts";

const exporter = new InMemorySpanExporter();

beforeAll(() => {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...rest) =>
      storage.run(active, () => (self === undefined ? work(...rest) : work.apply(self, rest))),
    bind: (_active, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
});
afterEach(() => exporter.reset());

const hopsOf = (spans: readonly ReadableSpan[]) =>
  spans
    .filter(({ kind }) => kind !== SpanKind.INTERNAL)
    .sort((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1]);
const named = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);

describe("one operation over all its hops", () => {
  const polls = Array.from({ length: 3 }, () => ({ kind: "in-progress", status: "InProgress" }) as const);

  test("is one trace, in which each hop is the child of the one before and has a link to it", async () => {
    const fleet = watchedFleet(new HostTelemetry("0"), { polls, durationMs: 0 });
    fleet.submit("r1");
    expect(await fleet.run()).toBe(true);
    const hops = hopsOf(exporter.getFinishedSpans());
    expect(hops.map(({ name }) => name)).toEqual([
      "process inbox",
      "process start-deployment",
      ...Array.from({ length: 4 }, () => "process poll-operation"),
    ]);
    expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(hops[0]?.parentSpanContext).toBeUndefined();
    expect(hops[0]?.links).toEqual([]);
    for (const [index, hop] of hops.slice(1).entries()) {
      const before = hops[index]?.spanContext();
      expect(hop.parentSpanContext).toMatchObject({ spanId: before?.spanId, isRemote: true });
      expect(hop.links.map((link) => link.context.spanId)).toEqual([before?.spanId]);
      expect(hop.kind).toBe(SpanKind.CONSUMER);
    }
    const row = fleet.world.store.read(`operation/${idOf("r1")}`)?.record;
    const first = hops[0]?.spanContext();
    expect(row).toMatchObject({ traceparent: `00-${first?.traceId}-${first?.spanId}-01` });
  });

  test("continues the trace of its request", async () => {
    const fleet = watchedFleet(new HostTelemetry("0"));
    fleet.submit("r1", { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" });
    await fleet.run();
    const spans = exporter.getFinishedSpans();
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(
      new Set(["4bf92f3577b34da6a3ce929d0e0e4736"]),
    );
    expect(hopsOf(spans)[0]?.parentSpanContext?.spanId).toBe("00f067aa0ba902b7");
  });

  test("says what was done, and nothing that a provider or a person wrote", async () => {
    const fleet = watchedFleet(new HostTelemetry("0"));
    fleet.submit("r1");
    await fleet.run();
    const [start] = named("process start-deployment");
    expect(start?.attributes).toEqual({
      "messaging.system": "drover",
      "messaging.operation.type": "process",
      "messaging.operation.name": "process",
      "messaging.destination.name": "start-deployment",
      "messaging.message.id": expect.any(String),
      "drover.operation.id": idOf("r1"),
      "drover.step": "start-deployment",
      "drover.seq": 1,
      "drover.poll.n": 0,
      "drover.attempt": 0,
      "drover.receives": 1,
      "drover.connection": "sphere",
      "drover.request.type": "drover.azure-sphere.deploy",
      "drover.step.result": "next",
      "drover.settlement": "acknowledge",
    });
    expect(start?.events.map(({ name }) => name)).toEqual(["drover.effect.intent-written"]);
    const [create] = named("create deployment");
    expect(create?.parentSpanContext?.spanId).toBe(start?.spanContext().spanId);
    expect(create?.attributes).toEqual({
      "drover.effect": "deployment",
      "drover.effect.attempt": 1,
      "drover.effect.stage": "done",
    });
    expect(named("process poll-operation").at(-1)?.attributes).toMatchObject({ "drover.outcome": "succeeded" });
    expect(named("process inbox")[0]?.attributes).toMatchObject({ "drover.acceptance": "accepted" });
  });

  test("has the span of its effect, or of its step, current while the provider is called", async () => {
    let seen: string | undefined;
    let polledIn: string | undefined;
    const fleet = watchedFleet(
      new HostTelemetry("0"),
      {},
      {},
      {
        provider: (provider) => ({
          ...provider,
          createDeployment: (...asked) => {
            seen = trace.getActiveSpan()?.spanContext().spanId;
            return provider.createDeployment(...asked);
          },
          poll: (...asked) => {
            polledIn = trace.getActiveSpan()?.spanContext().spanId;
            return provider.poll(...asked);
          },
        }),
      },
    );
    fleet.submit("r1");
    await fleet.run();
    expect(seen).toBe(named("create deployment")[0]?.spanContext().spanId);
    expect(polledIn).toBe(named("process poll-operation").at(-1)?.spanContext().spanId);
  });
});

describe("what goes wrong", () => {
  test("an answer that is lost shows as lost, then as adopted", async () => {
    const fleet = watchedFleet(new HostTelemetry("0"), { creates: ["lose-reply"] });
    fleet.submit("r1");
    expect(await fleet.run()).toBe(true);
    expect(named("create deployment").map(({ attributes }) => attributes["drover.effect.stage"])).toEqual(["lost"]);
    expect(named("create deployment")[0]?.status.code).toBe(SpanStatusCode.ERROR);
    expect(named("find deployment").at(-1)?.attributes["drover.effect.stage"]).toBe("adopted");
    expect(named("process start-deployment")[0]?.attributes["drover.wait.code"]).toBe("settling");
    expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  test("a message that is lost shows as a sweep, which the next hop follows", async () => {
    const fleet = watchedFleet(new HostTelemetry("0"));
    fleet.submit("r1");
    const lost = fleet.world.afterIo;
    fleet.world.afterIo = (label) => {
      lost(label);
      const waiting = [...fleet.world.store.messages.values()].find(({ queue }) => queue === "start-deployment");
      if (!waiting || named("sweep start-deployment").length > 0 || fleet.world.clock.now() > startsAt + 60_000) return;
      fleet.world.store.messages.delete(waiting.id);
    };
    const startsAt = fleet.world.clock.now();
    expect(await fleet.run()).toBe(true);
    const [sweep] = named("sweep start-deployment");
    const [accepted] = named("process inbox");
    expect(sweep?.kind).toBe(SpanKind.PRODUCER);
    expect(sweep?.parentSpanContext?.spanId).toBe(accepted?.spanContext().spanId);
    expect(named("process start-deployment")[0]?.parentSpanContext?.spanId).toBe(sweep?.spanContext().spanId);
  });

  test("a defect of ours is logged with what it is about", async () => {
    const logged: LogFields[] = [];
    const fleet = watchedFleet(
      new HostTelemetry("0"),
      {},
      {},
      {
        provider: (provider) => ({ ...provider, prepareDeployment: () => Promise.reject(new TypeError("of ours")) }),
        ports: (ports) => ({ ...ports, log: { ...ports.log, error: (_message, fields = {}) => logged.push(fields) } }),
      },
    );
    fleet.submit("r1");
    await fleet.run();
    const [first] = named("process start-deployment");
    expect(first?.attributes).toMatchObject({ "error.type": "_OTHER", "drover.settlement": "release" });
    const about = {
      operation: idOf("r1"),
      step: "start-deployment",
      connection: "sphere",
      trace_id: first?.spanContext().traceId,
    };
    expect(logged[0]).toMatchObject({ ...about, error: "of ours" });
    expect(logged.at(-1)).toMatchObject({ ...about, deadLetter: expect.any(String) });
  });

  test("a class of ours is named, the text of the error is not", async () => {
    const fleet = watchedFleet(new HostTelemetry("0"), { creates: ["throttle"] });
    fleet.submit("r1");
    expect(await fleet.run()).toBe(true);
    const [first] = named("process start-deployment");
    expect(first?.attributes).toMatchObject({ "error.type": "RetryableError", "drover.wait.code": "throttled" });
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR });
    const everything = exporter
      .getFinishedSpans()
      .map(({ attributes, events, status }) => ({ attributes, events, status }));
    expect(JSON.stringify(everything)).not.toContain("Too many");
  });
});
